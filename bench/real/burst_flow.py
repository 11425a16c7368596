"""The workflow of a burst: one movement, called as every process of ours calls a system."""

from temporalio import workflow

from activities.stock import Stock
from canonical.asking.writing import MoveStock
from canonical.effect import Posted
from canonical.policy import Attempts
from workflows.kit.calls import system_call


@workflow.defn(name="burst")
class Burst:
    """Posts a movement by the queue, the time-outs and the retries of the usual policy."""

    @workflow.run
    async def run(self, order: MoveStock) -> Posted:
        """One activity; what fails for good fails the run."""
        call = system_call(order.context.leg("inventory"), Attempts(), summary="moves one")
        return await workflow.execute_activity_method(Stock.move, order, **call)
