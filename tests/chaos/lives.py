"""The life of one ledger: written and taken back in any order, each time struck by a fault, as a run would do it."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from temporalio.exceptions import ApplicationError

from canonical.asking.writing import Balanced
from canonical.effect import Posted
from canonical.identity import undo_key, wire_key
from canonical.ports import System, SystemKind
from canonical.run import Ledger, RunContext
from tests.support.sandbox import Sandbox, SandboxSystem

T = TypeVar("T")
CALL, LATE_BY, IN_FLIGHT = 0.6, 0.9, 2.0
"""Seconds: when a caller gives up, when a stalled or late write is applied, and what the connector declares."""

TRIES = 25
TAKES_LATE = "apply_late by the clock"
Act = Literal["do once", "do", "undo", "bill"]


@dataclass(frozen=True)
class Move:
    """One thing that happens to the ledger. `do once` gives up after one attempt, as a run does that is corrected.

    `bill` is what billing does: the charge stands on the final bill, so that only a credit takes it back.
    """

    act: Act
    fault: str = ""


@dataclass
class Life(ABC):
    """A run's way with one ledger: kept before each write, redone under the next revision once an undo has finished."""

    sandbox: Sandbox
    ledger: Ledger
    moves: list[Move]
    end: int
    told: list[str] = field(default_factory=list)

    @property
    @abstractmethod
    def context(self) -> RunContext:
        """Whose ledger it is."""

    @property
    @abstractmethod
    def system(self) -> SandboxSystem:
        """Who keeps it."""

    @abstractmethod
    def operation(self, *, undoes: bool) -> str:
        """The vendor's name of the write, or of its undo."""

    @abstractmethod
    async def send(self) -> Posted:
        """Write the document under the current key, in one attempt."""

    @abstractmethod
    async def balance(self, *, expected: int, closing: bool) -> Balanced:
        """Take back until so many stand, in one attempt."""

    @abstractmethod
    def documents(self) -> list[tuple[str, str]]:
        """Wire key and reference of all that the systems hold."""

    async def bill(self) -> None:
        """Put it on the final bill."""
        raise AssertionError("only a charge is billed")

    async def live(self) -> None:
        """Make the moves, then the last one that leads to `end` standing documents, and the closing look."""
        for move in self.moves:
            await self._make(move)
        await self._make(Move("do" if self.end else "undo"))
        await self.look()

    async def look(self) -> Balanced:
        """The closing look, once nothing can arrive any more; there is nothing to look for where nothing was sent."""
        if not self.ledger.keys:
            return Balanced()
        return await self._insist(lambda: self.balance(expected=self.end, closing=True))

    async def _make(self, move: Move) -> None:
        if move.act == "undo":
            await self._strike(move.fault, await self._keys_of_undo(), undoes=True)
            await self._undo()
            return
        if move.act == "bill":
            await self.bill()
            return
        self.ledger = self.ledger.sending(self.context.workflow_id)
        await self._strike(move.fault, [wire_key(self.ledger.key)], undoes=False)
        try:
            await self._insist(self.send, tries=1 if move.act == "do once" else TRIES)
        except TimeoutError:
            # Given up for now; what was sent may still arrive.
            return
        except ApplicationError as refused:
            # What was sent under an earlier key has come meanwhile, and there can be no second: the look finds it.
            if refused.type != "business-refusal" or len(self.ledger.keys) == 1:
                raise

    async def _undo(self) -> None:
        if self.ledger.keys:
            await self._insist(lambda: self.balance(expected=0, closing=False))
        revision = max(self.ledger.revision, self.ledger.sent + 1)
        self.ledger = self.ledger.model_copy(update={"revision": revision})

    async def _insist(self, attempt: Callable[[], Awaitable[T]], *, tries: int = TRIES) -> T:
        """Try as Temporal would: again after the delay that the failure names, never after one that no retry heals."""
        for _ in range(tries):
            try:
                return await attempt()
            except ApplicationError as failure:
                self.told.append(f"{failure.type}: {failure.message}")
                if failure.non_retryable:
                    raise
                delay = failure.next_retry_delay
            await asyncio.sleep(0.05 if delay is None else delay.total_seconds())
        raise TimeoutError(f"{tries} attempts in vain")

    async def _strike(self, fault: str, wires: list[str], *, undoes: bool) -> None:
        if not fault:
            return
        more: dict[str, object] = {}
        if fault.startswith("stall") or fault == TAKES_LATE:
            more["seconds"] = LATE_BY
        if fault in ("429", "503"):
            more["retry_after"] = 1
        kind = fault.removesuffix(" by the clock")
        for wire in wires:
            await self.system.fault(self.operation(undoes=undoes), kind, key_contains=wire, **more)

    async def _keys_of_undo(self) -> list[str]:
        keys = {wire_key(key): key for key in self.ledger.keys}
        documents = await asyncio.to_thread(self.documents)
        return [wire_key(undo_key(keys[key], reference)) for key, reference in documents if key in keys]


def built(kind: SystemKind, system: SandboxSystem) -> System:
    """The connector of a sandbox system."""
    table = {
        "base_url": system.url,
        "token_file": str(Path(system.token_file)),
        "timeout": f"PT{CALL}S",
        "in_flight": f"PT{IN_FLIGHT}S",
    }
    own = kind.settings.model_validate_json(json.dumps(table), strict=True)
    return kind.build(system.name, own, outgoing=dict)
