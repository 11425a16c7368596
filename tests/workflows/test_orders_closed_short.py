"""A line that a person closes short on an order that is with its supplier: everybody who counts on it is told."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal

import pytest

from canonical.documents.order import Acknowledged, Order
from canonical.documents.work_item import Cause, Decision
from canonical.identity import RunName, basket_of_order, basket_run, order_run
from canonical.inbound import EventType
from tests.support.house import eventually
from tests.support.orders import a_receipt, came, received, receiving_by
from tests.support.replenishing import acknowledged, contract, of_line, order_sent, policy, requested, says
from tests.support.trade_house import SHORT, TODAY, TradeHouse
from tests.support.trouble import Trouble, lost, refusal
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval


@pytest.fixture
async def house(trade_houses: Callable[..., TradeHouse]) -> AsyncIterator[TradeHouse]:
    """A house in which baskets order, and orders are received, where nobody waits long for goods."""
    furnished = trade_houses(ReplenishmentApproval, ReceiptToInvoice, purchasing=policy())
    furnished.procurement.agreed = [contract(furnished)]
    receiving_by(furnished, goods=SHORT)
    async with furnished.open() as opened:
        yield opened


async def ordered(house: TradeHouse, *, answered: bool = True) -> Order:
    """An order of two boxes of ten that its supplier has, and has taken."""
    await requested(house, house.number("RQ"))
    order: Order = await order_sent(house)
    if answered:
        await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=TODAY)))
        await house.closed(basket_of(order))
    return order


def basket_of(order: Order) -> RunName:
    """The first run of the basket that an order came of."""
    return basket_run("NORTH", basket_of_order("NORTH", order.number) or "")


async def close_short(house: TradeHouse) -> None:
    """The buyer awaits no more of the first line."""
    (listed,) = await house.items()
    assert listed.item.cause is Cause.goods_overdue
    await house.resolve(listed.item.item_id, Decision.correct, correction={"short_close": "1"})


async def nothing_is_expected(house: TradeHouse, order: Order) -> None:
    """Wait until inventory was told that the order brings nothing more."""

    async def told() -> bool | None:
        coming = house.inventory.expected(order.number)
        return True if coming is not None and coming.lines == () else None

    await eventually(told)


async def test_the_supplier_is_told_to_bring_no_more_and_inventory_expects_no_more(house: TradeHouse) -> None:
    order = await ordered(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1", unit="box"), location="OR-1"))
    await received(house, order.number, "1")
    await close_short(house)
    await nothing_is_expected(house, order)
    (change,) = house.supplier.changes.standing
    (line,) = change.order.lines
    assert (change.order.version, line.quantity - line.cancelled) == (2, 1)
    in_procurement = await house.procurement.order(facility="NORTH", number=order.number)
    assert in_procurement is not None
    assert (in_procurement.version, in_procurement.lines[0].closed) == (2, True)
    assert (await house.closed(basket_of(order).next())).outcome == "ordered"
    assert await house.items(0) == ()


async def test_what_was_refused_or_is_on_its_way_stays_on_the_suppliers_order(house: TradeHouse) -> None:
    order = await ordered(house)
    damaged = came("0", refused=Decimal(1), refused_for="damaged", unit="box")
    await house.tell(EventType.goods_received, a_receipt(house, order.number, damaged, location="OR-1"))

    async def overdue() -> str | None:
        items = await house.store.work_items.open_items()
        known = {one.item.cause: one.item.item_id for one in items}
        return known.get(Cause.goods_overdue) if Cause.refused_goods in known else None

    await house.resolve(await eventually(overdue), Decision.correct, correction={"short_close": "1"})
    await nothing_is_expected(house, order)
    (change,) = house.supplier.changes.standing
    (line,) = change.order.lines
    assert line.quantity - line.cancelled == 1


async def test_a_basket_no_longer_waits_for_the_answer_about_a_closed_line(house: TradeHouse) -> None:
    order = await ordered(house, answered=False)
    await close_short(house)
    assert (await house.closed(basket_of(order))).outcome == "ordered"
    await nothing_is_expected(house, order)
    (change,) = house.supplier.changes.standing
    assert change.order.nothing_left


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "never arrived"])
async def test_the_supplier_is_told_once_where_the_answer_was_lost(house: TradeHouse, applied: bool) -> None:
    post = Trouble(house.supplier.changes, "post")
    post.after(lost()) if applied else post.before(lost())
    order = await ordered(house)
    await close_short(house)
    await nothing_is_expected(house, order)
    await house.closed(order_run("NORTH", order.number))
    assert len(house.supplier.changes.standing) == 1


async def test_a_supplier_that_takes_no_change_is_a_question_to_the_buyer(house: TradeHouse) -> None:
    Trouble(house.supplier.changes, "post").before(refusal("one box is on its way"))
    order = await ordered(house)
    await close_short(house)

    async def refused() -> str | None:
        items = await house.store.work_items.open_items()
        return next((one.item.item_id for one in items if one.item.cause is Cause.refused), None)

    item = await eventually(refused)
    await house.resolve(item, Decision.accept, external_reference="BY-PHONE")
    await house.closed(order_run("NORTH", order.number))
    assert house.supplier.changes.standing == ()
    await nothing_is_expected(house, order)


async def test_what_is_accepted_beyond_an_order_is_known_to_its_basket_and_no_change_to_the_supplier(
    house: TradeHouse,
) -> None:
    order = await ordered(house, answered=False)
    more = a_receipt(house, order.number, came("3", unit="box"), location="OR-1")
    await house.tell(EventType.goods_received, more)

    async def too_much() -> str | None:
        items = await house.store.work_items.open_items()
        return next((one.item.item_id for one in items if one.item.cause is Cause.over_delivered), None)

    await house.resolve(await eventually(too_much), Decision.correct, correction={"over": "accept"})
    await received(house, order.number, "3")
    assert house.supplier.changes.standing == ()
    # The basket's own change of the order follows upon that revision.
    said = of_line(1, Acknowledged.price_changed, price=order.lines[0].price.model_copy(update={"amount": Decimal(4)}))
    await acknowledged(house, says(order.number, said))
    await house.closed(basket_of(order))
    now = await house.procurement.order(facility="NORTH", number=order.number)
    assert now is not None
    assert (now.version, now.lines[0].price.amount, now.lines[0].quantity) == (3, 4, 3)
