"""replenishment-request: what a location lacks comes from another location, its own supplier's stock, or into a basket."""

from temporalio import workflow

from canonical.documents.request_run import RequestRun, RequestStart
from workflows.kit.filling import Filling
from workflows.kit.run import Run


@workflow.defn(name="replenishment-request")
class ReplenishmentRequest(Run):
    """One run of one need."""

    @workflow.init
    def __init__(self, start: RequestStart) -> None:
        self.process: Story = Story(start)

    @workflow.run
    async def run(self, start: RequestStart) -> RequestRun:
        """Tell the story to its end; the closing state is what a later need of the same item starts from."""
        await self.process.carry_through(self.process.replenishment_request)
        return self.process.state


class Story(Filling):
    """One need: each crossing is met in a round of its own, then the run waits for what becomes of its requests."""

    async def replenishment_request(self) -> None:
        """The process as the business tells it."""
        while True:
            while self.state.met < self.state.crossed:
                await self.look_at_the_shelf()
                self.plan()
                await self.transfer()
                await self.ask_a_supplier()
                self.know(met=self.state.round, standing=None, fill=None, quantity=None, meant=False)
            if not self.state.pending:
                break
            await self.wait_for_the_basket()
        await self.look_once_more()
