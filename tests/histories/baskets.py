"""Scenes of replenishment-request and replenishment-approval, whose histories are kept."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle

from canonical.documents.order import Acknowledged
from canonical.documents.replenishment import Budget, SpareStock
from canonical.documents.request_run import RequestRun
from canonical.documents.work_item import Decision
from canonical.identity import RunName, order_run
from canonical.ports import ClearCase
from tests.histories.used_goods import USED_GOODS_SCENES
from tests.support.house import eventually
from tests.support.later import Later
from tests.support.orders import receiving_by
from tests.support.replenishing import (
    BOSS,
    acknowledged,
    below_par,
    contract,
    crossed,
    of_line,
    order_sent,
    policy,
    price,
    requested,
    says,
)
from tests.support.trade_house import SHORT, TradeHouse

BasketScene = Callable[[TradeHouse], Awaitable[WorkflowHandle[Any, Any]]]
DAY = date(2026, 12, 1)


def furnish(house: TradeHouse, **rules: Any) -> None:
    """A contract with each of two suppliers, a budget that binds, and somebody who may let orders pass."""
    house.purchasing = policy(**rules)
    house.procurement.agreed = [contract(house), contract(house, supplier="BETA", rank=2, price=price(6))]
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(1000)
    )
    house.people.people["boss"] = BOSS


async def need_filled(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Part of what lacks comes from another location, the rest is ordered."""
    furnish(house)
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location, spare=(SpareStock(location="OR-2", quantity=Decimal(2)),))]
    return house.handle(await crossed(house, location))


async def basket_approved(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Above what passes by rule, a person lets it pass, and the supplier delivers it all."""
    furnish(house, basket_limit=Decimal(0))
    basket = await requested(house, house.number("RQ"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.approve, who="boss")
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=DAY)))
    return house.handle(basket)


async def basket_rejected(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """A person says no, and the money is free again."""
    furnish(house, basket_limit=Decimal(0))
    basket = await requested(house, house.number("RQ"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.reject, who="boss")
    return house.handle(basket)


async def order_resourced(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """The supplier refuses, and the next contracted source delivers."""
    furnish(house)
    basket = await requested(house, house.number("RQ"))
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.rejected)))
    second = await order_sent(house, 2)
    await acknowledged(house, says(second.number, of_line(1, Acknowledged.accepted, on=DAY)))
    return house.handle(basket)


async def order_fell_short(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Nobody knows when the goods come: they are cancelled by policy, and the need hears who has failed it."""
    furnish(house, back_orders="cancel")
    basket = await requested(house, house.number("RQ"))
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.back_ordered)))
    return house.handle(basket)


async def order_undated(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Nobody knows when the goods come that a surgical case needs; then a day is named."""
    furnish(house, back_orders="wait")
    house.inventory.cases["NORTH", "4702"] = [ClearCase(case_number="CASE-77", on=DAY, quantity=Decimal(1))]
    basket = await requested(house, house.number("RQ"))
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.back_ordered)))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.acknowledge)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=DAY), minutes=1))
    return house.handle(basket)


async def item_substituted(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """The same manufacturer's item comes in place of another, at a lower price."""
    furnish(house)
    house.procurement.agreed.append(contract(house, item="4799", replaces="4702", price=price(4)))
    basket = await requested(house, house.number("RQ"))
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.substituted, item="4799", on=DAY)))
    return house.handle(basket)


async def need_passed_over(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """The first source has failed the need, so the next one is asked; then that one fails too, and a person is asked."""
    furnish(house, back_orders="cancel")
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location)]
    need = await crossed(house, location)
    for count, supplier in enumerate(("ACME", "BETA"), start=1):
        order = await order_sent(house, count)
        await acknowledged(house, says(order.number, of_line(1, Acknowledged.back_ordered), supplier=supplier))
        await heard_of_failure(house, need, house.number(supplier))
        await crossed(house, location)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.retry)
    await order_sent(house, 3)
    return house.client.get_workflow_handle(listed.item.workflow_id)


async def heard_of_failure(house: TradeHouse, need: RunName, supplier: str) -> None:
    """Wait until the newest run of the need has closed and knows that the supplier has failed it."""

    async def heard() -> bool | None:
        newest = await house.store.runs.newest(need.business_key)
        if newest is None or newest.closed is None:
            return None
        state = RequestRun.model_validate_json(await house.store.runs.closing(newest.workflow_id) or "{}")
        return supplier in state.failed or None

    await eventually(heard)


async def order_closed_short(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """The buyer awaits no more of an order that is with its supplier: its run tells the supplier, and the basket."""
    furnish(house)
    receiving_by(house, goods=SHORT)
    await requested(house, house.number("RQ"))
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=DAY)))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"short_close": "1"})
    return house.handle(order_run("NORTH", order.number))


async def order_confirmed_later(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Procurement only accepts the order of a basket, and says later that it stands."""
    furnish(house)
    house.policy = house.policy.model_copy(update={"confirmation": SHORT})
    later = Later(house.procurement.orders)
    basket = await requested(house, house.number("RQ"))
    await house.items()
    later.say("posted")
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted, on=DAY)))
    return house.handle(basket)


BASKET_SCENES: tuple[BasketScene, ...] = (
    need_filled,
    basket_approved,
    basket_rejected,
    order_resourced,
    order_fell_short,
    order_undated,
    item_substituted,
    need_passed_over,
    order_closed_short,
    order_confirmed_later,
    *USED_GOODS_SCENES,
)
