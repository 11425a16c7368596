"""Goods that came expired, or keep too short, are refused by the run where their item's tracking class has an expiry."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from canonical.documents.item import Item, Tracking
from canonical.documents.lot import Lot
from canonical.documents.receipt import Refused
from canonical.documents.work_item import Cause
from canonical.inbound import EventType
from canonical.ports import ItemAndLot
from tests.support.answers import answers
from tests.support.house import eventually
from tests.support.orders import PLACE, a_receipt, asked_the_supplier, came, lot, placed, received, receiving_by
from tests.support.trade_house import TODAY, TradeHouse
from tests.support.trouble import Trouble, lost
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice

OVER = TODAY - timedelta(days=1)
SOON_OVER = TODAY + timedelta(days=30)


@pytest.fixture
async def house(trade_house: OpenTradeHouse) -> TradeHouse:
    """The house of orders, which demands that goods keep for ninety days."""
    house = await trade_house(ReceiptToInvoice)
    receiving_by(house, shelf_life=timedelta(days=90))
    return house


def tracked(house: TradeHouse, tracking: Tracking) -> None:
    """Every item is tracked so."""
    answers(house.inventory, "look_up", ItemAndLot(item=Item(item="4702", tracking=tracking), lot=Lot()))


@pytest.mark.parametrize(("expires", "why"), [(OVER, Refused.expired), (SOON_OVER, Refused.short_dated)])
async def test_lots_that_are_too_old_are_neither_registered_nor_accrued_but_claimed(
    house: TradeHouse, expires: date, why: Refused
) -> None:
    tracked(house, Tracking.lot_expiry)
    order = await placed(house)
    lots = (lot("L1", "3"), lot("L2", "1", expires=expires))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", lots=lots)))
    await received(house, order.number, "3")
    assert house.inventory.on_hand(PLACE, "4702", lot="L1") == 3
    assert house.inventory.on_hand(PLACE, "4702", lot="L2") == 0
    assert house.procurement.received_not_invoiced(order.number) == {1: Decimal(3)}
    (claim,) = house.supplier.returns.standing
    (line,) = claim.goods_return.lines
    assert (line.accepted, [one.lot for one in line.lots]) == (1, ["L2"])
    assert why in claim.goods_return.reason
    (told,) = await house.items()
    assert (told.item.cause, told.item.blocks, f"({why})" in told.item.question) == (Cause.refused_goods, False, True)


async def test_each_reason_is_told_by_itself(house: TradeHouse) -> None:
    tracked(house, Tracking.lot_expiry)
    order = await placed(house)
    lots = (lot("L1", "1", expires=OVER), lot("L2", "3", expires=SOON_OVER))
    line = came("4", lots=lots, refused="1", refused_for=Refused.damaged)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, line))
    told = " ".join(one.item.question for one in await house.items(3))
    assert all(f"({why})" in told for why in (Refused.damaged, Refused.expired, Refused.short_dated))
    await asked_the_supplier(house)
    assert (house.procurement.receipts.standing, house.inventory.lots_in.standing) == ((), ())


@pytest.mark.parametrize("tracking", [Tracking.none, Tracking.lot])
async def test_an_expiry_counts_only_where_the_item_is_tracked_by_it(house: TradeHouse, tracking: Tracking) -> None:
    tracked(house, tracking)
    order = await placed(house)
    old = came("4", lots=(lot("L1", "4", expires=OVER),))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, old))
    await received(house, order.number, "4")
    assert await house.items(0) == ()


async def test_without_a_demand_of_the_facility_only_what_is_expired_is_refused(house: TradeHouse) -> None:
    receiving_by(house, shelf_life=None)
    tracked(house, Tracking.serial)
    order = await placed(house)
    lots = (lot("L1", "1", serial="S1", expires=SOON_OVER), lot("L1", "1", serial="S2", expires=OVER))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("2", lots=lots)))
    await received(house, order.number, "1")
    assert house.inventory.on_hand(PLACE, "4702", serial="S1") == 1


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "never arrived"])
async def test_the_claim_for_what_is_too_old_is_made_once_where_the_answer_was_lost(
    house: TradeHouse, applied: bool
) -> None:
    post = Trouble(house.supplier.returns, "post")
    post.after(lost()) if applied else post.before(lost())
    tracked(house, Tracking.lot_expiry)
    order = await placed(house)
    old = came("4", lots=(lot("L1", "3"), lot("L2", "1", expires=OVER)))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, old))
    await received(house, order.number, "3")
    assert len(house.supplier.returns.standing) == 1


async def test_goods_that_were_used_before_they_were_ordered_are_owed_for_however_old(house: TradeHouse) -> None:
    tracked(house, Tracking.lot_expiry)
    order = await placed(house)
    used = came("1", lots=(lot("L1", "1", expires=OVER),))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, used, moves_stock=False))
    await received(house, order.number, "1")
    assert house.supplier.returns.standing == ()


async def test_what_is_too_old_leaves_room_for_what_is_sent_in_its_place(house: TradeHouse) -> None:
    tracked(house, Tracking.lot_expiry)
    order = await placed(house)
    old = came("10", lots=(lot("L1", "10", expires=OVER),))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, old))
    await house.items(1)
    fresh = a_receipt(house, order.number, came("10", lots=(lot("L2", "10"),)), number="GR2")
    await house.tell(EventType.goods_received, fresh)
    await received(house, order.number, "10")

    async def only_the_claim() -> bool | None:
        items = await house.store.work_items.open_items()
        return True if [one.item.cause for one in items] == [Cause.refused_goods] else None

    await eventually(only_the_claim)
