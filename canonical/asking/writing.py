"""Writing: what every write into a system carries, how it is taken back, and what is recorded where others wrote."""

from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import AwareDatetime

from canonical.documents.charge import Charge
from canonical.documents.claim import Bill
from canonical.documents.costing import CostPosting
from canonical.documents.stock import StockMovement
from canonical.effect import EffectState, Found
from canonical.model import Frozen
from canonical.money import Money
from canonical.run import Ledger, RunContext


class WriteOrder(Frozen):
    """The common part of every write: for whom, and the ledger with all keys that it was ever written under."""

    context: RunContext
    ledger: Ledger


class MoveStock(WriteOrder):
    """Post a consumption."""

    movement: StockMovement


class PostCharge(WriteOrder):
    """Post a charge."""

    charge: Charge


class PostCost(WriteOrder):
    """Post a cost journal; its posting date is the service date or the first open day after it."""

    posting: CostPosting


D = TypeVar("D", bound=Frozen)


class CameFrom(Frozen):
    """A document that a posting comes from, for lineage; `before` what that document itself came from."""

    system: str
    kind: str
    reference: str
    relation: str = "posted-for"
    before: "CameFrom | None" = None


class Post(WriteOrder, Generic[D]):
    """Write a document of some kind (`canonical.kinds`) into the book that keeps it.

    Beside the document what effects and lineage record of it; `came_from` is the run's own document where it is empty.
    """

    document: D
    on: date
    amount: Money | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    item: str | None = None
    came_from: tuple[CameFrom, ...] = ()


class Balance(WriteOrder):
    """Make exactly `expected` (0 or 1) documents stand: an undo expects none; the closing look what the ledger says.

    A closing look waits until no write of the ledger can still arrive. `no_charge_reason` says of a charge that what it
    was for did happen, and why it is not charged.
    """

    expected: int
    closing: bool = False
    service_date: date
    no_charge_reason: str = ""


class Balanced(Frozen):
    """What stands after balancing, and how things were taken back: voided, reversed, or asked to be credited.

    `bills` are those of the charges to be credited, their numbers as tokens; `unread` says why one could not be read.
    """

    reference: str | None = None
    taken_back: int = 0
    credit_requested: bool = False
    bills: tuple[Bill, ...] = ()
    unread: str = ""


class Outcome(Frozen):
    """What a look-up of one document answered; none where the system has no such document."""

    found: Found | None = None


class AskDocument(Frozen):
    """Look up one document by the system's own reference."""

    context: RunContext
    reference: str


class Elsewhere(WriteOrder):
    """Record what somebody else has posted under the ledger's reference: the source by itself, or a person by hand."""

    state: EffectState
    quantity: Decimal | None = None
    posting_date: date | None = None
    at: AwareDatetime
