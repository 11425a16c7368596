"""Scenes of replenishment-approval in which goods of a supplier's own were used, whose histories are kept."""

from typing import Any

from temporalio.client import WorkflowHandle

from canonical.documents.charge import CaseStatus
from tests.support.replenishing import order_sent
from tests.support.trade_house import TradeHouse
from tests.support.used_goods import accepted, basket, case_is, furnish, not_used, received, sheet, used, written


async def bill_only_ordered(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """Two uses wait for their surgical case and for a sheet that is corrected once; they are received and replaced."""
    furnish(house)
    case_is(house, CaseStatus.open)
    await used(house, "U1", lot="L1")
    await used(house, "U2", lot="L2")
    await house.at_stage(await basket(house), "surgical case")
    case_is(house, CaseStatus.closed)
    await sheet(house, written(lot="L1"))
    await house.items()
    await sheet(house, written(lot="L1"), written(lot="L2"), version=2)
    await accepted(house, await order_sent(house))
    return house.handle(await basket(house))


async def bill_only_reversed(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """One of two uses was none after all: the next run takes it off the order, its receipt and its replacement."""
    furnish(house)
    wrong = await used(house, "U1", lot="L1")
    await used(house, "U2", lot="L2")
    await sheet(house, written(lot="L1"), written(lot="L2"))
    order = await order_sent(house)
    await accepted(house, order)
    await house.closed(await basket(house))
    await received(house, order.number, 2)
    await not_used(house, wrong)
    again = (await basket(house)).next()
    await house.closed(again)
    return house.handle(again)


async def bill_only_undone(house: TradeHouse) -> WorkflowHandle[Any, Any]:
    """The only use was none after all: the next run waits until its receipt is taken back, and the order comes to nothing."""
    furnish(house)
    wrong = await used(house)
    await sheet(house, written())
    order = await order_sent(house)
    await accepted(house, order)
    await house.closed(await basket(house))
    await received(house, order.number, 1)
    await not_used(house, wrong)
    again = (await basket(house)).next()
    await house.closed(again)
    return house.handle(again)


USED_GOODS_SCENES = (bill_only_ordered, bill_only_reversed, bill_only_undone)
