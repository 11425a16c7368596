"""receipt-to-invoice: what is missing of an order is asked for against its clock, and each line closes in its own way."""

import json
from decimal import Decimal

import pytest

from canonical.documents.item import Item, Tracking
from canonical.documents.lot import Lot
from canonical.documents.order import LineKind
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.inbound import EventType
from canonical.ports import ItemAndLot
from tests.support.house import refusal
from tests.support.orders import (
    a_receipt,
    bill,
    came,
    ended,
    lot,
    order_line,
    placed,
    received,
    receiving_by,
    run_of,
    standing,
)
from tests.support.trade_house import SHORT, TradeHouse
from tests.support.trouble import Trouble, away
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice


@pytest.fixture
async def house(trade_house: OpenTradeHouse) -> TradeHouse:
    """The house of orders, open."""
    return await trade_house(ReceiptToInvoice)


async def test_goods_that_nobody_bills_are_a_work_item_with_the_money(house: TradeHouse) -> None:
    receiving_by(house, invoice=SHORT)
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.not_invoiced, Audience.payables)
    assert listed.item.payable_at_risk is not None
    assert listed.item.payable_at_risk.amount == Decimal("10.00")
    await bill(house, order.number, "4")
    await house.items(0)


async def test_goods_that_do_not_come_are_asked_of_the_buyer_who_may_short_close_the_line(house: TradeHouse) -> None:
    receiving_by(house, goods=SHORT)
    order = await placed(house)
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.goods_overdue, Audience.buyer)
    nowhere = house.resolve(listed.item.item_id, Decision.correct, correction={"short_close": "7"})
    assert "no such line" in await refusal(nowhere)
    await house.resolve(listed.item.item_id, Decision.correct, correction={"short_close": "1"})
    await house.closed(run_of(order))
    changed = await house.procurement.order(facility="NORTH", number=order.number)
    assert changed is not None
    assert (changed.version, changed.lines[0].closed) == (2, True)
    assert house.procurement.commitment(order.number) == 0


async def test_one_look_at_the_book_serves_all_that_an_order_waits_for(house: TradeHouse) -> None:
    order = await placed(house)
    await house.at_stage(run_of(order), "awaiting goods")
    await house.at_rest(run_of(order))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("10")))
    await received(house, order.number, "10")
    await house.at_stage(run_of(order), "awaiting invoice")
    await house.at_rest(run_of(order))
    await bill(house, order.number, "10")
    await house.closed(run_of(order))
    history = await house.handle(run_of(order)).fetch_history()
    markers = [event.marker_recorded_event_attributes.details for event in history.events]
    looks = [json.loads(one["data"].payloads[0].data)["activity_type"] for one in markers if "result" in one]
    # It began to wait, and the invoice took its part; what it tells the book is answered at once.
    assert (looks.count("book.read"), looks.count("book.tell")) == (2, 2)


async def test_a_line_closes_within_its_tolerance(house: TradeHouse) -> None:
    order = await placed(house, order_line(close_tolerance=Decimal(10)))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("9")))
    await received(house, order.number, "9")
    await bill(house, order.number, "9")
    assert (await house.closed(run_of(order))).outcome == "closed"


async def test_a_cancelled_line_closes_by_itself(house: TradeHouse) -> None:
    order = await placed(house)
    cancelled = order.model_copy(update={"version": 2, "lines": (order_line(cancelled=Decimal(10)),)})
    house.procurement.place(cancelled)
    await house.tell(EventType.order_changed, cancelled)
    await house.closed(run_of(order))


async def test_a_freight_line_closes_by_amount(house: TradeHouse) -> None:
    order = await placed(house, order_line(kind=LineKind.freight, item=None, match="amount", quantity=Decimal(1)))
    await house.at_stage(run_of(order), "awaiting goods")
    await bill(house, order.number, "1")
    await house.closed(run_of(order))


async def test_a_receipt_after_the_order_has_closed_opens_it_again(house: TradeHouse) -> None:
    order = await placed(house, order_line(quantity=Decimal(4)))
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await received(house, order.number, "4")
    await bill(house, order.number, "4")
    await ended(house, run_of(order))
    more = order.model_copy(update={"version": 2, "lines": (order_line(quantity=Decimal(6)),)})
    house.procurement.place(more)
    await house.tell(EventType.order_changed, more)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("2"), number="GR2"))
    await received(house, order.number, "6")
    await house.at_stage(run_of(order).next(), "awaiting invoice")
    await bill(house, order.number, "2", invoice="INV-2")
    await house.closed(run_of(order).next())
    assert len(house.procurement.receipts.by_reference) == 2


async def test_the_order_book_holds_no_lot_and_no_serial(house: TradeHouse) -> None:
    exact = {"lots": ({"lot": "LOT-X", "serial": "SER-X", "quantity": Decimal(1)},)}
    order = await placed(house, order_line(**exact))
    line = came("1", lots=(lot("LOT-X", "1", serial="SER-X"),))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, line))
    await received(house, order.number, "1")
    found = await standing(house, order.number)
    assert found is not None
    assert "-X" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("tracking", "lots", "missing"),
    [
        (Tracking.lot, (), "lot"),
        (Tracking.lot_expiry, (lot("L1", "4", expires=None),), "expiry"),
        (Tracking.serial, (lot("L1", "4"),), "serial"),
    ],
)
async def test_goods_that_could_not_be_charged_are_told_and_posted_all_the_same(
    house: TradeHouse, tracking: Tracking, lots: tuple[object, ...], missing: str
) -> None:
    async def look_up(**_: object) -> ItemAndLot:
        return ItemAndLot(item=Item(item="4702", tracking=tracking), lot=Lot())

    house.inventory.look_up = look_up  # type: ignore[method-assign]
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", lots=lots)))
    await received(house, order.number, "4")
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.blocks) == (Cause.not_chargeable, False)
    assert f"without its {missing}" in listed.item.question


async def test_tracked_goods_without_a_charge_code_are_told_to_revenue_integrity(house: TradeHouse) -> None:
    async def look_up(**_: object) -> ItemAndLot:
        return ItemAndLot(item=Item(item="4702", tracking=Tracking.lot), lot=Lot())

    async def charge_code(**_: object) -> None:
        return None

    house.inventory.look_up = look_up  # type: ignore[method-assign]
    house.billing.charge_code = charge_code  # type: ignore[method-assign]
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", lots=(lot("L1", "4"),))))
    (listed,) = await house.items()
    assert listed.item.owner is Audience.revenue_integrity
    await received(house, order.number, "4")


async def test_goods_are_posted_while_nobody_answers_whether_they_could_be_charged(house: TradeHouse) -> None:
    Trouble(house.inventory, "look_up").before(*(away() for _ in range(3)))
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await received(house, order.number, "4")
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.not_chargeable, Audience.integration)
