"""What tests of baskets share: a house that orders, an order that was sent, and the order as procurement has it."""

from collections.abc import Callable
from typing import Any

from canonical.documents.order import Order
from canonical.identity import RunName
from tests.support.replenishing import BOSS, contract, order_sent, policy, requested
from tests.support.trade_house import TradeHouse
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest

BOTH = (ReplenishmentRequest, ReplenishmentApproval)


def furnished(trade_houses: Callable[..., TradeHouse], *, contracts: tuple[Any, ...] = (), **rules: Any) -> TradeHouse:
    """A house with a contract for the item, or with these."""
    house = trade_houses(*BOTH, purchasing=policy(**rules))
    house.procurement.agreed = [contract(house, **changes) for changes in contracts or ({},)]
    house.people.people["boss"] = BOSS
    return house


async def a_sent_order(house: TradeHouse, **changes: Any) -> tuple[RunName, Order]:
    """An order that was sent, of one line of two boxes."""
    basket = await requested(house, house.number("RQ"), **changes)
    return basket, await order_sent(house)


async def now(house: TradeHouse, order: Order) -> Order:
    """The order as procurement has it now."""
    found = await house.procurement.order(facility="NORTH", number=order.number)
    assert found is not None
    return found
