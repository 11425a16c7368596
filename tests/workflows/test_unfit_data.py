"""Documents, decisions and data that do not fit: a question to a person, and never the end of a run."""

from decimal import Decimal
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from canonical.documents.costing import Valuation
from canonical.documents.usage import CorrectionKind
from canonical.documents.work_item import Cause, Decision
from canonical.money import Money
from canonical.run import Standing
from tests.support.answers import answers
from tests.support.house import House
from tests.support.trouble import Trouble, refusal

ABSURD = Valuation(
    unit_cost=Money(amount=Decimal("99999999999999.00"), currency="USD"), method="standard", source="master"
)
"""Two of them cost more than any amount of money here can hold."""


@pytest.mark.parametrize("kind", ["usage.reported", "usage.corrected", "charge.posted"])
async def test_a_document_that_cannot_be_read_is_a_question_and_hurts_no_run(house: House, kind: str) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    usage = await house.usage("unreadable")
    handle = await house.report(usage)
    (asked,) = await house.items()
    await house.send(house.envelope(kind, usage.number, {"quantity": "Mrs Planted"}))
    items = {listed.item.cause: listed.item for listed in await house.items(2)}
    assert "Planted" not in items[Cause.invalid_data].model_dump_json()
    await house.resolve(items[Cause.invalid_data].item_id, Decision.acknowledge)
    await house.resolve(asked.item.item_id, Decision.retry)
    assert [ledger.standing for ledger in (await handle.result()).ledgers] == [Standing.posted] * 3


@pytest.mark.parametrize("wrong", [{}, {"item_id": 7}, {"decision": "shrug"}, "retry", None, {"credential": "x"}])
async def test_a_decision_that_cannot_be_read_is_refused_and_changes_nothing(house: House, wrong: Any) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("garbled"))
    (listed,) = await house.items()
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("resolve", wrong)
    assert (await house.items())[0].item == listed.item
    await house.resolve(listed.item.item_id, Decision.retry)
    await handle.result()


async def test_data_that_no_posting_can_hold_parks_the_run_and_it_goes_on_where_it_stopped(house: House) -> None:
    valuation = house.finance.valuation
    answers(house.finance, "valuation", ABSURD)
    handle = await house.report(await house.usage("absurd"))
    (listed,) = await house.items()
    assert (listed.item.step, listed.item.cause) == ("run", Cause.invalid_data)
    assert "charge and cost" in listed.item.question
    assert len(house.inventory.documents.posted) == 1
    house.finance.valuation = valuation  # type: ignore[method-assign]
    await house.resolve(listed.item.item_id, Decision.retry)
    assert [ledger.standing for ledger in (await handle.result()).ledgers] == [Standing.posted] * 3
    assert len(house.inventory.documents.posted) == len(house.billing.documents.posted) == 1


async def test_a_correction_turns_a_run_that_stopped_outside_its_steps(house: House) -> None:
    answers(house.finance, "valuation", ABSURD)
    usage = await house.usage("fallen-over")
    handle = await house.report(usage)
    await house.items()
    correction = await house.correct(usage, CorrectionKind.not_used)
    await house.send(house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json")))
    assert (await handle.result()).not_used
    assert len(house.inventory.documents.posted) == 2
    await house.items(0)
