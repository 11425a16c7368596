"""Barriers: the next matching request is held at a point until released, so that a test can strike exactly there."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.erp.exchange import Exchange

Point = Literal["received", "applied", "answered"]


class BarrierOrder(BaseModel):
    """Where to hold which request."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    operation: str
    at: Point
    key_contains: str | None = None


@dataclass
class Barrier:
    """One barrier; it stops one request."""

    order: BarrierOrder
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Barriers:
    """All barriers of this process, by number."""

    def __init__(self) -> None:
        self._barriers: dict[int, Barrier] = {}
        self._last = 0

    def add(self, order: BarrierOrder) -> int:
        """Set up a barrier; answers its number."""
        self._last += 1
        self._barriers[self._last] = Barrier(order)
        return self._last

    async def pass_by(self, exchange: Exchange, at: Point) -> None:
        """Stop here if a barrier waits for this request; at *answered* the caller has its answer, and only we stand still."""
        for barrier in self._barriers.values():
            order = barrier.order
            if barrier.reached.is_set() or barrier.released.is_set() or order.at != at:
                continue
            if order.operation == exchange.name and exchange.mentions(order.key_contains):
                barrier.reached.set()
                await barrier.released.wait()
                return

    async def wait(self, number: int, seconds: float) -> bool | None:
        """Whether a request has reached the barrier within the seconds; None where there is no such barrier."""
        barrier = self._barriers.get(number)
        if barrier is None:
            return None
        try:
            await asyncio.wait_for(barrier.reached.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def release(self, number: int) -> bool:
        """Let the request go on; one that has not come yet will not be stopped."""
        barrier = self._barriers.get(number)
        if barrier is not None:
            barrier.released.set()
        return barrier is not None

    def release_all(self) -> None:
        """Let everything go on and forget the barriers."""
        for barrier in self._barriers.values():
            barrier.released.set()
        self._barriers.clear()
