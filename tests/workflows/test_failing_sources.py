"""Failing sources: a need that comes again does not ask whoever has just failed it, and in the end asks a person."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from canonical.clock import Clock
from canonical.documents.order import Acknowledged, Order
from canonical.documents.request_run import RequestRun
from canonical.documents.work_item import Cause, Decision
from canonical.identity import RunName
from tests.support.house import LATER, SOON, eventually
from tests.support.replenishing import (
    BOSS,
    acknowledged,
    below_par,
    contract,
    crossed,
    of_line,
    order_sent,
    policy,
    says,
)
from tests.support.trade_house import TradeHouse
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest

House = Callable[..., TradeHouse]
BOTH = (ReplenishmentRequest, ReplenishmentApproval)
DAY = date(2026, 12, 1)
A = Acknowledged
BETA = {"supplier": "BETA", "rank": 2}


def furnished(trade_houses: House, *contracts: dict[str, Any], **rules: Any) -> tuple[TradeHouse, str]:
    """A house whose location lacks twelve of twenty, with a first source and these; answers the location too."""
    house = trade_houses(*BOTH, purchasing=policy(**rules))
    house.procurement.agreed = [contract(house, **changes) for changes in ({}, *contracts)]
    house.people.people["boss"] = BOSS
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location)]
    return house, location


async def lacking_again(house: TradeHouse, location: str, *, orders: int) -> Order:
    """The par level is crossed, and so many orders are sent by then; answers the newest."""
    await crossed(house, location)
    order: Order = await order_sent(house, orders)
    return order


async def has_heard(house: TradeHouse, need: RunName, *suppliers: str) -> RequestRun:
    """What the need knows, once it has heard that these have failed it, and has closed."""

    async def heard() -> RequestRun | None:
        newest = await house.store.runs.newest(need.business_key)
        if newest is None or newest.closed is None:
            return None
        state = RequestRun.model_validate_json(await house.store.runs.closing(newest.workflow_id) or "{}")
        return state if set(state.failed) == {house.number(one) for one in suppliers} else None

    return await eventually(heard)


async def test_who_does_not_deliver_is_passed_over_until_a_person_says_otherwise(trade_houses: House) -> None:
    house, location = furnished(trade_houses, BETA, back_orders="cancel")
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await acknowledged(house, says(first.number, of_line(1, A.back_ordered)))
        await has_heard(house, need, "ACME")
        second = await lacking_again(house, location, orders=2)
        assert [first.supplier, second.supplier] == [house.number("ACME"), house.number("BETA")]
        await acknowledged(house, says(second.number, of_line(1, A.back_ordered), supplier="BETA"))
        await has_heard(house, need, "ACME", "BETA")
        await crossed(house, location)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_other_source and "4702" in listed.item.question
        assert len(house.supplier.orders.standing) == 2
        await house.resolve(listed.item.item_id, Decision.retry)
        third = await order_sent(house, 3)
        assert third.supplier == house.number("ACME")
        assert not (await has_heard(house, need)).failed


async def test_another_makers_item_is_never_ordered_in_place_of_one_that_failed(trade_houses: House) -> None:
    house, location = furnished(trade_houses, BETA | {"manufacturer": "OTHERS"}, back_orders="cancel")
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await acknowledged(house, says(first.number, of_line(1, A.back_ordered)))
        await has_heard(house, need, "ACME")
        await crossed(house, location)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_other_source
        await house.resolve(listed.item.item_id, Decision.abandon)
    assert len(house.supplier.orders.standing) == 1


async def test_a_source_that_has_rested_is_asked_again(trade_houses: House) -> None:
    house, location = furnished(trade_houses, BETA, back_orders="cancel", failed_rests=timedelta(0))
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await acknowledged(house, says(first.number, of_line(1, A.back_ordered)))
        await has_heard(house, need, "ACME")
        assert (await lacking_again(house, location, orders=2)).supplier == house.number("ACME")


async def test_a_source_contracted_while_a_person_is_asked_is_asked_first(trade_houses: House) -> None:
    house, location = furnished(trade_houses, back_orders="cancel")
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await acknowledged(house, says(first.number, of_line(1, A.back_ordered)))
        await has_heard(house, need, "ACME")
        await crossed(house, location)
        (listed,) = await house.items()
        house.procurement.agreed.append(contract(house, **BETA))
        await house.resolve(listed.item.item_id, Decision.retry)
        assert (await order_sent(house, 2)).supplier == house.number("BETA")


async def test_what_is_sought_elsewhere_is_not_asked_for_twice(trade_houses: House) -> None:
    house, location = furnished(trade_houses)
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await house.closed(need)
        await acknowledged(house, says(first.number, of_line(1, A.rejected)))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_other_source
        await house.at_stage(need.next(), "in a basket")
        await crossed(house, location)
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": "cancel"})
        assert (await house.closed(need.next())).outcome == "not ordered"
        state = RequestRun.model_validate_json(await house.store.runs.closing(need.next().workflow_id) or "")
    assert (state.crossed, state.met, len(state.asked)) == (2, 2, 1)
    assert len(house.supplier.orders.standing) == 1


async def test_the_need_is_answered_by_the_order_from_the_next_source(trade_houses: House) -> None:
    house, location = furnished(trade_houses, BETA)
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await house.closed(need)
        await acknowledged(house, says(first.number, of_line(1, A.rejected)))
        second = await order_sent(house, 2)
        assert second.supplier == house.number("BETA")
        assert (await house.closed(need.next())).outcome == "ordered"
        await acknowledged(house, says(second.number, of_line(1, A.accepted, on=DAY), supplier="BETA"))
        await has_heard(house, need, "ACME")
        assert (await lacking_again(house, location, orders=3)).supplier == house.number("BETA")


async def test_a_basket_does_not_turn_to_whoever_has_failed_its_need_before(trade_houses: House) -> None:
    house, location = furnished(trade_houses, BETA, back_orders="cancel")
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await acknowledged(house, says(first.number, of_line(1, A.back_ordered)))
        await has_heard(house, need, "ACME")
        second = await lacking_again(house, location, orders=2)
        await acknowledged(house, says(second.number, of_line(1, A.rejected), supplier="BETA"))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_other_source
    assert len(house.supplier.orders.standing) == 2


@pytest.mark.parametrize("how", ["abandoned", "cancelled"])
async def test_a_need_does_not_wait_for_a_basket_that_was_given_up(trade_houses: House, how: str) -> None:
    house, location = furnished(trade_houses)
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        await house.closed(need)
        await acknowledged(house, says(first.number, of_line(1, A.rejected)))
        (listed,) = await house.items()
        await house.at_stage(need.next(), "in a basket")
        if how == "abandoned":
            await house.resolve(listed.item.item_id, Decision.abandon)
        else:
            await house.client.get_workflow_handle(listed.item.workflow_id).cancel()
        assert (await house.closed(need.next())).outcome == "not ordered"


async def test_a_silent_supplier_whose_order_a_person_cancels_has_failed_the_need(trade_houses: House) -> None:
    house, location = furnished(trade_houses, BETA, acknowledgement=Clock(look_again=SOON, overdue=timedelta(0)))
    async with house.open():
        need = await crossed(house, location)
        await order_sent(house)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.not_acknowledged
        house.purchasing = policy(acknowledgement=Clock(look_again=SOON, overdue=LATER))
        await house.resolve(listed.item.item_id, Decision.correct, correction={"remainder": "cancel"})
        await has_heard(house, need, "ACME")
        assert (await lacking_again(house, location, orders=2)).supplier == house.number("BETA")


async def test_part_of_a_need_that_does_not_come_counts_as_failed_too(trade_houses: House) -> None:
    house, location = furnished(trade_houses, BETA, refused="cancel")
    async with house.open():
        need = await crossed(house, location)
        first = await order_sent(house)
        less = of_line(1, A.quantity_changed, quantity=Decimal(1), on=DAY)
        await acknowledged(house, says(first.number, less))
        state = await has_heard(house, need, "ACME")
    assert state.failed and not state.pending
