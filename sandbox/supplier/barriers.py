"""Barriers: the next matching request is held at a point of its way until control releases it."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

Point = Literal["received", "applied", "answered"]


@dataclass
class Barrier:
    operation: str
    at: Point
    key_contains: str | None
    taken: bool = False
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Barriers:
    def __init__(self) -> None:
        self._barriers: dict[str, Barrier] = {}
        self._made = 0

    def add(self, operation: str, at: Point, key_contains: str | None) -> str:
        self._made += 1
        barrier_id = f"bar_{self._made}"
        self._barriers[barrier_id] = Barrier(operation, at, key_contains)
        return barrier_id

    def find(self, barrier_id: str) -> Barrier | None:
        return self._barriers.get(barrier_id)

    async def hold(self, at: Point, operation: str | None, key: str | None) -> None:
        for barrier in self._barriers.values():
            named = barrier.key_contains is None or barrier.key_contains in (key or "")
            if barrier.operation == operation and barrier.at == at and named and not barrier.taken:
                barrier.taken = True
                barrier.reached.set()
                await barrier.released.wait()
                return

    def release_all(self) -> None:
        """Also those that nobody has reached: they will hold nobody."""
        for barrier in self._barriers.values():
            barrier.taken = True
            barrier.released.set()
