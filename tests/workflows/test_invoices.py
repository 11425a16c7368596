"""supplier-invoice: what is matched is paid, what is not is held, and matched again by itself."""

import asyncio
from datetime import date
from decimal import Decimal

from canonical.clock import Clock
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.identity import order_run
from canonical.inbound import EventType
from canonical.matching.policy import MatchPolicy, Rule
from canonical.money import Money
from canonical.run import Standing
from tests.support.house import SOON, eventually
from tests.support.payables import SUPPLIER, Payables, billed, paying
from tests.support.trade_house import LONG, TODAY
from tests.support.trouble import Trouble


async def test_an_invoice_that_matches_is_parked_and_then_approved_for_payment(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-1", billed(order)))
    state = await handle.result()
    [payable] = payables.house.procurement.payables.standing
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted, Standing.posted]
    assert (payable.voucher, payable.allocations[0].quantity) == (state.ledgers[0].reference, Decimal(10))
    closed = await payables.house.closed(payables.name(state.invoice))
    assert closed.outcome == "paid"


async def test_an_invoice_whose_price_is_too_high_waits_for_the_buyer_with_the_money_at_risk(
    payables: Payables,
) -> None:
    order = await payables.order()
    await payables.present(payables.invoice("INV-2", billed(order, each="12")))
    [listed] = await payables.house.items()
    item = listed.item
    assert (item.cause, item.owner) == (Cause.price_hold, Audience.buyer)
    assert item.payable_at_risk is not None and item.payable_at_risk.amount == Decimal("20.00")
    assert payables.house.procurement.payables.standing == ()
    assert Decision.override in item.decisions


async def test_a_held_invoice_is_matched_again_by_itself_when_the_buyer_changes_the_order(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-3", billed(order, each="12")))
    await payables.house.items()
    await payables.reprice(order, "12")
    state = await handle.result()
    assert state.match is not None and state.match.paid == Decimal("120.00")
    await payables.house.items(0)


async def test_contracts_are_read_again_for_a_person_and_not_for_news_of_orders(payables: Payables) -> None:
    asked = Trouble(payables.house.procurement, "contracts")
    order = await payables.order(received="4")
    handle = await payables.present(payables.invoice("INV-31", billed(order, each="12")))
    before = {one.item.cause: one.item for one in await payables.house.items(2)}
    await payables.receive(order, "6", receipt="R2")
    await payables.house.items(1)
    assert asked.calls == 1
    await payables.house.resolve(before[Cause.price_hold].item_id, Decision.retry)

    async def again() -> bool | None:
        return asked.calls == 2 or None

    await eventually(again)
    await payables.reprice(order, "12")
    await handle.result()
    assert asked.calls == 2


async def test_what_is_held_still_keeps_its_item_and_clock_and_what_is_new_is_asked(payables: Payables) -> None:
    order = await payables.order(received="4")
    invoice = payables.invoice("INV-4", billed(order, each="12"))
    await payables.present(invoice)
    before = {one.item.cause: one.item for one in await payables.house.items(2)}
    assert set(before) == {Cause.price_hold, Cause.quantity_hold}
    await payables.receive(order, "2", receipt="R2")

    async def renewed() -> bool | None:
        words = [one.item.question for one in await payables.house.store.work_items.open_items()]
        return True if any("6 received" in text for text in words) else None

    await eventually(renewed)
    after = {one.item.cause: one.item for one in await payables.house.items(2)}
    assert {one.item_id for one in before.values()} == {one.item_id for one in after.values()}
    assert [one.due for one in before.values()] == [after[cause].due for cause in before]
    await payables.receive(order, "4", receipt="R3")
    [left] = await payables.house.items(1)
    assert left.item == before[Cause.price_hold]


async def test_an_invoice_before_order_and_receipt_names_the_order_and_waits_for_both(payables: Payables) -> None:
    number = payables.house.number("PO-late")
    handle = await payables.present(payables.invoice("INV-5", billed(number)))
    named = await payables.letters(EventType.order_named)
    assert [letter.subject for letter in named] == [number]
    await payables.order("PO-late", received="0")
    await payables.receive(number, "10")
    assert (await handle.result()).approved
    await payables.house.items(0)


async def test_a_receipt_that_does_not_come_is_chased_with_discount_and_due_date(payables: Payables) -> None:
    payables.house.purchasing = paying(receipt=Clock(look_again=SOON, overdue=SOON))
    order = await payables.order(received="0")
    terms = {"due_on": date(2026, 12, 2), "discount_on": date(2026, 11, 12), "discount": Decimal(2)}
    await payables.present(payables.invoice("INV-6", billed(order), **terms))
    [listed] = await payables.house.items()
    assert listed.item.owner is Audience.receiving
    assert "a discount of 2.00 USD is lost after 2026-11-12" in listed.item.question
    assert "due on 2026-12-02" in listed.item.question
    assert listed.item.payable_at_risk == Money(amount=Decimal("100.00"), currency="USD")


async def test_nobody_is_asked_for_goods_that_are_not_overdue(payables: Payables) -> None:
    order = await payables.order(received="0")
    invoice = payables.invoice("INV-7", billed(order))
    handle = await payables.present(invoice)
    await payables.house.at_stage(payables.name(invoice), "held")
    await payables.house.items(0)
    await payables.receive(order, "10")
    assert (await handle.result()).approved


async def test_a_summary_invoice_is_paid_as_a_whole_over_several_orders(payables: Payables) -> None:
    orders = [await payables.order("PO-a"), await payables.order("PO-b", received="0")]
    invoice = payables.invoice("INV-8", billed(orders[0]), billed(orders[1], line=2, order_line=1, item="4701"))
    handle = await payables.present(invoice)
    await payables.house.at_stage(payables.name(invoice), "held")
    assert payables.house.procurement.payables.standing == ()
    for order in orders:
        # News for which nobody waits are not kept.
        await payables.house.store.runs.await_subject(order_run("NORTH", order).workflow_id, [f"order:NORTH/{order}"])
    await payables.receive(orders[1], "10")
    state = await handle.result()
    assert state.match is not None and [one.order for one in state.match.allocations] == orders
    moved = [
        letter.data["order"] for letter in await payables.letters(EventType.order_moved) if letter.source == "suture"
    ]
    assert set(orders) <= set(moved)


async def test_two_invoices_over_one_receipt_at_the_same_time_never_pay_a_quantity_twice(payables: Payables) -> None:
    order = await payables.order(received="0")
    invoices = [payables.invoice(f"INV-9{letter}", billed(order, "10"), invoiced_on=TODAY) for letter in "ab"]
    invoices[1] = invoices[1].model_copy(update={"invoiced_on": date(2026, 11, 1)})
    await asyncio.gather(*(payables.present(invoice) for invoice in invoices))
    for invoice in invoices:
        await payables.house.at_stage(payables.name(invoice), "held")
    await payables.receive(order, "10")

    async def paid() -> bool | None:
        return True if payables.house.procurement.payables.standing else None

    await eventually(paid)
    [listed] = await payables.house.items()
    assert listed.item.cause is Cause.quantity_hold
    taken = [one for payable in payables.house.procurement.payables.standing for one in payable.allocations]
    assert sum(one.quantity for one in taken) == 10


async def test_a_supplier_that_is_paid_short_is_asked_back_the_difference(payables: Payables) -> None:
    payables.house.purchasing = paying(match=MatchPolicy(rules=(Rule(on_difference="short-pay"),)))
    order = await payables.order()
    invoice = payables.invoice("INV-10", billed(order, each="12"))
    state = await (await payables.present(invoice)).result()
    assert (await payables.house.closed(payables.name(invoice))).outcome == "short-paid"
    [payable], [memo] = payables.house.procurement.payables.standing, payables.house.procurement.debit_memos.standing
    assert (payable.short_paid, memo.amount, memo.invoice) == (Decimal(20), Decimal(20), invoice.number)
    assert state.ledgers[-1].kind == "debit-memo"


async def test_nobody_is_asked_about_what_is_settled_by_paying_less_while_the_goods_are_awaited(
    payables: Payables,
) -> None:
    match = MatchPolicy(rules=(Rule(on_difference="short-pay"),))
    payables.house.purchasing = paying(match=match, receipt=LONG)
    order = await payables.order(received="0")
    invoice = payables.invoice("INV-13", billed(order, each="12"))
    handle = await payables.present(invoice)
    await payables.at_rest(handle)
    assert await payables.house.store.work_items.open_items() == ()
    await payables.receive(order, "10")
    await handle.result()
    assert (await payables.house.closed(payables.name(invoice))).outcome == "short-paid"


async def test_a_supplier_that_rebills_by_itself_gets_no_debit_memo(payables: Payables) -> None:
    match = MatchPolicy(rules=(Rule(on_difference="short-pay"),))
    payables.house.purchasing = paying(match=match, rebilled_by=(SUPPLIER,))
    order = await payables.order()
    await (await payables.present(payables.invoice("INV-11", billed(order, each="12")))).result()
    assert payables.house.procurement.debit_memos.standing == ()


async def test_the_details_say_of_each_line_why_it_did_or_did_not_match(payables: Payables) -> None:
    order = await payables.order(lines=2)
    invoice = payables.invoice("INV-12", billed(order), billed(order, each="12", line=2))
    handle = await payables.present(invoice)
    await payables.house.items()
    metadata = await handle.query("__temporal_workflow_metadata")
    details = str(metadata)
    assert f"order {order} line 1" in details and "billed at 12.00 per each" in details
