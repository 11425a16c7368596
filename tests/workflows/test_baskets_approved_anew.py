"""What a supplier changes of an approved order: approved anew, within what was approved, or not taken."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from canonical.documents.order import Acknowledged
from canonical.documents.work_item import Cause, Decision
from tests.support.baskets import a_sent_order, furnished, now
from tests.support.replenishing import (
    acknowledged,
    of_line,
    price,
    says,
)
from tests.support.trade_house import TradeHouse

House = Callable[..., TradeHouse]
DAY = date(2026, 12, 1)
A = Acknowledged


async def test_a_price_above_the_approved_one_is_approved_anew_or_not_taken(trade_houses: House) -> None:
    house = furnished(trade_houses, refused="cancel")
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.price_changed, price=price(6), on=DAY)))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.approval and "another price" in listed.item.question
        await house.resolve(listed.item.item_id, Decision.approve, who="boss")
        await house.closed(basket)
        assert (await now(house, order)).worth == 120
        await acknowledged(house, says(order.number, of_line(1, A.price_changed, price=price(9), on=DAY), minutes=1))
        (again,) = await house.items()
        await house.resolve(again.item.item_id, Decision.reject, who="boss")
        assert (await house.closed(basket.next())).outcome == "not delivered"
    assert (await now(house, order)).worth == 0
    assert house.supplier.changes.standing[-1].order.worth == 0


async def test_a_price_within_tolerance_or_below_asks_nobody(trade_houses: House) -> None:
    house = furnished(trade_houses, price_tolerance=Decimal(5))
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.price_changed, price=price("5.2"), on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"
    assert (await now(house, order)).worth == 104


async def test_more_than_was_approved_is_approved_anew(trade_houses: House) -> None:
    house = furnished(trade_houses, basket_limit=Decimal(120))
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.quantity_changed, quantity=Decimal(3), on=DAY)))
        (listed,) = await house.items()
        assert listed.item.to_approve is not None and listed.item.to_approve.total == 150
        await house.resolve(listed.item.item_id, Decision.approve, who="boss")
        await house.closed(basket)
    assert (await now(house, order)).lines[0].quantity == 3
