"""A stage: what a hospital's day is played on, by whom, and where its ledgers are read in the end."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from canonical.documents.work_item import Cause
from suture.demo.ledgers import Ledgers
from suture.demo.progress import ProgressLine
from suture.demo.purchasing.books import TradeBooks
from suture.demo.purchasing.moves import Purchase
from suture.demo.purchasing.placed import Placed
from suture.demo.purchasing.standing import PurchaseWatch
from suture.demo.standing import Watch
from suture.demo.telling import Say
from suture.demo.uses import Use
from suture.store.effects import Effect
from suture.up.household import Household
from suture.up.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What those who play have: the hospital that is up, how its runs stand, and how they tell what they do."""

    house: Household
    watch: Watch
    purchases: PurchaseWatch
    say: Say
    progress: ProgressLine


class Cast(Protocol):
    """Those who play one day."""

    @property
    def orders(self) -> Mapping[str, Placed]:
        """The orders that the systems have, by the number of the purchase."""
        ...

    async def play(self) -> None:
        """The whole day."""
        ...

    async def ledgers(self) -> Ledgers:
        """Read the books of uses."""
        ...

    async def trade_books(self, written: Sequence[Effect]) -> TradeBooks:
        """Read the books of purchasing, for what it wrote."""
        ...

    async def unspent(self) -> tuple[str, ...]:
        """What was arranged to go wrong and never did: then the day was not the one that is told."""
        ...


class Stage(Protocol):
    """A day as it is written: `shown` tells which use or purchase each question is asked about."""

    @property
    def plan(self) -> Plan: ...

    @property
    def uses(self) -> Sequence[Use]: ...

    @property
    def purchases(self) -> Sequence[Purchase]: ...

    @property
    def shown(self) -> Mapping[Cause, str]: ...

    async def prepare(self, house: Household) -> None:
        """What is done in the systems before the engine begins."""
        ...

    def cast(self, scene: Scene) -> AbstractAsyncContextManager[Cast]:
        """Those who play it."""
        ...
