"""A charge that stood and is not to be made: of a use that did happen it says why, and a billed one tells of its bill."""

from decimal import Decimal

import pytest

from canonical.documents.claim import Adjudication, Bill, Claim, Invoiced, PayerAnswer
from canonical.documents.usage import CorrectionKind, Disposition, Usage
from canonical.documents.usage_run import UsageRun
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Found
from canonical.errors import Failure, Misread
from canonical.policy import NoCharge
from canonical.run import Standing
from tests.support.house import House
from tests.support.trouble import Trouble, away, lost

WASTE = NoCharge(reason="wasted goods", disposition=Disposition.wasted)


def charges(house: House) -> list[Found]:
    return list(house.billing.documents.posted.values())


async def told_again(house: House, usage: Usage, closed: UsageRun, **changes: object) -> UsageRun:
    again = Usage.model_validate(usage.model_dump() | {"version": 2} | changes)
    document = house.envelope("usage.reported", usage.number, again.model_dump(mode="json"))
    state: UsageRun = await (await house.send(document, closing=closed, ordinal=2)).result()
    return state


async def test_a_use_that_is_told_again_as_wasted_stands_and_its_charge_says_why_it_is_none(house: House) -> None:
    house.policy = house.policy.model_copy(update={"no_charge": (WASTE,)})
    usage = await house.usage("wasted")
    closed = await (await house.report(usage)).result()
    state = await told_again(house, usage, closed, disposition="wasted")
    assert (state.charge.standing, state.charge.reason, state.charge.corrected) == (
        *(Standing.exempt, "wasted goods", True),
    )
    assert [(found.live, found.reason) for found in charges(house)] == [(False, "wasted goods")]
    assert (state.stock.standing, state.cost.standing) == (Standing.posted, Standing.posted)


async def test_a_charge_that_the_source_posted_says_why_it_is_none_as_well(house: House) -> None:
    house.policy = house.policy.model_copy(update={"no_charge": (WASTE,)})
    theirs = house.billing.documents.post("theirs")
    usage = await house.usage("theirs", already_posted={"charge": theirs.reference})
    closed = await (await house.report(usage)).result()
    assert closed.charge.reference == theirs.reference
    await told_again(house, usage, closed, disposition="wasted")
    assert [(found.live, found.reason) for found in charges(house)] == [(False, "wasted goods")]


@pytest.mark.parametrize(
    "changes", [{"quantity": "3"}, {"lot": "L2"}, {"disposition": "returned"}, {"disposition": "opened-unused"}]
)
async def test_a_use_of_other_goods_or_one_that_is_charged_again_did_not_happen_as_it_was_charged(
    house: House, changes: dict[str, str]
) -> None:
    house.policy = house.policy.model_copy(update={"no_charge": (WASTE,)})
    usage = await house.usage("otherwise")
    closed = await (await house.report(usage)).result()
    await told_again(house, usage, closed, **({"disposition": "wasted"} | changes))
    assert (charges(house)[0].live, charges(house)[0].reason) == (False, "")


async def test_a_use_on_another_patient_was_no_use_of_this_one_whatever_became_of_the_goods(house: House) -> None:
    house.policy = house.policy.model_copy(update={"no_charge": (WASTE,)})
    usage = await house.usage("wrong-patient")
    closed = await (await house.report(usage)).result()
    wasted = usage.model_copy(update={"disposition": Disposition.wasted})
    correction = await house.correct(usage, CorrectionKind.wrong_patient, wasted)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    await (await house.send(document, closing=closed, ordinal=2)).result()
    assert [(found.live, found.reason) for found in charges(house)] == [(False, "")]


@pytest.mark.parametrize(("also", "why"), [({}, "part of the package"), ({"lot": "L9"}, "")])
async def test_a_person_who_says_that_there_is_no_charge_does_not_say_that_there_was_no_use(
    house: House, also: dict[str, str], why: str
) -> None:
    Trouble(house.billing, "post_charge").after(lost())
    Trouble(house.billing, "find_charges").before(*(away() for _ in range(house.policy.attempts.maximum - 1)))
    handle = await house.report(await house.usage("package"))
    (listed,) = await house.items()
    assert listed.item.step == "charge"
    correction = {"no_charge_reason": "part of the package"} | also
    await house.resolve(listed.item.item_id, Decision.correct, correction=correction)
    state = await handle.result()
    assert (state.charge.standing, state.charge.reason) == (Standing.exempt, "part of the package")
    assert [(found.live, found.reason) for found in charges(house)] == [(False, why)]


BILL = Bill(
    invoices=(Invoiced(number="INV-778899", status="issued"),),
    claims=(
        Claim(
            number="CLM-112233",
            status="active",
            answers=(
                PayerAnswer(
                    outcome="complete",
                    disposition="denied for Mrs Example",
                    adjudicated=(Adjudication(category="benefit", amount=Decimal("0.00"), currency="USD"),),
                    denials=("CO-16", "see the letter to Mrs Example"),
                ),
            ),
        ),
    ),
)


async def not_used_once_billed(house: House, number: str) -> str:
    usage = await house.usage(number)
    closed = await (await house.report(usage)).result()
    posted = house.billing.documents.posted
    posted[closed.charge.reference] = posted[closed.charge.reference].model_copy(update={"billed": True})
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    handle = await house.send(document, closing=closed, ordinal=2)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.credit_and_rebill
    evidence = listed.item.evidence
    await house.resolve(listed.item.item_id, Decision.acknowledge, who="charges")
    assert (await handle.result()).charge.standing is Standing.exempt
    return f"{listed.item.question}|{evidence}"


async def test_who_credits_a_billed_charge_reads_its_bill_in_tokens_and_the_payers_codes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bill(reference: str) -> Bill:
        return BILL

    monkeypatch.setattr(house.billing, "bill", bill)
    question, _, evidence = (await not_used_once_billed(house, "billed")).partition("|")
    invoice, claim = [await house.store.vault.tokenise("id", one) for one in ("INV-778899", "CLM-112233")]
    assert question.endswith(
        f"invoice {invoice} (issued); claim {claim} (active): complete, benefit 0.00 USD, reasons CO-16 another"
    )
    assert "denied for Mrs Example" in evidence
    assert "INV-778899" not in question + evidence


async def test_a_bill_that_cannot_be_read_is_told_and_the_credit_is_asked_for_all_the_same(house: House) -> None:
    broken: Failure = Misread("Claim.status is not as expected", system="billing", operation="bill")
    Trouble(house.billing, "bill").before(broken)
    assert "its bill: Claim.status is not as expected" in await not_used_once_billed(house, "unread")
    assert [found.live for found in charges(house)] == [False]
