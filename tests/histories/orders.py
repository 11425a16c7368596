"""Scenes of receipt-to-invoice, whose histories are kept."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle

from canonical.documents.item import Item, Ownership, Tracking
from canonical.documents.lot import Lot
from canonical.documents.work_item import Decision
from canonical.identity import stray_run
from canonical.inbound import EventType
from canonical.ports import ItemAndLot
from tests.support.answers import answers
from tests.support.orders import (
    ITEM,
    a_receipt,
    a_return,
    a_reversal,
    an_order,
    bill,
    came,
    lot,
    order_line,
    placed,
    received,
    receiving_by,
    run_of,
)
from tests.support.trade_house import SHORT, TODAY, TradeHouse

OrderScene = Callable[[TradeHouse], Awaitable[WorkflowHandle[Any, Any]]]


async def order_received(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Goods come in two parts, the second in a unit that a person has to tell, and are billed."""
    order = await placed(house, number="PO-received")
    first = a_receipt(house, order.number, came("4", lots=(lot("L1", "4"),)), number="GR-received-1")
    await house.tell(EventType.goods_received, first)
    await received(house, order.number, "4")
    sleeve = a_receipt(house, order.number, came("1", unit="sleeve"), number="GR-received-2")
    await house.tell(EventType.goods_received, sleeve)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"unit_factor": "6"})
    await received(house, order.number, "10")
    await bill(house, order.number, "10", invoice="INV-received")
    return house.handle(run_of(order))


async def order_returned(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """One receipt is reversed, of another a part goes back once the supplier allows it."""
    order = await placed(house, order_line(quantity=Decimal(4), close_tolerance=Decimal(50)), number="PO-returned")
    wrong = a_receipt(house, order.number, came("1"), number="GR-returned-1")
    await house.tell(EventType.goods_received, wrong)
    await received(house, order.number, "1")
    await house.tell(EventType.receipt_reversed, a_reversal(wrong))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, number="GR-returned-2"))
    await received(house, order.number, "4")
    back = a_return(house, order.number, number="RT-returned")
    await house.tell(EventType.goods_returned, back)
    await house.tell(EventType.return_authorised, back.model_copy(update={"authorisation": "RMA-1"}), source="supplier")
    await received(house, order.number, "2")
    await bill(house, order.number, "2", invoice="INV-returned")
    return house.handle(run_of(order))


async def order_moved(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Goods came without an order, and a person names it."""
    order = an_order(house, number="PO-moved")
    house.procurement.place(order)
    receipt = a_receipt(house, None, number="GR-moved")
    await house.tell(EventType.goods_received, receipt)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"order": order.number})
    await received(house, order.number, "4")
    return house.handle(stray_run("NORTH", "receipt", receipt.number))


async def order_ruled(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """More came than was ordered and part of it was refused; the buyer accepts it, and the order changes."""
    order = await placed(house, number="PO-ruled")
    line = came("12", refused="1", refused_for="damaged")
    await house.tell(EventType.goods_received, a_receipt(house, order.number, line, number="GR-ruled"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"over": "accept"})
    await received(house, order.number, "12")
    (told,) = await house.items()
    await house.resolve(told.item.item_id, Decision.acknowledge)
    await bill(house, order.number, "12", invoice="INV-ruled")
    return house.handle(run_of(order))


async def order_short_closed(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Part of the goods comes, the buyer awaits no more of them, and what came is billed: each look is one for all."""
    receiving_by(house, goods=SHORT)
    order = await placed(house, number="PO-short-closed")
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4"), number="GR-short-closed"))
    await received(house, order.number, "4")
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"short_close": "1"})
    await house.items(0)
    await bill(house, order.number, "4", invoice="INV-short-closed")
    return house.handle(run_of(order))


async def order_unfit(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """One of two lots is expired and is claimed; the other is billed."""
    answers(house.inventory, "look_up", ItemAndLot(item=Item(item=ITEM, tracking=Tracking.lot_expiry), lot=Lot()))
    order = await placed(house, order_line(quantity=Decimal(3)), number="PO-unfit")
    old = lot("L2", "1", expires=TODAY - timedelta(days=1))
    first = a_receipt(house, order.number, came("4", lots=(lot("L1", "3"), old)), number="GR-unfit-1")
    await house.tell(EventType.goods_received, first)
    await received(house, order.number, "3")
    (told,) = await house.items()
    await house.resolve(told.item.item_id, Decision.acknowledge)
    await bill(house, order.number, "3", invoice="INV-unfit")
    return house.handle(run_of(order))


async def order_undone(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """A receipt is taken back and the order book told so, before other goods come in its place."""
    order = await placed(house, order_line(quantity=Decimal(4)), number="PO-undone")
    wrong = a_receipt(house, order.number, came("1"), number="GR-undone-1")
    await house.tell(EventType.goods_received, wrong)
    await received(house, order.number, "1")
    await house.tell(EventType.receipt_reversed, a_reversal(wrong))
    await received(house, order.number, "0")
    await house.tell(EventType.goods_received, a_receipt(house, order.number, number="GR-undone-2"))
    await received(house, order.number, "4")
    await bill(house, order.number, "4", invoice="INV-undone")
    return house.handle(run_of(order))


async def order_refilled(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Consigned goods come without an order."""
    lots = (lot("L1", "4"),)
    refill = a_receipt(house, None, came("4", lots=lots), number="GR-refilled", ownership=Ownership.consigned)
    await house.tell(EventType.goods_received, refill)
    return house.handle(stray_run("NORTH", "receipt", refill.number))


ORDER_SCENES: tuple[OrderScene, ...] = (
    order_received,
    order_returned,
    order_moved,
    order_ruled,
    order_unfit,
    order_undone,
    order_refilled,
    order_short_closed,
)
