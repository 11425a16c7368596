"""Procuring: what an item costs by contract, what a budget has left, and what an order says now."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.boundary import failures_cross
from canonical.asking.procurement import AskBudget, AskContracts, AskOrder, ContractsAnswer, OrderAnswer
from canonical.documents.replenishment import Budget
from canonical.ports import Procurement


@dataclass(frozen=True)
class Procuring:
    """The calls to one procurement system."""

    procurement: Procurement

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.contracts, self.budget, self.order)

    @activity.defn(name="contract.look-up")
    async def contracts(self, ask: AskContracts) -> ContractsAnswer:
        """Every contract of the items, asked together."""
        facility = ask.context.name.facility
        asked = (self.procurement.contracts(facility=facility, item=item) for item in ask.items)
        with failures_cross():
            found = await asyncio.gather(*asked)
        return ContractsAnswer(contracts=tuple(contract for some in found for contract in some))

    @activity.defn(name="budget.look-up")
    async def budget(self, ask: AskBudget) -> Budget:
        """What is left of the cost centre's budget."""
        facility = ask.context.name.facility
        with failures_cross():
            return await self.procurement.budget(facility=facility, cost_centre=ask.cost_centre, on=ask.on)

    @activity.defn(name="order.look-up")
    async def order(self, ask: AskOrder) -> OrderAnswer:
        """The order as procurement has it now."""
        with failures_cross():
            return OrderAnswer(
                order=await self.procurement.order(facility=ask.context.name.facility, number=ask.number)
            )
