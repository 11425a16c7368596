"""The budget of a basket: what is set aside, what is only told, and what is given back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from canonical.documents.basket_run import BasketRun
from canonical.documents.order import Acknowledged
from canonical.documents.replenishment import Budget
from canonical.documents.work_item import Cause, Decision
from canonical.effect import EffectState, Posted
from tests.support.baskets import a_sent_order, furnished
from tests.support.replenishing import (
    acknowledged,
    of_line,
    requested,
    says,
)
from tests.support.trade_house import TradeHouse
from tests.support.trouble import Trouble, refusal

House = Callable[..., TradeHouse]
DAY = date(2026, 12, 1)
A = Acknowledged


async def test_money_is_set_aside_only_where_the_budget_binds_and_the_order_takes_it_over(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(150)
    )
    async with house.open():
        basket, order = await a_sent_order(house)
        assert len(order.reservations) == 1
        assert house.procurement.reserved("NORTH", "4100") == 0
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        await house.closed(basket)
    assert [one.amount for one in house.procurement.reservations.standing] == [100]


async def test_an_advisory_budget_is_told_and_holds_nothing_up(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="advisory", currency="USD", available=Decimal(5)
    )
    async with house.open():
        basket, order = await a_sent_order(house)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.over_budget and not listed.item.blocks
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        await house.resolve(listed.item.item_id, Decision.acknowledge)
        await house.closed(basket)
    assert not house.procurement.reservations.standing


async def test_a_binding_budget_that_does_not_cover_it_asks_and_no_is_no(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(50)
    )
    async with house.open():
        basket = await requested(house, house.number("R1"))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.over_budget and listed.item.blocks
        await house.resolve(listed.item.item_id, Decision.reject)
        assert (await house.closed(basket)).outcome == "rejected"
    assert not house.procurement.reservations.standing and not house.procurement.orders.standing


@pytest.mark.parametrize("how", ["abandoned", "cancelled"])
async def test_no_money_stays_set_aside_by_a_run_that_made_no_order(trade_houses: House, how: str) -> None:
    house = furnished(trade_houses)
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(150)
    )
    Trouble(house.supplier.orders, "post").before(refusal())
    async with house.open():
        basket = await requested(house, house.number("R1"))
        (listed,) = await house.items()
        if how == "abandoned":
            await house.resolve(listed.item.item_id, Decision.abandon)
        else:
            await house.handle(basket).cancel()
        assert (await house.closed(basket)).outcome == how
        state = await house.store.runs.closing(basket.workflow_id)
    assert state is not None and not BasketRun.model_validate_json(state).left
    assert not (house.supplier.orders.standing or house.procurement.orders.standing)
    assert not house.procurement.reservations.standing


async def test_money_that_the_erp_releases_together_with_its_order_is_recorded_as_given_back(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses)
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(150)
    )
    orders, reservations = house.procurement.orders, house.procurement.reservations
    take_back = orders.take_back

    async def with_what_was_set_aside(reference: str, *, on: date, wire_key: str) -> Posted:
        for kept, _ in reservations.by_reference:
            await reservations.take_back(kept, on=on, wire_key="")
        return await take_back(reference, on=on, wire_key=wire_key)

    orders.take_back = with_what_was_set_aside  # type: ignore[method-assign]
    Trouble(house.supplier.orders, "post").before(refusal())
    async with house.open():
        basket = await requested(house, house.number("R1"))
        (listed,) = await house.items()
        await house.resolve(listed.item.item_id, Decision.abandon)
        await house.closed(basket)
        effects = await house.store.effects.of(workflow_ids=[basket.workflow_id])
    states = {one.intent.step: one.state for one in effects if one.posted is not None and one.intent.undoes is None}
    assert states == {"reservation-1-4100": EffectState.reversed, "order-1": EffectState.reversed}
