"""What a supplier refuses or owes for later: waited for, cancelled, or ordered elsewhere."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from canonical.documents.order import Acknowledged
from canonical.documents.replenishment import Budget
from canonical.documents.work_item import Cause, Decision
from tests.support.baskets import a_sent_order, furnished, now
from tests.support.replenishing import (
    acknowledged,
    of_line,
    order_sent,
    price,
    says,
)
from tests.support.trade_house import TradeHouse

House = Callable[..., TradeHouse]
DAY = date(2026, 12, 1)
LATER_DAY = date(2026, 12, 9)
A = Acknowledged


@pytest.mark.parametrize("status", [A.rejected, A.deleted])
async def test_what_a_supplier_refuses_is_ordered_from_the_next_contracted_source(
    trade_houses: House, status: Acknowledged
) -> None:
    house = furnished(trade_houses, contracts=({}, {"supplier": "BETA", "rank": 2, "price": price(6)}))
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(150)
    )
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, status)))
        second = await order_sent(house, 2)
        assert (second.supplier, second.number) == (house.number("BETA"), order.number[:-1] + "2")
        assert house.procurement.reserved("NORTH", "4100") == 0
        await acknowledged(house, says(second.number, of_line(1, A.accepted, on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"
    assert (await now(house, order)).nothing_left and second.worth == 120
    assert [one.amount for one in house.procurement.reservations.standing] == [120]
    coming = house.inventory.expected(order.number)
    assert coming is not None and not coming.lines


async def test_what_nobody_else_is_contracted_for_is_asked_about(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.rejected)))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_other_source
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": "cancel"})
        assert (await house.closed(basket)).outcome == "not delivered"


async def test_what_the_supplier_has_confirmed_before_the_remainder_is_cancelled_still_comes(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, order = await a_sent_order(house)
        one = {"quantity": Decimal(1)}
        await acknowledged(house, says(order.number, of_line(1, A.deleted, **one), of_line(1, A.on_hold, **one)))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_other_source
        await acknowledged(house, says(order.number, of_line(1, A.accepted, **one, on=DAY), minutes=1))
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": "cancel"})
        assert (await house.closed(basket)).outcome == "ordered"
    assert await house.items(0) == ()
    (line,) = (await now(house, order)).lines
    assert (line.quantity, line.cancelled) == (2, 1)


@pytest.mark.parametrize(("remainder", "cancelled", "orders"), [("wait", 0, 1), ("cancel", 1, 1), ("re-source", 1, 2)])
async def test_a_back_order_is_waited_for_cancelled_or_ordered_elsewhere_as_a_person_says(
    trade_houses: House, remainder: str, cancelled: int, orders: int
) -> None:
    house = furnished(trade_houses, contracts=({}, {"supplier": "BETA", "rank": 2}))
    async with house.open():
        basket, order = await a_sent_order(house)
        parts = (
            of_line(1, A.accepted, quantity=Decimal(1), on=DAY),
            of_line(1, A.back_ordered, quantity=Decimal(1), on=LATER_DAY),
        )
        await acknowledged(house, says(order.number, *parts))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.back_order
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": remainder})
        newest = await order_sent(house, orders)
        if orders == 2:
            await acknowledged(house, says(newest.number, of_line(1, A.accepted, on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"
    assert (await now(house, order)).lines[0].cancelled == cancelled
    assert len(house.supplier.changes.standing) == (remainder != "wait")


async def test_a_back_order_that_is_dated_while_it_is_asked_about_answers_itself(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.back_ordered)))
        await house.items()
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY), minutes=1))
        assert (await house.closed(basket)).outcome == "ordered"
    assert not await house.store.work_items.open_items()
