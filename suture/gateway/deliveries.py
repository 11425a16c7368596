"""Hands stored events to Temporal behind the answers, and sweeps up what was left, for as long as the gateway runs."""

import asyncio
import logging
from datetime import timedelta
from typing import Protocol

from suture.store.errors import StoreUnavailable
from suture.telemetry.context import correlation_id, within

AT_ONCE = 16
WAITING_AT_MOST = 10_000
_LOG = logging.getLogger(__name__)


class Dispatches(Protocol):
    """What the dispatcher does for the gateway."""

    async def dispatch_now(self, row: int) -> bool:
        """Deliver one event; false where it has to wait for a sweep."""

    async def sweep(self) -> int:
        """Deliver what waits too long; answers how many."""


class Deliveries:
    """A queue in memory that may be lost at any time: whatever is not delivered waits in the store for a sweep."""

    def __init__(self, dispatcher: Dispatches, *, sweep_every: timedelta = timedelta(seconds=3)) -> None:
        self._dispatcher = dispatcher
        self._sweep_every = sweep_every
        self._rows: asyncio.Queue[tuple[int, str]] = asyncio.Queue(WAITING_AT_MOST)

    def put(self, row: int) -> None:
        """Have a stored event delivered soon, under the correlation id of the moment; never waits."""
        try:
            self._rows.put_nowait((row, correlation_id.get()))
        except asyncio.QueueFull:
            _LOG.warning("more events wait than can be delivered at once; the sweep takes them up")

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._deliver())
            group.create_task(self._sweep())

    async def _deliver(self) -> None:
        while True:
            row, correlation = await self._rows.get()
            with within(correlation):
                try:
                    await self._dispatcher.dispatch_now(row)
                except StoreUnavailable:
                    _LOG.warning("the store cannot be reached; events wait there")
                except Exception as defect:
                    # The row is kept and swept up again; the other rows must not wait for somebody to mend this.
                    _LOG.error("an event was not delivered", extra={"inbox_row": row}, exc_info=defect)

    async def _sweep(self) -> None:
        while True:
            try:
                await self._dispatcher.sweep()
            except StoreUnavailable:
                _LOG.warning("the store cannot be reached; events wait there")
            except Exception as defect:
                _LOG.error("a sweep failed and is repeated", exc_info=defect)
            await asyncio.sleep(self._sweep_every.total_seconds())
