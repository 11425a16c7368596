"""Baskets: from the line that is asked for to the order that its supplier has."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from canonical.clock import Clock
from canonical.documents.order import Acknowledged, OrderType
from canonical.documents.replenishment import RequestKind, RequestWithdrawn
from canonical.documents.work_item import Cause, Decision
from canonical.identity import RunName, order_run
from canonical.inbound import EventType
from tests.support.baskets import a_sent_order, furnished, now
from tests.support.house import LATER, SOON, eventually
from tests.support.replenishing import (
    AT_ONCE,
    NEVER,
    acknowledged,
    below_par,
    crossed,
    of_line,
    order_sent,
    policy,
    requested,
    says,
)
from tests.support.trade_house import NOW, TradeHouse
from tests.support.trouble import Trouble, lost, refusal

House = Callable[..., TradeHouse]
DAY = date(2026, 12, 1)
A = Acknowledged


async def test_a_need_becomes_an_order_that_is_sent_acknowledged_and_expected(trade_houses: House) -> None:
    house = furnished(trade_houses)
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location)]
    async with house.open():
        need = await crossed(house, location)
        order = await order_sent(house)
        (line,) = order.lines
        assert (line.quantity, line.unit, line.base_factor) == (2, "box", 10)
        assert line.worth(line.quantity) == 100
        assert (await house.closed(need)).outcome == "ordered"
        assert (await now(house, order)).worth == 100
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        (basket,) = [one for one in await house.store.runs.find() if one.process == "replenishment-approval"]
        closed = await house.closed(RunName.parse(basket.workflow_id))
    assert closed.outcome == "ordered"
    coming = house.inventory.expected(order.number)
    assert coming is not None
    (expected,) = coming.lines
    assert (expected.location, expected.quantity, expected.on) == (location, 20, DAY)


async def test_par_level_request_and_order_are_joined_in_lineage_and_belong_together(trade_houses: House) -> None:
    house = furnished(trade_houses)
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location)]
    async with house.open():
        await crossed(house, location)
        order = await order_sent(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        basket = RunName.parse(f"replenishment-approval:NORTH:basket:{order.number.removeprefix('PO-NORTH-')[:-2]}")
        run = await house.closed(basket)
        edges = await house.store.lineage.walk((location, "par-level", "4702"))
        found = await house.store.correlations.find(order_run("NORTH", order.number).business_key)
    assert {edge.to_kind for edge in edges} >= {"request", "order", "sent-order", "expected"}
    assert ("order", "order", order.number) in {(one.to_system, one.to_kind, one.to_reference) for one in edges}
    assert found == run.correlation_id


async def test_what_several_locations_need_is_one_order_at_the_price_of_their_joined_quantity(
    trade_houses: House,
) -> None:
    tiers = [{"from_quantity": Decimal(40), "amount": Decimal(4)}]
    later = Clock(look_again=SOON, overdue=LATER)
    house = furnished(trade_houses, ordered=later)
    house.procurement.agreed = [
        type(one).model_validate(one.model_dump() | {"tiers": tiers}) for one in house.procurement.agreed
    ]
    house.purchasing = policy(
        calendar=policy().replenishing.calendar.model_copy(update={"every": timedelta(seconds=2)})
    )
    async with house.open():
        await requested(house, house.number("R1"), location="OR-1")
        await requested(house, house.number("R2"), location="OR-2", cost_centre="4200")
        order = await order_sent(house)
        await acknowledged(house, says(order.number, *(of_line(line, A.accepted, on=DAY) for line in (1, 2))))
    assert [(line.location, line.price.amount) for line in order.lines] == [("OR-1", 4), ("OR-2", 4)]


async def test_a_request_that_is_withdrawn_before_the_cut_off_is_not_ordered(trade_houses: House) -> None:
    house = furnished(trade_houses, calendar=NEVER)
    async with house.open():
        basket = await requested(house, house.number("R1"))
        await house.at_stage(basket, "collecting")
        gone = RequestWithdrawn(
            facility="NORTH",
            source="portal",
            number=house.number("R1"),
            occurred=NOW,
            supplier=house.number("ACME"),
            basket=house.number("ACME"),
        )
        await house.tell(EventType.request_withdrawn, gone)
        assert (await house.closed(basket)).outcome == "withdrawn"
    assert not house.supplier.orders.standing


async def test_a_line_without_a_contract_is_asked_about_and_may_be_dropped(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.purchasing = policy(
        calendar=policy().replenishing.calendar.model_copy(update={"every": timedelta(seconds=1)})
    )
    async with house.open():
        await requested(house, house.number("R1"), item="unknown")
        await requested(house, house.number("R2"))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_contract
        await house.resolve(listed.item.item_id, Decision.reject)
        order = await order_sent(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
    assert [line.item for line in order.lines] == ["4702"]


async def test_a_rush_that_was_phoned_is_confirmed_at_once_by_an_order_of_its_own(trade_houses: House) -> None:
    house = furnished(trade_houses, calendar=NEVER, basket_limit=Decimal(0))
    async with house.open():
        basket = await requested(house, house.number("R1"))
        await house.at_stage(basket, "collecting")
        await requested(house, house.number("R2"), kind=RequestKind.rush, rush_reference="PHONE-7")
        (listed,) = await house.items()
        await house.resolve(listed.item.item_id, Decision.approve, who="boss")
        order = await order_sent(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
    assert (order.type, order.rush_reference, len(order.lines)) == (OrderType.confirming, "PHONE-7", 1)
    assert order.lines[0].requests == (house.number("R2"),)


async def test_lost_answers_order_nothing_twice(trade_houses: House) -> None:
    house = furnished(trade_houses)
    for book in (house.procurement.orders, house.supplier.orders, house.inventory.deliveries):
        Trouble(book, "post").after(lost())
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        await house.closed(basket)
    assert [len(book.standing) for book in (house.procurement.orders, house.supplier.orders)] == [1, 1]


async def test_an_order_that_procurement_refuses_waits_and_goes_on(trade_houses: House) -> None:
    house = furnished(trade_houses)
    Trouble(house.procurement.orders, "post").before(refusal())
    async with house.open():
        await requested(house, house.number("R1"))
        (listed,) = await house.items()
        assert listed.item.step == "order-1" and not house.supplier.orders.standing
        await house.resolve(listed.item.item_id, Decision.retry)
        order = await order_sent(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))


async def test_what_is_asked_for_after_the_cut_off_is_joined_until_the_next_one(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        await house.closed(basket)
        house.purchasing = policy(calendar=AT_ONCE.model_copy(update={"every": timedelta(days=30)}))
        await requested(house, house.number("R2"))

        async def until_next_month() -> bool | None:
            events = (await house.handle(basket.next()).fetch_history()).events
            timers = [one.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta() for one in events]
            return any(one > timedelta(minutes=1) for one in timers) or None

        await eventually(until_next_month)
        await house.handle(basket.next()).cancel()
        assert (await house.closed(basket.next())).outcome == "cancelled"
    assert len(house.supplier.orders.standing) == 1
