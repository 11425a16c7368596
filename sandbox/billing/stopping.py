"""Waiting that ends when the process is asked to stop, so that a held request never holds up the exit."""

from __future__ import annotations

import asyncio


class ConnectionCut(Exception):
    """The connection is to be closed without an answer."""


class Stopping:
    """The one sign that the process is going down."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Let every held request go: its connection is cut."""
        self._asked.set()

    async def wait(self, event: asyncio.Event, *, seconds: float | None = None) -> bool:
        """True when the event came, False when the time passed first; ConnectionCut when the process stops."""
        waiting = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self._asked.wait())]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
        if event.is_set():
            return True
        if self._asked.is_set():
            raise ConnectionCut
        return False

    async def sleep(self, seconds: float) -> None:
        """Let the seconds pass, or be cut when the process stops."""
        await self.wait(asyncio.Event(), seconds=seconds)
