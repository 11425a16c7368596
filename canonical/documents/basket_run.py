"""Basket run: what the run of one basket knows, from the first line asked for to the last answer of the supplier."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from canonical.documents.contract import UnitPrice
from canonical.documents.document import Token
from canonical.documents.order import Acknowledged, Acknowledgement, Order, OrderLine
from canonical.documents.posting import ExpectedLine
from canonical.documents.purchasing_run import PurchasingRun
from canonical.documents.replenishment import Approval, PricedLine, Request, UsageSheet
from canonical.documents.usage import LotText
from canonical.model import Frozen
from canonical.start import Start


class Part(Frozen):
    """What a supplier says becomes of so many order units of a line; `by_us` where that was decided on our side."""

    line: int
    status: Acknowledged
    quantity: Decimal
    price: UnitPrice | None = None
    on: date | None = None
    item: str | None = None
    supplier_item: str = ""
    by_us: bool = False


class Held(Frozen):
    """Money set aside of a cost centre's budget, and the step that did so."""

    step: str
    cost_centre: str
    amount: Decimal


class PlacedOrder(Frozen):
    """One order of the basket as it now counts, and the supplier's answers to it.

    `approved` is what may be ordered without asking again, by line number. `parts` is what the supplier has said so
    far. `provided` counts, by line, what was cancelled and is taken care of: ordered elsewhere, or no longer wanted.
    `waits` are the lines whose back-order is waited for, `added` the lines of substitutes that the order does not
    have yet, `changing` the change order under way, `elsewhere` says that a person wants it ordered elsewhere.
    `sent` once the supplier has it, `told` once everybody knows. `short` is what their needs were last told of the requests
    that the supplier does not deliver in full, `undated` the items whose cases were named because nobody knows when they come.

    Of goods used before they were ordered: `received` are the requests whose receipt was told, `given_back` those that
    were taken off the order again, `by_hand` those of which a person has settled it. `replaced` says how much of a line
    the supplier was asked to replace; `refilled` are the lines whose location is refilled by its own par level.
    """

    ordinal: int
    supplier: str
    order: Order
    approved: Order
    taken: tuple[PricedLine, ...]
    held: tuple[Held, ...] = ()
    sent: bool = False
    told: bool = False
    parts: tuple[Part, ...] = ()
    provided: dict[int, Decimal] = {}
    waits: tuple[int, ...] = ()
    added: tuple[OrderLine, ...] = ()
    changing: Order | None = None
    elsewhere: bool = False
    expected: tuple[ExpectedLine, ...] = ()
    expected_revision: int = 0
    short: dict[str, str] = {}
    undated: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    given_back: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    replaced: dict[int, Decimal] = {}
    refilled: tuple[int, ...] = ()


class BasketRun(PurchasingRun):
    """`requests` are the lines not ordered yet, `lines` the same with contract and price once they have one.

    `tried` are the suppliers that have refused a request, by its number; `heard` the acknowledgements not yet taken in,
    `seen` those that were. `cut_off` is when the basket closes. `surgical_case` is the one whose goods it orders, and
    `counted` names what a person has settled to have been used in it, whatever the supplier's sheets say; `compared`
    are the sheets, by number and version, that what is ordered was compared with.
    """

    requests: tuple[Request, ...] = ()
    withdrawn: tuple[str, ...] = ()
    sheets: tuple[UsageSheet, ...] = ()
    cut_off: AwareDatetime | None = None
    lines: tuple[PricedLine, ...] = ()
    held: tuple[Held, ...] = ()
    approval: Approval | None = None
    orders: tuple[PlacedOrder, ...] = ()
    rejected: int = 0
    tried: dict[str, tuple[str, ...]] = {}
    heard: tuple[Acknowledgement, ...] = ()
    seen: tuple[str, ...] = ()
    surgical_case: Token | None = None
    counted: str = ""
    compared: tuple[str, ...] = ()

    @property
    def ordinal(self) -> int:
        """Which order of the basket is the next."""
        return len(self.orders) + 1

    def placed(self, ordinal: int) -> PlacedOrder:
        """An order of the basket."""
        return next(one for one in self.orders if one.ordinal == ordinal)

    def with_order(self, placed: PlacedOrder) -> tuple[PlacedOrder, ...]:
        """The orders with this one in its place."""
        return tuple(placed if one.ordinal == placed.ordinal else one for one in self.orders)


class BasketAmendment(Frozen):
    """What a person may decide about what a supplier does not deliver as ordered, or correct of what a use is ordered as."""

    remainder: Literal["wait", "cancel", "re-source"] | None = None
    request: str | None = None
    lot: LotText | None = None
    serial: LotText | None = None


class BasketStart(Start[BasketRun]):
    """What a run of a basket takes to start."""
