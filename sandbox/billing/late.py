"""Requests that were cut off and are applied only once the caller's repeat has begun, or a time has passed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sandbox.billing.stopping import ConnectionCut, Stopping


@dataclass(eq=False)
class _Parked:
    operation: str
    key: str
    repeated: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False


class Late:
    """The requests that are still to be applied."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping
        self._parked: list[_Parked] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def park(self, *, operation: str, key: str, seconds: float | None, apply: Callable[[], Awaitable[object]]) -> None:
        """Apply a request later, without its caller."""
        parked = _Parked(operation, key)
        self._parked.append(parked)
        task = asyncio.create_task(self._apply(parked, seconds, apply))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def repeat_arrived(self, *, operation: str, key: str) -> None:
        """Have the parked requests of this operation and key applied now, before the repeat goes on."""
        for parked in [each for each in self._parked if (each.operation, each.key) == (operation, key)]:
            parked.repeated.set()
            await self._stopping.wait(parked.done)

    def drop_all(self) -> None:
        """Forget the parked requests: they are never applied, as if lost on the way."""
        for parked in self._parked:
            parked.dropped = True
            parked.repeated.set()

    async def _apply(self, parked: _Parked, seconds: float | None, apply: Callable[[], Awaitable[object]]) -> None:
        try:
            await self._stopping.wait(parked.repeated, seconds=seconds)
            if not parked.dropped:
                await apply()
        except ConnectionCut:
            # The process stops: the request is lost on the way, which its caller must reckon with anyhow.
            return
        finally:
            self._parked.remove(parked)
            parked.done.set()
