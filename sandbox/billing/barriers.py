"""Barriers: the next matching request is held at a point until released."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from sandbox.billing.stopping import Stopping

Point = Literal["received", "applied", "answered"]


@dataclass
class Barrier:
    """One barrier; it catches one request."""

    operation: str
    at: Point
    key_contains: str | None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Barriers:
    """The barriers that are set."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping
        self._set: dict[str, Barrier] = {}
        self._numbered = 0

    def put(self, *, operation: str, at: Point, key_contains: str | None) -> str:
        """Set a barrier and return its id."""
        self._numbered += 1
        barrier_id = f"BR{self._numbered:04d}"
        self._set[barrier_id] = Barrier(operation, at, key_contains)
        return barrier_id

    def get(self, barrier_id: str) -> Barrier | None:
        """The barrier of this id."""
        return self._set.get(barrier_id)

    async def hold(self, at: Point, *, operation: str, key: str) -> None:
        """Stand still here if a barrier is set for this request, until it is released."""
        for barrier in self._set.values():
            if barrier.at != at or barrier.operation != operation:
                continue
            if barrier.reached.is_set() or barrier.released.is_set():
                continue
            if barrier.key_contains is None or barrier.key_contains in key:
                barrier.reached.set()
                await self._stopping.wait(barrier.released)
                return

    def release_all(self) -> None:
        """Let every held request go on and take every barrier away."""
        for barrier in self._set.values():
            barrier.released.set()
        self._set.clear()
