"""Faults that control has queued for the interface, taken in order by operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "refuse",
    "refuse_unauthorized",
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
]


@dataclass
class Fault:
    """A fault with the number of times it is still to happen."""

    operation: str
    kind: FaultKind
    count: int = 1
    seconds: float | None = None
    status: int | None = None
    retry_after: int | None = None
    key_contains: str | None = None


class Faults:
    """The queue of faults."""

    def __init__(self) -> None:
        self._queued: list[Fault] = []

    def queue(self, fault: Fault) -> None:
        """Add a fault behind those already there."""
        self._queued.append(fault)

    def take(self, *, operation: str, key: str) -> Fault | None:
        """The first fault for this operation and key, used up by one; None when there is none."""
        for fault in self._queued:
            if fault.operation == operation and (fault.key_contains is None or fault.key_contains in key):
                fault.count -= 1
                if fault.count <= 0:
                    self._queued.remove(fault)
                return fault
        return None

    def left(self) -> list[Fault]:
        """The faults that have not happened yet."""
        return list(self._queued)

    def clear(self) -> None:
        """Forget all of them."""
        self._queued.clear()
