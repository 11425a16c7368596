"""A use that did not happen as recorded is taken back and done again."""

import asyncio

from canonical.documents.usage import CorrectionKind
from canonical.run import Standing
from tests.support.house import House, eventually
from tests.support.trouble import Trouble, refusal


def live(documents: dict) -> list:
    return [found for found in documents.values() if found.stands]


async def test_a_use_that_did_not_happen_is_taken_back_everywhere(house: House) -> None:
    usage = await house.usage("not-used")
    closed = await (await house.report(usage)).result()
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    state = await (await house.send(document, closing=closed, ordinal=2)).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt] * 3
    assert all(ledger.corrected for ledger in state.ledgers)
    assert len(house.inventory.documents.posted) == 2
    assert live(house.billing.documents.posted) == live(house.finance.documents.posted) == []


async def test_a_use_on_the_wrong_patient_is_charged_to_the_right_one(house: House) -> None:
    usage = await house.usage("wrong-patient")
    closed = await (await house.report(usage)).result()
    other = await house.usage("right-patient")
    replacement = usage.model_copy(update={"surgical_case": other.surgical_case, "account": other.account})
    correction = await house.correct(usage, CorrectionKind.wrong_patient, replacement)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    state = await (await house.send(document, closing=closed, ordinal=2)).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
    assert len(live(house.billing.documents.posted)) == len(live(house.finance.documents.posted)) == 1
    assert len(house.inventory.documents.posted) == 3
    assert state.usage is not None and state.usage.account == other.account


async def test_a_correction_interrupts_a_run_that_waits_for_a_person(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    usage = await house.usage("interrupted")
    handle = await house.report(usage)
    await house.items()
    correction = await house.correct(usage, CorrectionKind.not_used)
    await house.send(house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json")))
    state = await asyncio.wait_for(handle.result(), 20)
    assert state.not_used
    assert len(house.inventory.documents.posted) == 2
    await house.items(0)


async def test_a_correction_that_comes_before_its_use_is_applied_before_anything_posts(house: House) -> None:
    usage = await house.usage("early")
    correction = await house.correct(usage, CorrectionKind.not_used)
    handle = await house.send(house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json")))
    await house.report(usage)
    state = await handle.result()
    assert state.not_used
    assert house.inventory.documents.posted == {}


async def test_of_two_corrections_the_newer_version_counts_in_whatever_order_they_come(house: House) -> None:
    usage = await house.usage("two")
    newer = await house.correct(usage, CorrectionKind.wrong_item, usage.model_copy(update={"item": "4706"}), version=3)
    older = await house.correct(usage, CorrectionKind.not_used, version=2)
    handle = await house.send(house.envelope("usage.corrected", usage.number, newer.model_dump(mode="json")))
    await house.send(house.envelope("usage.corrected", usage.number, older.model_dump(mode="json")))
    await house.report(usage)
    state = await handle.result()
    assert state.usage is not None and state.usage.item == "4706"
    assert not state.not_used


async def test_the_same_use_with_other_content_is_a_question_and_the_first_counts(house: House) -> None:
    usage = await house.usage("conflict")
    Trouble(house.finance, "post_cost").before(refusal())
    handle = await house.report(usage)
    await house.items()
    await house.report(usage.model_copy(update={"quantity": usage.quantity + 1}))
    items = await house.items(2)
    assert {listed.item.cause for listed in items} == {"conflicting-content", "refused"}
    await house.resolve(next(one.item.item_id for one in items if not one.item.blocks), "acknowledge")
    await house.resolve(next(one.item.item_id for one in items if one.item.blocks), "retry")
    state = await handle.result()
    assert state.usage == usage

    async def recorded() -> bool | None:
        return True if not await house.items(0) else None

    assert await eventually(recorded)
