"""The words in which a purchase of the day is told: what is needed or ordered, what comes, what is billed, who decides."""

# long because the words that a purchase is told in are one vocabulary.
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from canonical.documents.work_item import Cause

Says = Mapping[str, Any]
"""What a supplier says of lines, in the words of its exchange; a line is named by its item (and location)."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line that a buyer orders in the ERP. The price is the contract's, unless the buyer wrote another."""

    item: int
    quantity: int
    unit: Literal["box", "each"] = "box"
    price: str = ""


@dataclass(frozen=True, kw_only=True)
class Enter:
    """A buyer enters the order in the ERP, and the supplier gets it; `phoned` to the supplier, it is not entered yet."""

    lines: tuple[Wanted, ...]
    location: str = "OR-1"
    phoned: bool = False


@dataclass(frozen=True, kw_only=True)
class CatchUp:
    """The buyer enters in the ERP what was phoned."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """The buyer changes the order in the ERP once: these lines count in place of those that were entered."""

    lines: tuple[Wanted, ...]
    location: str = "OR-1"


@dataclass(frozen=True, kw_only=True)
class Lack:
    """A par level is crossed: so many base units are lacking. `spare`: so many may be had from another location.

    The level is what stands on the shelf, unless it is a small `par`: then the shelf is emptied until so many lack.
    What is not `announced` only a sweep finds.
    """

    item: int
    location: str
    lacking: int
    spare: tuple[str, int] | None = None
    par: int | None = None
    announced: bool = True


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """The schedule that looks at every par level of the facility is due."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Somebody of the hospital asks for an item at a location, by the command that is printed."""

    item: int
    location: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Fund:
    """Finance gives a cost centre of the facility another budget for this year: advisory or absolute."""

    cost_centre: str
    control: Literal["advisory", "absolute"]
    amount: int


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A rush order is phoned to the supplier by somebody of the hospital, and confirmed through the engine."""

    item: int
    location: str
    quantity: int
    unit: str
    reference: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Approve:
    """Somebody lets an order pass, or does not, by the command that is printed."""

    person: str
    reject: str = ""


@dataclass(frozen=True, kw_only=True)
class Decide:
    """Somebody decides a work item during the day, because what comes next depends on it."""

    cause: Cause
    options: tuple[str, ...]
    person: str


@dataclass(frozen=True, kw_only=True)
class Delegate:
    """Somebody goes away, and names who decides for them."""

    absent: str
    deputy: str


@dataclass(frozen=True, kw_only=True)
class Acknowledge:
    """The supplier answers the order; without words, it accepts all of it."""

    says: tuple[Says, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ship:
    """The supplier sends what is open, or what it says."""

    says: tuple[Says, ...] = ()
    notice: bool = True


@dataclass(frozen=True, kw_only=True)
class Dock:
    """The receiving clerk captures what the last shipment holds, under this number.

    `accepted` where it differs from what was shipped, `refused` with the reason, both by item. `other` is captured in
    place of an item. `by_notice`: the clerk scans no lot; `undated`: one of a label without its expiry, by item.
    `order`: what the packing slip names; none where nothing.
    """

    number: str
    accepted: Mapping[int, int] = field(default_factory=dict)
    refused: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    other: Mapping[int, int] = field(default_factory=dict)
    in_eaches: bool = False
    by_notice: bool = False
    undated: Mapping[int, str] = field(default_factory=dict)
    order: Literal["named", "none"] = "named"


@dataclass(frozen=True, kw_only=True)
class Refill:
    """The supplier refills its own goods as it was asked to; the clerk captures them, and no order is named."""

    number: str


@dataclass(frozen=True, kw_only=True)
class Reverse:
    """The receiving clerk says that a receipt did not happen as captured."""

    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SendBack:
    """Goods of a receipt go back to the supplier."""

    number: str
    receipt: str
    item: int
    quantity: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Authorise:
    """The supplier answers a request to send goods back, by the number of the return or claim."""

    number: str
    granted: bool = True


@dataclass(frozen=True, kw_only=True)
class Bill:
    """The supplier's invoice, credit or corrected invoice. `orders` are further orders on it.

    `discount`: so many per cent where it is paid early.
    """

    number: str
    corrects: str = ""
    says: tuple[Says, ...] = ()
    kind: Literal["invoice", "credit", "corrected"] = "invoice"
    channel: str = "edi"
    again: bool = False
    orders: tuple[str, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    discount: int = 0


@dataclass(frozen=True, kw_only=True)
class Close:
    """The operating room closes a surgical case, after which nothing more is used in it."""

    case: int


@dataclass(frozen=True, kw_only=True)
class Unuse:
    """Inventory says of a use that it did not happen."""

    use: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The supplier's representative sends the usage sheet of a surgical case."""

    case: int
    item: int
    lot: str | None = None
    serial: str | None = None
    quantity: int = 1


Thing = Literal["order", "changed", "notice", "receipt", "return", "paid", "claim", "question"]


@dataclass(frozen=True, kw_only=True)
class Await:
    """Nothing goes on before this has happened: `number` of the paper, or the cause of the question."""

    what: Thing
    number: str = ""


Move = (
    Enter
    | CatchUp
    | Change
    | Lack
    | Sweep
    | Ask
    | Fund
    | Phone
    | Approve
    | Decide
    | Delegate
    | Acknowledge
    | Ship
    | Dock
    | Refill
    | Reverse
    | SendBack
    | Authorise
    | Bill
    | Close
    | Unuse
    | Sheet
    | Await
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How a system misbehaves at one write of a run: of the order that a buyer enters, or of what else is named.

    Those are the purchase's first invoice, its need (the first that is told), and today's basket of its supplier.
    """

    system: str
    operation: str
    kind: str
    step: str
    of: Literal["order", "invoice", "need", "basket"] = "order"
    seconds: float | None = None
    retry_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What a person decides about a work item: the options of `suture work resolve`. `about` is a word of its question."""

    cause: Cause
    options: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class End:
    """What must stand of an order in the end, in units ordered, all lines together; `more` is paid beyond its prices.

    `disputed` is what the supplier is asked back by debit memo.
    """

    received: str = "0"
    invoiced: str = "0"
    more: str = "0"
    disputed: str = "0"


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One purchase of the day. An order that the engine makes is known by facility, supplier and item (`makes`)."""

    number: str
    says: str
    trouble: str = ""
    facility: str = "NORTH"
    supplier: int
    makes: int | None = None
    moves: tuple[Move, ...]
    answers: tuple[Decided, ...] = ()
    faults: tuple[Fault, ...] = ()
    end: End | None = None
    after: str = ""

    @property
    def bills(self) -> tuple[Bill, ...]:
        """The invoices and credits about it."""
        return tuple(move for move in self.moves if isinstance(move, Bill))

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """The needs from which it comes."""
        return tuple(move for move in self.moves if isinstance(move, Lack))

    @property
    def joined(self) -> bool:
        """Whether several needs go into one order."""
        return len(self.lacks) > 1

    @property
    def entered(self) -> bool:
        """Whether a buyer enters it in the ERP, so that its number is known before."""
        return any(isinstance(move, Enter) for move in self.moves)
