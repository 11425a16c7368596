"""Awaited order: how the run of an order waits for goods, invoices and credits, until every line is closed (rule 15)."""

from datetime import timedelta

from temporalio import workflow

from canonical.clock import Clock
from canonical.documents.work_item import Decided, Resolution
from canonical.receiving.awaited import MISSING, Awaited, Missing
from workflows.kit import order_questions as ask
from workflows.kit.posted_order import PostedOrder
from workflows.kit.turns import together

LINES = "lines"


class AwaitedOrder(PostedOrder):
    """An order's run with its patience: each thing that is missing has a clock of its own."""

    async def resolve(self, resolution: Resolution) -> Decided:
        """Several things may be asked for at once: an answer about any of them is looked at."""
        decided = await super().resolve(resolution)
        if self.step_of(resolution) in MISSING and self.one_look:
            self.nudge()
        return decided

    async def until_every_line_is_closed(self) -> None:
        """Look for all that is missing at once, whenever something has moved, a person decides, or a clock says so."""
        if not self.one_look:
            await together(*(self._wait_for(what) for what in MISSING))
            return
        while True:
            nudges = self._nudges
            await self._carry_out_what_was_decided()
            missing = await self.awaited()
            await self._ask_no_longer({one.what for one in missing})
            if not missing:
                if self._nudges == nudges:
                    return
                continue
            if await self.listen(LINES, (self.subject,)):
                self.look_anew()
                continue
            pause = await self._ask_for(missing)
            if self._nudges == nudges:
                await self._pause(None, look_again=pause)
                if self._nudges == nudges:
                    self.look_anew()

    async def _ask_for(self, missing: tuple[Awaited, ...]) -> timedelta:
        """Open what is overdue, with what it now comes to; answers when to look again."""
        pauses = []
        for one in missing:
            clock, question = self._clock(one.what), ask.missing(self.order.number, one)
            asked_about = f"{question.step}:{question.cause}"
            left = self._overdue_at.setdefault(asked_about, workflow.now() + clock.overdue) - workflow.now()
            if left > timedelta(0):
                pauses.append(min(clock.look_again, left))
                continue
            await self.desk.renew(await self.desk.put(question), question)
            pauses.append(clock.look_again)
        return min(pauses)

    async def _ask_no_longer(self, missing: set[Missing]) -> None:
        """What has come is asked for no longer; missing again, it has its clock anew."""
        for what in MISSING:
            if what in missing:
                continue
            for asked_about in [one for one in self._overdue_at if one.startswith(f"{what}:")]:
                del self._overdue_at[asked_about]
            parked = self.desk.waiting(what)
            if parked is not None and parked.decided is None:
                await self.desk.take_off(parked, reason="answered")

    async def _carry_out_what_was_decided(self) -> None:
        """A person was told that a decision counts, whatever has come meanwhile."""
        for what in MISSING:
            parked = self.desk.waiting(what)
            if parked is not None and (resolution := self.desk.decision(parked)) is not None:
                await self._carry_out(what, resolution)
                self.look_anew()

    def _clock(self, what: Missing) -> Clock:
        clocks = self.purchasing.receiving
        return {"goods": clocks.goods, "invoice": clocks.invoice, "credit": clocks.credit}[what]

    async def _wait_for(self, what: Missing) -> None:
        """Runs that began so wait for each thing apart; it may be missing again as long as a line is open."""
        clock = self._clock(what)
        while missing := await self.awaited():
            one = next((each for each in missing if each.what == what), None)
            if one is None:
                await self.until_missing(what)
                continue

            async def come() -> bool | None:
                return None if what in [each.what for each in await self.awaited()] else True

            question = ask.missing(self.order.number, one)
            await self.until(come, clock=clock, question=question, subject=self.subject)
