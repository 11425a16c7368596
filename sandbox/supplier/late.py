"""Requests to be applied late: cut off at once, applied when the caller's repeat has arrived, or after a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.supplier.visit import Visit


@dataclass(frozen=True)
class Waiting:
    visit: Visit
    entry: int


class Late:
    def __init__(self, apply: Callable[[Visit, int], Awaitable[None]]) -> None:
        self._apply = apply
        self.waiting: list[Waiting] = []
        self._timers: set[asyncio.Task[None]] = set()

    def add(self, visit: Visit, entry: int, *, seconds: float | None) -> None:
        waiting = Waiting(visit, entry)
        self.waiting.append(waiting)
        if seconds is not None:
            timer = asyncio.create_task(self._after(waiting, seconds))
            self._timers.add(timer)
            timer.add_done_callback(self._timers.discard)

    async def arrived(self, visit: Visit) -> None:
        """A request of the same operation and key has begun: what waited for it is applied now, ahead of it."""
        for waiting in list(self.waiting):
            if waiting.visit.operation == visit.operation and waiting.visit.key == visit.key:
                await self._release(waiting)

    def clear(self) -> None:
        """What still waits is never applied."""
        self.waiting.clear()
        for timer in self._timers:
            timer.cancel()

    async def _after(self, waiting: Waiting, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._release(waiting)

    async def _release(self, waiting: Waiting) -> None:
        if waiting in self.waiting:
            self.waiting.remove(waiting)
            await self._apply(waiting.visit, waiting.entry)
