"""The two things that are measured, each as: make so many runs ready, carry one out, and check what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from temporalio.client import Client, WorkflowHandle

from bench.bare import Bare
from bench.hospital import numbers, use
from bench.no_ops import QUEUE, Parcel, parcel
from canonical.documents.usage_run import UsageRun
from canonical.memory import InboxState
from canonical.run import Standing
from suture.dispatch import Dispatcher
from suture.intake import Intake
from suture.store.inbox import Accepted
from suture.store.store import Store

SOURCE = "inventory"


class NotDone(Exception):
    """A run did not do what it was measured for: its figures would mean nothing."""


class Subject(Protocol):
    """What is measured."""

    async def ready(self, count: int) -> Sequence[str]:
        """Make runs ready, outside of the measurement; answers their workflow ids."""

    async def carry_out(self, run: str) -> None:
        """Start one and wait for its result."""

    async def check(self, runs: Sequence[str]) -> None:
        """`NotDone` unless all that the runs promise was done."""

    async def handles(self, run: str) -> Sequence[WorkflowHandle[object, object]]:
        """The workflows of a run, to read their histories."""


@dataclass
class BareSubject:
    """The bare workflow: started and waited for."""

    client: Client

    async def ready(self, count: int) -> Sequence[str]:
        """Nothing but names."""
        return [f"bare:{number}" for number in numbers(count)]

    async def carry_out(self, run: str) -> None:
        """Start it with as much as usage-to-charge starts with, its first document included."""
        start = parcel(run, 2500)
        await self.client.execute_workflow(Bare.run, start, id=run, task_queue=QUEUE)

    async def check(self, runs: Sequence[str]) -> None:
        """A result says all that there is."""

    async def handles(self, run: str) -> Sequence[WorkflowHandle[object, object]]:
        """The one workflow."""
        return [self.client.get_workflow_handle(run, result_type=Parcel)]


@dataclass
class WholeSubject:
    """usage-to-charge as in life: events in the inbox, handed over by the dispatcher, everything recorded."""

    client: Client
    store: Store
    intake: Intake
    dispatcher: Dispatcher
    _rows: dict[str, int] = field(default_factory=dict)

    async def ready(self, count: int) -> Sequence[str]:
        """Take the events in; the gateway is measured by itself."""
        runs = []
        for number in numbers(count):
            answer = await self.intake.take(use(number), source=SOURCE, raw=number.encode())
            if not isinstance(answer, Accepted):
                raise NotDone("an event was not accepted")
            self._rows[answer.business_key] = answer.id
            runs.append(answer.business_key)
        return runs

    async def carry_out(self, run: str) -> None:
        """Dispatch the event, and wait for the run to close with all three ledgers posted."""
        if not await self.dispatcher.dispatch_now(self._rows[run]):
            raise NotDone("an event was not handed over")
        closed = await self.client.get_workflow_handle(run, result_type=UsageRun).result()
        if any(ledger.standing is not Standing.posted for ledger in closed.ledgers):
            raise NotDone("a run closed with a ledger that is not posted")

    async def check(self, runs: Sequence[str]) -> None:
        """Every event is recorded by its run, and every write has its effect."""
        for run in runs:
            if (await self.store.inbox.get(self._rows[run])).state is not InboxState.recorded:
                raise NotDone("an event was not recorded by its run")
            if len(effects := await self.store.effects.of(workflow_ids=[run])) != 3:
                raise NotDone(f"a run has {len(effects)} effects, expected 3")

    async def handles(self, run: str) -> Sequence[WorkflowHandle[object, object]]:
        """The one workflow."""
        return [self.client.get_workflow_handle(run, result_type=UsageRun)]
