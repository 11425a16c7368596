"""Another item in place of the one that was ordered (domain rule 20)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

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


async def test_the_same_makers_equivalent_is_taken_by_itself_at_its_own_price(trade_houses: House) -> None:
    house = furnished(trade_houses, contracts=({}, {"item": "4799", "replaces": "4702", "price": price(4)}))
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.substituted, item="4799", on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"
        changed = await now(house, order)
    old, new = changed.lines
    assert (old.cancelled, new.item, new.price.amount, new.quantity) == (2, "4799", 4, 2)
    coming = house.inventory.expected(order.number)
    assert coming is not None and [(line.item, line.quantity) for line in coming.lines] == [("4799", 20)]


@pytest.mark.parametrize("decision", [Decision.approve, Decision.reject])
async def test_another_makers_product_needs_clinical_approval(trade_houses: House, decision: Decision) -> None:
    house = furnished(trade_houses, refused="cancel")
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.substituted, item="9999", price=price(5), on=DAY)))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.substitution and listed.item.safety
        await house.resolve(listed.item.item_id, decision)
        if decision is Decision.approve:
            (money,) = await house.items()
            assert "9999 of another manufacturer instead of what was approved" in money.item.question
            await house.resolve(money.item.item_id, Decision.approve, who="boss")
        await house.closed(basket)
        changed = await now(house, order)
    assert [line.item for line in changed.lines if line.quantity > line.cancelled] == (
        ["9999"] if decision is Decision.approve else []
    )


@pytest.mark.parametrize("offered", [4, 5])
async def test_the_same_makers_item_that_people_take_is_no_dearer_and_asks_for_no_money(
    trade_houses: House, offered: int
) -> None:
    house = furnished(trade_houses, contracts=({}, {"item": "4799"}))
    async with house.open():
        basket, order = await a_sent_order(house)
        instead = of_line(1, A.substituted, item="4799", price=price(offered), on=DAY)
        await acknowledged(house, says(order.number, instead))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.substitution
        await house.resolve(listed.item.item_id, Decision.approve)
        assert (await house.closed(basket)).outcome == "ordered"
        changed = await now(house, order)
    assert (changed.lines[1].item, changed.worth) == ("4799", 20 * offered)


async def test_the_same_makers_dearer_equivalent_is_approved_anew(trade_houses: House) -> None:
    house = furnished(trade_houses, contracts=({}, {"item": "4799", "replaces": "4702", "price": price(6)}))
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.substituted, item="4799", on=DAY)))
        (money,) = await house.items()
        assert "another price" in money.item.question
        await house.resolve(money.item.item_id, Decision.approve, who="boss")
        await house.closed(basket)
    assert (await now(house, order)).worth == 120


async def test_what_a_substitute_stands_in_for_is_not_approved_a_second_time(trade_houses: House) -> None:
    house = furnished(trade_houses, contracts=({}, {"item": "4799", "replaces": "4702"}), basket_limit=Decimal(100))
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.substituted, item="4799", on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"
        too_many = of_line(1, A.quantity_changed, quantity=Decimal(2), on=DAY)
        await acknowledged(house, says(order.number, too_many, minutes=1))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.approval
        assert listed.item.to_approve is not None and listed.item.to_approve.total == 200
        await house.resolve(listed.item.item_id, Decision.reject, who="boss")
        await house.closed(basket.next())
