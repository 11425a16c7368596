"""replenishment-approval: what a supplier is asked for until the cut-off is priced, approved, ordered and acknowledged."""

from datetime import timedelta

from temporalio import workflow

from canonical.documents.basket_run import BasketRun, BasketStart
from canonical.replenishing.pricing import is_used
from workflows.kit.basket_used import UsedGoods
from workflows.kit.run import Run
from workflows.kit.turns import together


@workflow.defn(name="replenishment-approval")
class ReplenishmentApproval(Run):
    """One run of one basket."""

    @workflow.init
    def __init__(self, start: BasketStart) -> None:
        self.process: Story = Story(start)

    @workflow.run
    async def run(self, start: BasketStart) -> BasketRun:
        """Tell the story to its end; the closing state is what a later run of the same basket starts from."""
        await self.process.carry_through(self.process.replenishment_approval)
        return self.process.state


class Story(UsedGoods):
    """One basket: collected, priced, approved, ordered; then followed until the supplier has answered for all of it."""

    async def replenishment_approval(self) -> None:
        """The process as the business tells it."""
        await self.wait_for_a_use()
        self.compare_late_sheets()
        while True:
            await self.unmake_what_was_corrected()
            known = self.state.orders
            for placed in known:
                if not placed.told:
                    await self.carry_out(placed.ordinal)
            await together(self.order_the_basket(), *(self.follow(placed.ordinal) for placed in known))
            if len(self.state.orders) == len(known) and not self.state.requests:
                break
        await self.look_once_more()

    async def order_the_basket(self) -> None:
        """One order after another, as long as something is asked for; each is followed as soon as it is made."""
        while self.state.requests:
            await self.collect()
            await self.price_the_basket()
            if self.state.lines and await self.order_what_is_approved() and self.state.requests:
                self.turn()
                self.heed()

    async def collect(self) -> None:
        """Until the content may be priced."""
        self.enter("collecting")
        if any(is_used(one) for one in self.content()):
            await self.wait_for_the_surgical_case()
        else:
            await self.wait_for_the_cut_off()

    async def wait_for_the_cut_off(self) -> None:
        """What comes until then is ordered together; what was phoned, or refused by another supplier, waits for nothing."""
        if self.state.cut_off is None:
            self.know(cut_off=self.rules.calendar.closes(workflow.now()))
        cut_off = self.state.cut_off or workflow.now()
        while (requests := self.content()) and (left := cut_off - workflow.now()) > timedelta(0):
            if any(self.is_urgent(one) for one in requests):
                return
            await self._pause(None, look_again=left)

    async def order_what_is_approved(self) -> bool:
        """Money is set aside where the budget binds, and nothing is ordered that nobody has approved."""
        if why_not := await self.set_money_aside():
            await self.turn_down(why_not)
        elif await self.is_approved():
            await self.carry_out(self.take_the_order().ordinal)
            return True
        else:
            approval = self.state.approval
            by = f"{approval.by}: {approval.reason}" if approval is not None else ""
            await self.turn_down(f"not approved by {by}")
        return False
