"""Requests whose caller was cut off, applied later as a slow interface would: by a repeat's arrival or a clock."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.erp.exchange import Exchange


@dataclass
class _Pending:
    exchange: Exchange
    timer: asyncio.Task[None] | None = None


class Late:
    """What still waits to be applied; in memory only, so a killed process has never applied it."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []
        self._timers: set[asyncio.Task[None]] = set()

    def bind(self, apply: Callable[[Exchange], Awaitable[None]]) -> None:
        """How a request is applied without its caller."""
        self._apply = apply

    def add(self, exchange: Exchange, *, seconds: float | None) -> None:
        """Keep a request for later; after the seconds it is applied even if nobody repeats it."""
        pending = _Pending(exchange)
        self._pending.append(pending)
        if seconds is not None:
            pending.timer = asyncio.create_task(self._apply_after(pending, seconds))
            self._timers.add(pending.timer)
            pending.timer.add_done_callback(self._timers.discard)

    async def arrived(self, repeat: Exchange) -> None:
        """A request has begun: apply now what it repeats."""
        due = [pending for pending in self._pending if pending.exchange.same_call(repeat)]
        for pending in due:
            self._pending.remove(pending)
            if pending.timer is not None:
                pending.timer.cancel()
            await self._apply(pending.exchange)

    def forget(self) -> None:
        """Never apply what still waits."""
        self._pending.clear()
        for timer in self._timers:
            timer.cancel()

    async def _apply_after(self, pending: _Pending, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if pending in self._pending:
            self._pending.remove(pending)
            await self._apply(pending.exchange)
