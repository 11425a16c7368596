"""The dispatcher: hands stored events to Temporal, and keeps at it until a run has recorded them.

Whatever happens here, the row in the inbox is the truth: what is not recorded is swept up again, what no repeat can
deliver becomes a work item, and neither keeps another event from being delivered.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from opentelemetry import context as tracing
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from canonical.documents.work_item import Cause
from canonical.identity import TRANSACTIONS_QUEUE
from canonical.memory import InboxState
from suture.delivery import Delivery, Refused, StartPayload, Undeliverable
from suture.store.errors import StoreUnavailable
from suture.store.inbox import Waiting
from suture.store.store import Store
from suture.telemetry.context import within

_LOG = logging.getLogger(__name__)
_AWAY = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long rows may wait before a sweep takes them up, and how often a refusal is tried before it is believed."""

    stored_for: timedelta = timedelta(seconds=5)
    started_for: timedelta = timedelta(minutes=2)
    again_after: timedelta = timedelta(seconds=10)
    refusals: int = 3
    at_once: int = 20
    waiting: int = 1000
    call: timedelta = timedelta(seconds=10)


@dataclass
class Dispatcher:
    """Delivers events, each as soon as it is accepted and again whenever a sweep finds it waiting."""

    client: Client
    store: Store
    start: StartPayload
    pace: Pace = Pace()
    queue: str = TRANSACTIONS_QUEUE
    _waiting: int = field(default=0, init=False)
    _away_until: float = field(default=0.0, init=False)
    _turns: asyncio.Semaphore = field(init=False)
    _delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.pace.at_once)
        self._delivery = Delivery(
            client=self.client, store=self.store, start=self.start, call=self.pace.call, queue=self.queue
        )

    async def dispatch_now(self, row: int) -> bool:
        """Deliver an event just accepted; false where it has to wait for a sweep, or for a person.

        A fault is kept with the row, never raised. While Temporal is away, and while very many events wait their turn,
        nothing is tried: callers do not pile up here, the events are safe in the inbox.
        """
        if time.monotonic() < self._away_until or self._waiting >= self.pace.waiting:
            return False
        return await self._in_turn(row)

    async def sweep(self) -> int:
        """Deliver what waits too long: not started, or started and not known to Temporal; answers how many."""
        now = _now()
        try:
            await self.client.service_client.check_health(timeout=self.pace.call)
        except (RPCError, RuntimeError):
            # A client that was never connected raises RuntimeError. Either way everything waits, and nothing is lost.
            self._is_away()
            return 0
        self._away_until = 0.0
        tried_before = now - self.pace.again_after
        stored = await self.store.inbox.not_done(
            InboxState.stored, received_before=now - self.pace.stored_for, tried_before=tried_before
        )
        started = await self.store.inbox.not_done(
            InboxState.started, received_before=now - self.pace.started_for, tried_before=now - self.pace.started_for
        )
        return sum(await asyncio.gather(*(self._in_turn(event) for event in (*stored, *started))))

    async def _in_turn(self, event: Waiting | int) -> bool:
        self._waiting += 1
        try:
            async with self._turns:
                if not isinstance(event, int):
                    return await self._attempt(event)
                accepted = await self.store.inbox.get(event)
                if accepted.state is not InboxState.stored:
                    # Handed over before; from then on the sweeps look after it.
                    return accepted.state is not InboxState.refused
                return await self._attempt(accepted)
        except StoreUnavailable:
            _LOG.warning("the store cannot be reached; the event waits there for the next sweep")
            return False
        finally:
            self._waiting -= 1

    async def _attempt(self, event: Waiting) -> bool:
        """One attempt, in the trace that the event came with; however it fails, the row says so."""
        token = tracing.attach(TraceContextTextMapPropagator().extract({"traceparent": event.envelope.traceparent}))
        try:
            with within(event.correlation_id):
                return await self._deliver(event)
        finally:
            tracing.detach(token)

    async def _deliver(self, event: Waiting) -> bool:
        try:
            if event.state is InboxState.started and await self._delivery.is_known(event):
                await self.store.inbox.tried(event.id, at=_now(), note="")
                return False
            await self._delivery.deliver(event)
            return True
        except Undeliverable as refusal:
            await self._refuse(event, refusal.words)
        except Refused as refusal:
            _LOG.error("no run can be started for an event", extra={"inbox_row": event.id}, exc_info=refusal)
            await self._failed(event, str(refusal), refused=True)
        except RPCError as failure:
            if failure.status in _AWAY:
                self._is_away()
            await self._failed(event, failure.status.name, refused=failure.status is RPCStatusCode.INVALID_ARGUMENT)
        except TimeoutError:
            self._is_away()
            await self._failed(event, RPCStatusCode.DEADLINE_EXCEEDED.name, refused=False)
        except StoreUnavailable:
            raise
        except Exception as failure:
            # One row that cannot be handled must not keep the others from being delivered.
            _LOG.exception("an event could not be delivered", extra={"inbox_row": event.id})
            await self._failed(event, type(failure).__name__, refused=False)
        return False

    def _is_away(self) -> None:
        _LOG.warning("Temporal cannot be reached; events wait in the inbox")
        self._away_until = time.monotonic() + self.pace.again_after.total_seconds()

    async def _failed(self, event: Waiting, note: str, *, refused: bool) -> None:
        """Keep the row for the next sweep; a refusal that comes again and again is believed."""
        await self.store.inbox.tried(event.id, at=_now(), note=note, refused=refused)
        if refused and event.refusals + 1 >= self.pace.refusals:
            await self._refuse(event, "was refused again and again")

    async def _refuse(self, event: Waiting, words: str) -> None:
        await self.store.inbox.refused(event.id, at=_now(), note=words)
        await self.store.event_items.ask_again(event.envelope, Cause.event_refused, words, at=_now())


def _now() -> datetime:
    return datetime.now(UTC)
