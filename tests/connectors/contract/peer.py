"""What the contract needs of a system: how it is reached, what can be written there, and how it is troubled.

A system joins the suite by an adapter of this form in `peers/` and a line in `conftest.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal

from canonical.errors import Audience
from canonical.ports import System
from suture.connector.reads import Asked
from tests.connectors.contract.trouble import Trouble

Verb = Literal["write", "undo", "find"]


class Variant(StrEnum):
    """Which document is wanted. A kind that has no such form gives its plain one."""

    plain = "plain"
    least = "least"
    largest = "largest"
    too_fine = "too-fine"
    boxed = "boxed"
    worded = "worded"


WORDS = "Größe 5½ - 大腿骨 \N{BONE} 'x'"
"""What people write into free text."""


@dataclass(frozen=True)
class Sample:
    """A document that the system takes, and what it must be found with; none where the system does not tell."""

    document: Any
    quantity: Decimal | None = None
    amount: Decimal | None = None
    day: date | None = None


@dataclass(frozen=True)
class Refusal:
    """A document that the system refuses, and who must act on it."""

    ledger: str
    document: Any
    audience: Audience


class Peer(ABC):
    """A live system. `troubles` can be played on it; `unknown` is a reference that could be, and is not there.

    `asked` names what it knows, for the reads that ask about something. Where one connector has several adapters, each for
    some of its ledgers, `part_of` is the same for all.
    """

    name: ClassVar[str]
    part_of: ClassVar[str] = ""
    ledgers: ClassVar[Sequence[str]]
    troubles: ClassVar[Set[Trouble]] = frozenset(Trouble)
    refusals: ClassVar[Mapping[str, Refusal]] = {}
    unknown: ClassVar[Mapping[str, str]]
    asked: ClassVar[Asked] = Asked(
        facility="NORTH", on=date(2026, 11, 20), location="OR-1", cost_centre="4110", item="4711"
    )
    troubled: bool = False

    @abstractmethod
    async def start(self, folder: Path) -> None:
        """Start it, or find it where it runs."""

    @abstractmethod
    async def stop(self) -> None:
        """Leave it as it was found."""

    @abstractmethod
    async def crash(self) -> None:
        """Kill it, and start it again on what it has kept."""

    @abstractmethod
    def connect(self, *, timeout: float = 10.0, known: bool = True, away: bool = False) -> System:
        """The connector; with a credential that the system does not know, or where nobody listens."""

    @abstractmethod
    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """A document under a number of the test's own, once everything stands that must stand before it."""

    @abstractmethod
    async def trouble(self, ledger: str, verb: Verb, trouble: Trouble) -> None:
        """Let the next such call meet with trouble."""

    @abstractmethod
    async def calm(self) -> None:
        """No more trouble."""

    async def settle(self) -> None:
        """Have the system post what it has accepted."""
        return None
