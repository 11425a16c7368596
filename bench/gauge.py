"""Gauge: what a worker process has used and done so far: CPU seconds, transactions of the store, sealing."""

import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, event
from temporalio.api.common.v1 import Payload

from suture.keys import Keyring
from suture.store.database import Database
from suture.temporal.codec import Codec

T = TypeVar("T")


class Reading(BaseModel):
    """One look at the gauge; what counts is the difference between two."""

    model_config = ConfigDict(frozen=True)

    cpu: float
    writes: int = 0
    reads: int = 0
    commits: int = 0
    sealed: int = 0
    sealing: float = 0.0

    def since(self, before: "Reading") -> "Reading":
        """What was used between the two."""
        mine, theirs = self.model_dump(), before.model_dump()
        return Reading(**{name: mine[name] - theirs[name] for name in mine})

    def plus(self, other: "Reading") -> "Reading":
        """Both together."""
        mine, theirs = self.model_dump(), other.model_dump()
        return Reading(**{name: mine[name] + theirs[name] for name in mine})


@dataclass
class Gauge:
    """Counts, from the main loop only."""

    writes: int = 0
    reads: int = 0
    commits: int = 0
    sealed: int = 0
    sealing: float = 0.0

    def read(self) -> Reading:
        """The state now; CPU of all threads of this process."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return Reading(
            cpu=used.ru_utime + used.ru_stime,
            writes=self.writes,
            reads=self.reads,
            commits=self.commits,
            sealed=self.sealed,
            sealing=self.sealing,
        )


class GaugedDatabase(Database):
    """The store's database, counted: works handed in, and the commits that they share."""

    def __init__(self, url: str, gauge: Gauge) -> None:
        super().__init__(url)
        self._gauge = gauge

        @event.listens_for(self.engine, "commit")
        def _committed(_connection: Connection) -> None:
            gauge.commits += 1

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Count, then write."""
        self._gauge.writes += 1
        return await super().write(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Count, then read."""
        self._gauge.reads += 1
        return await super().read(work)


class GaugedCodec(Codec):
    """The codec, its seconds and payloads counted."""

    def __init__(self, keyring: Keyring, gauge: Gauge) -> None:
        super().__init__(keyring)
        self._gauge = gauge

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Count, and seal."""
        began = perf_counter()
        sealed = await super().encode(payloads)
        self._count(len(sealed), began)
        return sealed

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Count, and open."""
        began = perf_counter()
        opened = await super().decode(payloads)
        self._count(len(opened), began)
        return opened

    def _count(self, payloads: int, began: float) -> None:
        self._gauge.sealed += payloads
        self._gauge.sealing += perf_counter() - began
