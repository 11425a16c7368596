"""One invoice over several facilities: matched, held and paid as a whole by the one that was billed (domain rule 13)."""

from decimal import Decimal

import pytest

from canonical.clock import Clock
from canonical.documents.invoice import InvoiceType
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.identity import order_run
from canonical.inbound import EventType
from canonical.memory import Person
from tests.support.house import SOON, eventually, refusal
from tests.support.orders import a_receipt, an_order, came, ended, run_of
from tests.support.payables import SUPPLIER, Payables, billed, paying
from tests.support.trade_house import LONG
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.supplier_invoice import SupplierInvoice


@pytest.fixture
async def trading(trade_house: OpenTradeHouse) -> Payables:
    """Accounts payable of a house in which orders of both facilities run as well."""
    return Payables(await trade_house(ReceiptToInvoice, SupplierInvoice))


async def south(payables: Payables, plain: str = "PO-south", **said: object) -> str:
    """An order that the other facility has placed with the same supplier."""
    return await payables.order(plain, facility="SOUTH", **said)


async def test_it_is_paid_once_the_goods_of_the_other_facility_are_here_too(payables: Payables) -> None:
    orders = [await payables.order("PO-north"), await south(payables, received="0")]
    invoice = payables.invoice("INV-1", billed(orders[0]), billed(orders[1], line=2, order_line=1, item="4701"))
    handle = await payables.present(invoice)
    await payables.house.at_stage(payables.name(invoice), "held")
    assert payables.house.procurement.payables.standing == ()
    await payables.receive(orders[1], "10")
    state = await handle.result()
    [payable] = payables.house.procurement.payables.standing
    assert [one.order for one in payable.allocations] == orders
    assert state.elsewhere == {orders[1]: "SOUTH"}
    for facility, order in zip(("NORTH", "SOUTH"), orders, strict=True):
        [standing] = await payables.house.store.order_book.read(facility=facility, orders=[order])
        assert standing.lines[0].invoiced == 10


async def test_each_order_answers_for_its_lines_where_it_was_placed(trading: Payables) -> None:
    house = trading.house
    orders = [an_order(house, number="PO-n"), an_order(house, number="PO-s", facility="SOUTH")]
    for order in orders:
        house.procurement.place(order)
        await house.tell(EventType.order_placed, order)
    first, second = (billed(order.number, each="2.50", item="4702", order_line=1) for order in orders)
    lines = (first, second.model_copy(update={"line": 2}))
    handle = await trading.present(trading.invoice("INV-2", *lines, supplier="ACME"))
    for order in orders:
        receipt = a_receipt(house, order.number, came("10"), number=f"GR-{order.facility}", facility=order.facility)
        await house.tell(EventType.goods_received, receipt)
    assert (await handle.result()).approved
    for order in orders:
        assert (await house.closed(run_of(order))).outcome == "closed"
        assert house.procurement.received_not_invoiced(order.number) == {1: Decimal(0)}
    assert house.procurement.owed("ACME") == Decimal("50.00")


async def test_before_the_order_is_known_it_is_named_to_the_facility_that_has_placed_it(trading: Payables) -> None:
    trading.house.purchasing = paying(receipt=Clock(look_again=SOON, overdue=LONG.overdue))
    house = trading.house
    order = an_order(house, facility="SOUTH")
    house.procurement.place(order)
    line = billed(order.number, each="2.50", item="4702")
    handle = await trading.present(trading.invoice("INV-3", line, supplier=order.supplier))
    assert (await house.closed(order_run("NORTH", order.number))).outcome == "moved"
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("10"), facility="SOUTH"))
    assert (await handle.result()).elsewhere == {order.number: "SOUTH"}
    assert (await house.closed(run_of(order))).outcome == "closed"
    assert (await ended(house, order_run("NORTH", order.number))).receipts == ()


async def test_of_two_invoices_to_two_facilities_for_the_same_goods_one_is_paid(payables: Payables) -> None:
    order = await south(payables, received="0")
    invoices = [
        payables.invoice("INV-4", billed(order, "10"), facility="SOUTH"),
        payables.invoice("INV-5", billed(order, "9"), facility="NORTH"),
    ]
    for invoice in invoices:
        await payables.present(invoice)
    for invoice in invoices:
        await payables.house.at_stage(payables.name(invoice), "held")
    await payables.receive(order, "10")
    assert (await payables.house.closed(payables.name(invoices[0]))).outcome == "paid"
    [payable] = payables.house.procurement.payables.standing
    assert payable.invoice.number == invoices[0].number
    [listed] = await payables.house.items()
    assert (listed.item.facility, listed.item.cause) == ("NORTH", Cause.quantity_hold)


async def test_billed_once_more_to_the_other_facility_it_is_held_as_a_repeat(payables: Payables) -> None:
    order = await south(payables)
    first = payables.invoice("INV-6", billed(order, "4"))
    await (await payables.present(first)).result()
    again = first.model_copy(update={"facility": "SOUTH"})
    await payables.present(again)
    [listed] = await payables.house.items()
    assert "same number" in listed.item.question
    assert len(payables.house.procurement.payables.standing) == 1


async def test_what_another_erp_keeps_is_not_paid_here_and_a_person_is_told_why(payables: Payables) -> None:
    payables.house.other_erps["SOUTH"] = "erp-of-south"
    orders = [await payables.order("PO-north"), await south(payables)]
    invoice = payables.invoice("INV-7", billed(orders[0]), billed(orders[1], line=2, order_line=1, item="4701"))
    handle = await payables.present(invoice)
    [listed] = await payables.house.items()
    item = listed.item
    assert f"order {orders[1]} is kept in erp-of-south by SOUTH: its supplier must bill it apart" in item.question
    assert (item.owner, item.cause) == (Audience.payables, Cause.invoice_hold)
    assert Decision.override not in item.decisions
    assert payables.house.procurement.payables.standing == ()
    await payables.house.resolve(item.item_id, Decision.abandon, reason="to be billed apart")
    assert (await handle.result()).refused == "supervisor to be billed apart"


async def test_an_order_from_before_its_facility_moved_is_paid_where_it_was_placed_and_never_with_a_later_one(
    payables: Payables,
) -> None:
    payables.house.other_erps["NORTH"] = "erp-of-before"
    before = await payables.order("PO-before")
    del payables.house.other_erps["NORTH"]
    since = await payables.order("PO-since")
    alone = await payables.present(payables.invoice("INV-12", billed(before, "4")))
    assert (await alone.result()).approved
    effects = await payables.house.store.effects.of(workflow_ids=[alone.id])
    assert {one.intent.system for one in effects} == {"erp-of-before"}
    both = payables.invoice("INV-13", billed(since), billed(before, "6", line=2, order_line=1, item="4701"))
    await payables.present(both)
    [listed] = await payables.house.items()
    assert f"order {before} is kept in erp-of-before by NORTH: its supplier must bill it apart" in listed.item.question
    assert Decision.override not in listed.item.decisions


async def test_what_a_cost_centre_of_another_facility_bears_only_its_own_people_let_pass(payables: Payables) -> None:
    people = payables.house.people.people
    for name, centres in (("bert", ("4110",)), ("carla", ("NORTH/*",)), ("dora", ("SOUTH/4120",))):
        people[name] = Person(person=name, roles=(Audience.buyer,), cost_centres=centres)
    order = await south(payables, centre="4120")
    handle = await payables.present(payables.invoice("INV-8", billed(order, each="12")))
    [listed] = await payables.house.items()
    for who in ("bert", "carla"):
        told = await refusal(payables.house.resolve(listed.item.item_id, Decision.override, who=who))
        assert "your authority does not cover the cost centre SOUTH/4120" in told
    await payables.house.resolve(listed.item.item_id, Decision.override, who="dora")
    assert (await handle.result()).approved


async def test_refused_it_leaves_the_order_of_the_other_facility_as_it_was(payables: Payables) -> None:
    order = await south(payables)
    handle = await payables.present(payables.invoice("INV-9", billed(order, each="12")))
    [listed] = await payables.house.items()
    await payables.house.resolve(listed.item.item_id, Decision.abandon, reason="never ordered so")
    assert (await handle.result()).refused is not None

    async def free() -> bool | None:
        [standing] = await payables.house.store.order_book.read(facility="SOUTH", orders=[order])
        return standing.lines[0].allocated == () or None

    await eventually(free)
    after = payables.invoice("INV-10", billed(order), facility="SOUTH")
    assert (await (await payables.present(after)).result()).approved


async def test_held_for_what_the_other_facility_lacks_it_passes_together_with_its_credit(payables: Payables) -> None:
    order = await south(payables, received="6")
    invoice = payables.invoice("INV-11", billed(order))
    handle = await payables.present(invoice)
    await payables.house.items(1)
    credit = payables.invoice("CR-11", billed(order, "4"), type=InvoiceType.credit, corrects=invoice.number)
    back = await payables.present(credit)
    assert (await handle.result()).approved and (await back.result()).approved
    assert payables.house.procurement.owed(SUPPLIER) == Decimal("60.00")
    [named] = await payables.letters(EventType.order_named)
    assert (named.facility, named.subject) == ("SOUTH", order)
    await payables.house.items(0)
