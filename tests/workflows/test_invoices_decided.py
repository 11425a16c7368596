"""People and held invoices: overriding, refusing, correcting a line, paying less; and two who decide at once."""

import asyncio
from decimal import Decimal

import pytest

from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.identity import RunName
from canonical.matching.policy import MatchPolicy
from canonical.memory import Person
from canonical.run import Standing
from suture.store.work_items import Listed
from tests.support.house import eventually, refusal
from tests.support.payables import Payables, billed, paying


@pytest.fixture
async def held(payables: Payables) -> Listed:
    """An invoice of 1200.00 whose price is 200.00 too high, which one person may let pass up to 100.00."""
    payables.house.purchasing = paying(match=MatchPolicy(override_alone=Decimal(100)))
    for name in ("bert", "carla"):
        payables.house.people.people[name] = Person(person=name, roles=(Audience.buyer,))
    order = await payables.order()
    await payables.present(payables.invoice("INV-1", billed(order, each="30")))
    [listed] = await payables.house.items()
    return listed


async def test_one_person_may_override_what_is_within_the_limit(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-2", billed(order, each="12")))
    [listed] = await payables.house.items()
    await payables.house.resolve(listed.item.item_id, Decision.override, reason="agreed by phone")
    state = await handle.result()
    assert state.match is not None and state.match.variance == Decimal("20.00")
    assert [one.people for one in state.agreements] == [("supervisor",)]


async def test_above_the_limit_two_different_people_must_agree(payables: Payables, held: Listed) -> None:
    await payables.house.resolve(held.item.item_id, Decision.override, who="bert")
    [second] = await payables.house.items()
    assert second.item.item_id != held.item.item_id
    assert second.item.agreed_by == "bert" and "needs a second person" in second.item.question
    told = await refusal(payables.house.resolve(second.item.item_id, Decision.override, who="bert"))
    assert "this needs a second person" in told
    await payables.house.resolve(second.item.item_id, Decision.override, who="carla")
    state = await payables.house.handle(RunName.parse(held.item.workflow_id)).result()
    assert [one["people"] for one in state["agreements"]] == [["bert", "carla"]]
    [payable] = payables.house.procurement.payables.standing
    assert payable.variance == Decimal("200.00")


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_why(payables: Payables, held: Listed) -> None:
    item = held.item.item_id
    both = [payables.house.resolve(item, Decision.override, who=who, update=f"u-{who}") for who in ("bert", "carla")]
    answers = await asyncio.gather(*both, return_exceptions=True)
    [lost] = [answer for answer in answers if isinstance(answer, BaseException)]
    [won] = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert f"already decided by {won.person}" in str(lost.__cause__)
    [second] = await payables.house.items()
    assert second.item.agreed_by == won.person


async def test_the_limit_of_a_person_is_that_of_the_register_now(payables: Payables, held: Listed) -> None:
    payables.house.people.people["bert"] = Person(person="bert", roles=(Audience.buyer,), limit=Decimal(50))
    told = await refusal(payables.house.resolve(held.item.item_id, Decision.override, who="bert", update="first"))
    assert "above your limit" in told
    payables.house.people.people["bert"] = Person(person="bert", roles=(Audience.buyer,), limit=Decimal(500))
    await payables.house.resolve(held.item.item_id, Decision.override, who="bert", update="second")


async def test_only_who_can_heal_a_hold_may_let_it_pass(payables: Payables, held: Listed) -> None:
    told = await refusal(payables.house.resolve(held.item.item_id, Decision.override, who="stock"))
    assert "needs the role buyer" in told


async def test_what_people_let_pass_is_asked_anew_where_more_is_at_risk(payables: Payables) -> None:
    order = await payables.order(received="4")
    await payables.present(payables.invoice("INV-3", billed(order, each="12")))
    items = {one.item.cause: one.item for one in await payables.house.items(2)}
    await payables.house.resolve(items[Cause.price_hold].item_id, Decision.override)
    await payables.house.items(1)
    await payables.reprice(order, "8")
    again = {one.item.cause: one.item for one in await payables.house.items(2)}
    risk = again[Cause.price_hold].payable_at_risk
    assert risk is not None and risk.amount == Decimal("40.00")


async def test_holds_of_one_invoice_count_together_towards_the_limit(payables: Payables) -> None:
    payables.house.purchasing = paying(match=MatchPolicy(override_alone=Decimal(30)))
    order = await payables.order(lines=2)
    invoice = payables.invoice("INV-4", billed(order, each="12"), billed(order, each="12", line=2))
    await payables.present(invoice)
    first, second = await payables.house.items(2)
    await payables.house.resolve(first.item.item_id, Decision.override)
    await payables.house.items(1)
    await payables.house.resolve(second.item.item_id, Decision.override)

    async def asked_again() -> Listed | None:
        items = await payables.house.store.work_items.open_items()
        return next((one for one in items if one.item.agreed_by == "supervisor"), None)

    assert (await eventually(asked_again)).item.step == second.item.step


async def test_a_refused_invoice_is_taken_back_and_asks_no_longer(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-5", billed(order, each="12"))
    handle = await payables.present(invoice)
    [listed] = await payables.house.items()
    await payables.house.resolve(listed.item.item_id, Decision.abandon, reason="not what we agreed")
    state = await handle.result()
    assert (await payables.house.closed(payables.name(invoice))).outcome == "refused"
    assert payables.house.procurement.vouchers.standing == ()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt]
    seen = await payables.house.store.order_book.seen(facility="NORTH", supplier=invoice.supplier)
    assert seen == ()
    await payables.house.items(0)


async def test_a_line_that_names_no_order_is_matched_once_a_person_names_it(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-6", billed(None, order_line=None)))
    [listed] = await payables.house.items()
    assert listed.item.cause is Cause.invoice_hold
    await payables.house.resolve(listed.item.item_id, Decision.correct, correction={"order": order})
    state = await handle.result()
    assert state.match is not None and state.match.allocations[0].order == order


async def test_a_unit_that_the_order_does_not_know_goes_to_the_item_master(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-7", billed(order, unit="box")))
    [listed] = await payables.house.items()
    assert listed.item.owner is Audience.item_master
    await payables.house.resolve(listed.item.item_id, Decision.correct, correction={"unit": "each"})
    assert (await handle.result()).approved


async def test_a_person_may_pay_less_where_policy_settles_such_holds_so(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-8", billed(order, each="12")))
    [listed] = await payables.house.items()
    wrong = payables.house.resolve(
        listed.item.item_id, Decision.correct, correction={"short_pay": "perhaps"}, update="wrong"
    )
    assert "short_pay" in await refusal(wrong)
    await payables.house.resolve(listed.item.item_id, Decision.correct, correction={"short_pay": "yes"})
    state = await handle.result()
    assert state.match is not None and state.match.short_pay == Decimal("20.00")
