"""Request run: what the run of one need knows, from the par level that was crossed to the order that fills it."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import AwareDatetime, Field

from canonical.documents.purchasing_run import PurchasingRun
from canonical.documents.replenishment import ParStanding, Request
from canonical.model import Frozen
from canonical.replenishing.need import Fill
from canonical.start import Start


class AskedFor(Frozen):
    """A request on its way into a basket: how many base units it is for, and what the basket has answered."""

    request: Request
    base: Decimal
    answer: str = ""
    order: str = ""


class RequestRun(PurchasingRun):
    """`crossed` counts the crossings heard, `met` those that were dealt with, `round` those that are being dealt with.

    `standing` and `fill` are of the round under way; `quantity` (base units) is what a person put in place of the
    need, `meant` that a person has confirmed an unlikely quantity. `failed` says when a supplier last did not deliver.
    """

    crossed: int = 0
    met: int = 0
    round: int = 0
    standing: ParStanding | None = None
    fill: Fill | None = None
    quantity: Decimal | None = None
    meant: bool = False
    asked: tuple[AskedFor, ...] = ()
    failed: dict[str, AwareDatetime] = {}

    @property
    def pending(self) -> Decimal:
        """Base units that were asked for, and of which no basket has said yet what becomes of them."""
        return sum((one.base for one in self.asked if not one.answer), Decimal(0))

    def failed_lately(self, now: datetime, *, rests: timedelta) -> tuple[str, ...]:
        """The suppliers that did not deliver within so long."""
        return tuple(sorted(supplier for supplier, at in self.failed.items() if now - at < rests))

    def for_the_next_need(self) -> "RequestRun":
        """What a later need goes on from: what is settled is behind it."""
        return self.model_copy(
            update={
                "ledgers": tuple(one for one in self.ledgers if not one.settled or one.uncertain),
                "asked": tuple(one for one in self.asked if not one.answer),
            }
        )


class RequestAmendment(Frozen):
    """What a person may correct of a need: how many base units are wanted."""

    quantity: Decimal | None = Field(default=None, gt=0, max_digits=12, decimal_places=4)


class RequestStart(Start[RequestRun]):
    """What a run of a need takes to start."""
