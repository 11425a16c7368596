"""A supplier in this process: an order desk that takes everything at once, and says of an order what it is told to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bench.in_process_book import InProcessBook
from canonical.documents.order import Acknowledgement
from canonical.kinds import Kind
from canonical.ports import Declaration, Supplier


@dataclass
class InProcessSupplier:
    """`said` are the acknowledgements given so far, oldest first: a test or a benchmark adds to them."""

    name: str
    said: list[Acknowledgement] = field(default_factory=list)
    orders: InProcessBook[Any] = field(default_factory=lambda: InProcessBook("SO"))
    changes: InProcessBook[Any] = field(default_factory=lambda: InProcessBook("CH"))
    replacements: InProcessBook[Any] = field(default_factory=lambda: InProcessBook("RP"))
    returns: InProcessBook[Any] = field(default_factory=lambda: InProcessBook("RA"))

    @property
    def declares(self) -> Declaration:
        """Everything is there at once, and nothing twice."""
        return Declaration(system=self.name, in_flight=timedelta(seconds=1), idempotent_for=timedelta(hours=1))

    def books(self) -> Mapping[Kind, InProcessBook[Any]]:
        """The books of an order desk."""
        return {
            Kind.sent_order: self.orders,
            Kind.sent_change: self.changes,
            Kind.replacement: self.replacements,
            Kind.return_request: self.returns,
        }

    async def acknowledgements(self, *, order: str) -> tuple[Acknowledgement, ...]:
        """What was said of the order."""
        return tuple(one for one in self.said if one.order == order)

    async def ping(self) -> str:
        """Always there."""
        return "in process"

    async def close(self) -> None:
        """Nothing to give back."""


# Held by the type checker: the port is offered exactly.
_PORT: type[Supplier] = InProcessSupplier
