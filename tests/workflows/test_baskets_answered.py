"""The answers of a supplier to an order: in parts, later, undated, fewer, unasked for, or none."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from canonical.clock import Clock
from canonical.documents.order import Acknowledged
from canonical.documents.work_item import Cause, Decision
from suture.store.work_items import Listed
from tests.support.baskets import a_sent_order, furnished, now
from tests.support.house import SOON, eventually
from tests.support.replenishing import (
    acknowledged,
    of_line,
    order_sent,
    says,
)
from tests.support.trade_house import TradeHouse

House = Callable[..., TradeHouse]
DAY = date(2026, 12, 1)
LATER_DAY = date(2026, 12, 9)
A = Acknowledged


async def test_the_answer_of_a_supplier_that_sends_none_by_itself_is_asked_for(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, order = await a_sent_order(house)
        house.supplier.said.append(says(order.number, of_line(1, A.accepted, on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"


async def test_an_order_is_answered_in_parts_and_every_change_of_a_date_is_a_new_revision(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.split_up, quantity=Decimal(1), on=DAY)))
        half = says(order.number, of_line(1, A.date_pending, quantity=Decimal(1)), minutes=1)
        await acknowledged(house, half)
        await acknowledged(
            house, says(order.number, of_line(1, A.accepted, quantity=Decimal(1), on=LATER_DAY), minutes=2)
        )
        await house.closed(basket)
        coming = house.inventory.expected(order.number)
        assert coming is not None
        assert [(line.quantity, line.on) for line in coming.lines] == [(10, DAY), (10, LATER_DAY)]
        await acknowledged(house, says(order.number, of_line(1, A.date_changed, on=LATER_DAY), minutes=3))
        await house.closed(basket.next())
    moved = house.inventory.expected(order.number)
    assert moved is not None and moved.revision > coming.revision
    assert [(line.quantity, line.on) for line in moved.lines] == [(20, LATER_DAY)]


async def test_fewer_than_were_ordered_are_taken_and_the_rest_is_cancelled(trade_houses: House) -> None:
    house = furnished(trade_houses, refused="cancel")
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.quantity_changed, quantity=Decimal(1), on=DAY)))
        await house.closed(basket)
        changed = await now(house, order)
    assert (changed.version, changed.lines[0].cancelled, changed.worth) == (2, 1, 50)
    assert house.procurement.commitment(order.number) == 50


async def test_a_line_that_was_not_ordered_is_a_question_and_nothing_more(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, order = await a_sent_order(house)
        lines = (of_line(1, A.accepted, on=DAY), of_line(9, A.not_on_order, item="5555"))
        await acknowledged(house, says(order.number, *lines))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.not_on_order and not listed.item.blocks
        await house.resolve(listed.item.item_id, Decision.acknowledge)
        assert (await house.closed(basket)).outcome == "ordered"
    assert (await now(house, order)).version == 1


async def test_what_is_on_hold_or_has_no_date_is_waited_for_until_its_clock(trade_houses: House) -> None:
    house = furnished(trade_houses, dates=Clock(look_again=SOON, overdue=timedelta(0)), refused="cancel")
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.on_hold)))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.date_pending
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": "cancel"})
        assert (await house.closed(basket)).outcome == "not delivered"


async def test_a_silent_supplier_is_told_to_the_buyer_who_orders_elsewhere(trade_houses: House) -> None:
    house = furnished(
        trade_houses,
        contracts=({}, {"supplier": "BETA", "rank": 2}),
        acknowledgement=Clock(look_again=SOON, overdue=timedelta(0)),
    )
    async with house.open():
        basket, order = await a_sent_order(house)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.not_acknowledged
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": "re-source"})
        second = await order_sent(house, 2)
        await acknowledged(house, says(second.number, of_line(1, A.accepted, on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"
    assert (await now(house, order)).nothing_left
    assert house.supplier.changes.standing[0].order.nothing_left


async def test_what_was_cancelled_is_not_ordered_again_because_its_supplier_accepts_it_late(
    trade_houses: House,
) -> None:
    house = furnished(
        trade_houses,
        contracts=({}, {"supplier": "BETA", "rank": 2}),
        acknowledgement=Clock(look_again=SOON, overdue=timedelta(0)),
    )
    async with house.open():
        basket, order = await a_sent_order(house)
        (listed,) = await house.items()
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": "re-source"})
        second = await order_sent(house, 2)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, quantity=Decimal(2), on=DAY)))

        async def told() -> Listed | None:
            listed = await house.store.work_items.open_items()
            return next((one for one in listed if one.item.cause is Cause.not_on_order), None)

        item = (await eventually(told)).item
        assert order.number in item.question and not item.blocks
        await house.resolve(item.item_id, Decision.acknowledge)
        await acknowledged(house, says(second.number, of_line(1, A.accepted, on=DAY)))
        assert (await house.closed(basket)).outcome == "ordered"
    assert (await now(house, order)).nothing_left and not (await now(house, second)).nothing_left
