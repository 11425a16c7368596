"""Faults on demand: queued by operation, consumed in order by the requests that match."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.erp.exchange import Exchange

FaultKind = Literal[
    "refuse",
    "stall_before",
    "stall_after",
    "apply_late",
    "429",
    "500_before",
    "500",
    "503",
    "malformed",
    "cut_before",
    "cut",
    "refuse_unauthorized",
]


class FaultOrder(BaseModel):
    """An order for `count` faults of one kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    operation: str
    kind: FaultKind
    count: int = Field(default=1, ge=1, le=100_000)
    seconds: float | None = Field(default=None, ge=0, le=86_400)
    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: int | None = Field(default=None, ge=0, le=3600)
    key_contains: str | None = None


@dataclass
class _Queued:
    order: FaultOrder
    left: int


class Faults:
    """The faults still to come; in memory only."""

    def __init__(self) -> None:
        self._queue: list[_Queued] = []

    def add(self, order: FaultOrder) -> None:
        """Queue an order behind those already there."""
        self._queue.append(_Queued(order, order.count))

    def take(self, exchange: Exchange) -> FaultOrder | None:
        """The fault for this request, if one is due."""
        for queued in self._queue:
            if queued.order.operation == exchange.name and exchange.mentions(queued.order.key_contains):
                queued.left -= 1
                if queued.left == 0:
                    self._queue.remove(queued)
                return queued.order
        return None

    def clear(self) -> None:
        """Forget them all."""
        self._queue.clear()

    def listed(self) -> list[dict[str, Any]]:
        """What is left."""
        return [{**queued.order.model_dump(exclude_none=True), "count": queued.left} for queued in self._queue]
