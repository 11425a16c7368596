"""Bookkeeper: the saga of runs that write documents into books: one call says what is written, for whom and why."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from temporalio import workflow

from canonical.asking.writing import CameFrom, Post
from canonical.effect import Posted
from canonical.errors import Audience
from canonical.model import Frozen
from canonical.money import Money
from canonical.run import Ledger, Standing
from workflows.kit.calls import CallOptions
from workflows.kit.failures import not_confirmed, rejected_later
from workflows.kit.process import Process
from workflows.kit.saga import Books, Saga


class Bookkeeper(Saga):
    """Writes documents of any kind (`canonical.kinds`), each until its system says that it stands.

    `waits` answers whether what was only accepted is waited for: not in a run that began before its process did so.
    """

    def __init__(self, process: Process, books: Books, *, waits: Callable[[], bool] = lambda: True) -> None:
        super().__init__(process, books)
        self._waits = waits

    async def write(
        self,
        step: str,
        document: Frozen,
        *,
        on: date,
        summary: str,
        owner: Audience,
        amount: Money | None = None,
        quantity: Decimal | None = None,
        unit: str | None = None,
        item: str | None = None,
        came_from: tuple[CameFrom, ...] = (),
        correctable: tuple[str, ...] = (),
    ) -> None:
        """Write the document of the step once, and wait for its confirmation where the system says later (rule 10).

        A step that is settled is passed by. A refusal, now or later, is parked for its owner with the amount at risk,
        resumes here, and may be accepted as done by hand.
        """

        async def send(ledger: Ledger, call: CallOptions) -> Posted:
            order = Post(
                context=self._process.context,
                ledger=ledger,
                document=document,
                on=on,
                amount=amount,
                quantity=quantity,
                unit=unit,
                item=item,
                came_from=came_from,
            )
            posted: Posted = await workflow.execute_activity(
                f"{ledger.activities}.post", order, result_type=Posted, **call
            )
            return posted

        while not self._books.ledger(step).settled:
            if self._books.ledger(step).standing is Standing.pending:
                await self.post(step, send, summary=summary, owner=owner, correctable=correctable, at_risk=amount)
            if self._books.ledger(step).standing is Standing.accepted:
                if not self._waits():
                    return
                await self._wait_for_the_confirmation(step, owner, at_risk=amount)

    async def _wait_for_the_confirmation(self, step: str, owner: Audience, *, at_risk: Money | None) -> None:
        system = self._process.context.leg(self._books.ledger(step).domain).system
        question, clock = not_confirmed(step, system, owner=owner), self._process.policy.confirmation
        rejected = await self.await_outcome(step, heard=lambda _: None, clock=clock, question=question)
        if rejected is not None:
            question = rejected_later(step, system, rejected.reason, owner=owner, at_risk=at_risk)
            await self.ask_about_rejected(step, question)
