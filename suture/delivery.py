"""How one stored event reaches the runs that it is for.

A document is handed over by signal-with-start, which is durable without any worker; news of a subject, and outcomes of
a charge, by a plain signal to the runs that they concern. Runs deduplicate what they hear twice, so handing over again
is always safe; that a run was started already is never taken for having delivered.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import (
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from canonical.envelope import Envelope
from canonical.identity import TRANSACTIONS_QUEUE, RunName
from canonical.memory import InboxState
from suture.intake import OUTCOMES, OWN, SUBJECTS, TOLD_BY
from suture.keeping import Keeping
from suture.store.inbox import Waiting
from suture.store.store import Store
from suture.temporal.search_attributes import at_start

RECEIVE = "receive"
StartPayload = Callable[[RunName, str, str | None, datetime, str | None], BaseModel]
"""Builds what a run takes to start.

Run name, correlation id, closing state of the run before (JSON), time of the event, and the system that keeps the order
which the event is about.
"""


class Undeliverable(Exception):
    """No repeat can deliver the event; `words` are constant and say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Refused(Exception):
    """The configuration or the state of the run does not take the event now."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Delivers events. `start` builds a run's start payload; `LookupError` or `ValueError` where there can be none."""

    client: Client
    store: Store
    start: StartPayload
    call: timedelta
    queue: str = TRANSACTIONS_QUEUE

    async def deliver(self, event: Waiting) -> None:
        """Hand the event over and mark its row; `Undeliverable`, `Refused`, `RPCError` or `TimeoutError`."""
        if event.envelope.type in SUBJECTS:
            await self._tell_all_who_wait(event)
        elif event.envelope.type in OUTCOMES:
            await self._tell_the_outcome(event)
        else:
            await self._signal_with_start(event)

    async def _signal_with_start(self, event: Waiting) -> None:
        """Hand a document to the run of its business key, or to the next one where that run has closed."""
        if event.state is InboxState.started and await self._failed(event.workflow_id):
            # Another run would fail on the same start, and another after that: not without a person who asks for it.
            raise Refused("the run that it was handed to failed")
        name, closing = RunName.parse(event.business_key), None
        if (newest := await self.store.runs.newest(event.business_key)) is not None:
            name = RunName.parse(newest.workflow_id)
            if newest.closed is not None:
                # Its projection closes a moment before the run does, and until then it still listens. It is not
                # started again under its own name: Temporal may have forgotten it.
                if await self._signal(name.workflow_id, event.envelope):
                    await self.store.inbox.started(event.id, workflow_id=name.workflow_id, at=_now())
                    return
                name, closing = name.next(), await self._closing(event, name)
        while not await self._started(event, name, closing):
            if (await self.store.inbox.get(event.id)).state is InboxState.recorded:
                return
            name, closing = name.next(), await self._closing(event, name)
        await self.store.inbox.started(event.id, workflow_id=name.workflow_id, at=_now())

    async def _started(self, event: Waiting, name: RunName, closing: str | None) -> bool:
        """Start the run with the document, or hand it to the run that is there; false where that one has closed."""
        envelope = event.envelope
        kept_in = await Keeping(self.store).of(name, envelope)
        try:
            payload = self.start(name, event.correlation_id, closing, envelope.time, kept_in)
        except (LookupError, ValueError) as failure:
            raise Refused(type(failure).__name__) from failure
        try:
            async with self._in_time():
                await self.client.start_workflow(
                    name.process,
                    payload,
                    id=name.workflow_id,
                    task_queue=self.queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    start_signal=RECEIVE,
                    start_signal_args=[envelope],
                    search_attributes=at_start(name, event.correlation_id),
                    static_summary=f"{envelope.type} {name.number} from {name.source}, {name.facility}",
                    rpc_timeout=self.call,
                )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _closing(self, event: Waiting, name: RunName) -> str | None:
        """The closing state of a run that has closed; a run that never wrote anything needs none."""
        closing = await self.store.runs.closing(name.workflow_id)
        if closing is None and await self.store.effects.of(workflow_ids=[name.workflow_id]):
            # A new run would know nothing of what this one posted, and post it again.
            raise Undeliverable("is for a run that ended without a closing state, after it had written")
        return closing

    async def _tell_the_outcome(self, event: Waiting) -> None:
        """Hand a charge's outcome to the run that sent it, or to the one that continues it; a closed one needs none."""
        workflow_id, business_key = event.workflow_id, event.business_key
        if workflow_id is None:
            effect = await self.store.effects.by_wire_key(event.envelope.subject)
            if effect is None:
                raise Undeliverable("names a charge that was never sent")
            workflow_id = effect.intent.workflow_id
            business_key = RunName.parse(workflow_id).business_key
            await self.store.inbox.route(event.id, business_key=business_key, workflow_id=workflow_id)
        newest = await self.store.runs.newest(business_key)
        for candidate in dict.fromkeys([workflow_id, *([newest.workflow_id] if newest is not None else [])]):
            if await self._signal(candidate, event.envelope):
                await self.store.inbox.started(event.id, workflow_id=candidate, at=_now())
                return
        await self.store.inbox.done(event.id, at=_now(), note="the run had closed")

    async def _tell_all_who_wait(self, event: Waiting) -> None:
        """Wake every run that waits for the subject, but the one that tells it; nobody waiting is fine."""
        listeners = await self.store.waits.address(event.id, event.business_key, but=_teller(event.envelope))
        for workflow_id in listeners:
            if not await self._signal(workflow_id, event.envelope):
                await self.store.waits.gone(event.id, workflow_id, at=_now())
        if await self.store.waits.left(event.id):
            await self.store.inbox.started(event.id, workflow_id=None, at=_now())
        else:
            await self.store.inbox.done(event.id, at=_now(), note="" if listeners else "nobody waited")

    async def _signal(self, workflow_id: str, envelope: Envelope) -> bool:
        """Signal a run; false where it has closed, or Temporal does not know it."""
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            async with self._in_time():
                await handle.signal(RECEIVE, envelope, rpc_timeout=self.call)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _failed(self, workflow_id: str | None) -> bool:
        """Whether Temporal tells that the run failed."""
        if workflow_id is None:
            return False
        try:
            async with self._in_time():
                described = await self.client.get_workflow_handle(workflow_id).describe(rpc_timeout=self.call)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return described.status is WorkflowExecutionStatus.FAILED

    async def is_known(self, event: Waiting) -> bool:
        """Whether every run that was sent the event still runs and has it in its history: then it will record it."""
        sent_to = [event.workflow_id] if event.workflow_id is not None else await self.store.waits.left(event.id)
        for workflow_id in sent_to:
            if not await self._has_heard(workflow_id, event.envelope):
                return False
        return bool(sent_to)

    async def _has_heard(self, workflow_id: str, envelope: Envelope) -> bool:
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            async with self._in_time():
                described = await handle.describe(rpc_timeout=self.call)
            if described.status is not WorkflowExecutionStatus.RUNNING:
                return False
            async for happened in handle.fetch_history_events(rpc_timeout=self.call):
                if happened.HasField("workflow_execution_signaled_event_attributes"):
                    signal = happened.workflow_execution_signaled_event_attributes
                    if signal.signal_name == RECEIVE and await self._is_in(signal.input.payloads, envelope):
                        return True
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
        return False

    async def _is_in(self, payloads: Sequence[Payload], envelope: Envelope) -> bool:
        heard = (await self.client.data_converter.decode(payloads, [Envelope]))[0]
        return isinstance(heard, Envelope) and (heard.source, heard.id) == (envelope.source, envelope.id)

    def _in_time(self) -> asyncio.Timeout:
        """Bounds a call: the client repeats it for ten seconds by itself, whatever time-out it is given."""
        return asyncio.timeout(self.call.total_seconds())


def _teller(envelope: Envelope) -> str:
    """The run that tells the news, where it is one of ours."""
    return str(envelope.data.get(TOLD_BY, "")) if envelope.source == OWN else ""


def _now() -> datetime:
    return datetime.now(UTC)
