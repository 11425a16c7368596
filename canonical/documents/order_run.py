"""An order's run: what was heard of the order and its goods, what people ruled, and what was taken into the books."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import Field

from canonical.documents.document import Code, Document
from canonical.documents.order import Acknowledgement, Order
from canonical.documents.purchasing_run import PurchasingRun
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptLine, ReceiptReversal, ReceivedLot, ShipNotice
from canonical.model import Frozen
from canonical.quantity import Unit

D = TypeVar("D", bound=Document)
Kept = Literal["new", "known", "older", "conflicting"]


class TakenLine(Frozen):
    """What a line of a receipt or return comes to: so many order units of an order line, so many base units, by lot."""

    line: int
    order_line: int
    item: Code
    quantity: Decimal = Field(max_digits=12, decimal_places=4)
    base: Decimal = Field(max_digits=12, decimal_places=4)
    unit: Unit
    lots: tuple[ReceivedLot, ...] = ()


class Taken(Frozen):
    """A receipt or return as it was taken once, under this version: what its postings say.

    `beyond` is what came and was not taken, because it is more than was ordered; `unfit` what is expired or keeps too short.
    """

    number: Code
    version: int
    on: date
    lines: tuple[TakenLine, ...]
    beyond: tuple[TakenLine, ...] = ()
    unfit: tuple[ReceiptLine, ...] = ()

    def of(self, order_line: int) -> Decimal:
        """What it holds of an order line, in order units."""
        return sum((one.quantity for one in self.lines if one.order_line == order_line), Decimal(0))

    @property
    def order_lines(self) -> tuple[int, ...]:
        """The order lines that it concerns, each once."""
        return tuple(dict.fromkeys(one.order_line for one in self.lines))


class Ruling(Frozen):
    """What a person ruled about one line of a receipt or return (`step` names both): its order line, unit, surplus."""

    step: str
    order_line: int | None = None
    unit_factor: Decimal | None = None
    over: Literal["accept", "return"] | None = None


class OrderRun(PurchasingRun):
    """`order` as it now counts, `changes` made of it by this run. Each document once, in its newest version.

    `authorised` are the supplier's answers to returns, by the return's number. `short_closed` are the lines of which a
    person awaits nothing more. `checked` are receipts whose goods were checked for being charged later.
    `told` is the version under which the order book has this order. `moved_to` is the order that a person moved it all to;
    `elsewhere` are the orders that single receipts and returns were moved to and not yet sent to, by step.
    """

    order: Order | None = None
    notices: tuple[ShipNotice, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    reversals: tuple[ReceiptReversal, ...] = ()
    returns: tuple[GoodsReturn, ...] = ()
    authorised: tuple[GoodsReturn, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    taken: tuple[Taken, ...] = ()
    returned: tuple[Taken, ...] = ()
    short_closed: tuple[int, ...] = ()
    checked: tuple[str, ...] = ()
    told: int = 0
    moved_to: str = ""
    elsewhere: dict[str, str] = {}

    def ruling(self, step: str) -> Ruling:
        """What was ruled about a line so far."""
        return next((one for one in self.rulings if one.step == step), Ruling(step=step))

    def receipt(self, number: str) -> Receipt | None:
        """The receipt of this number."""
        return next((one for one in self.receipts if one.number == number), None)

    def goods_return(self, number: str) -> GoodsReturn | None:
        """The return of this number."""
        return next((one for one in self.returns if one.number == number), None)

    def taking(self, receipt: str) -> Taken | None:
        """What a receipt was taken as."""
        return next((one for one in self.taken if one.number == receipt), None)

    def returning(self, number: str) -> Taken | None:
        """What a return was taken as."""
        return next((one for one in self.returned if one.number == number), None)

    def is_reversed(self, receipt: str) -> bool:
        """Whether the receipt did not happen as recorded."""
        return any(one.number == receipt for one in self.reversals)

    def holds(self, taken: Taken) -> bool:
        """Whether a receipt still counts as it was taken."""
        same = any((one.number, one.version) == (taken.number, taken.version) for one in self.receipts)
        return same and not self.is_reversed(taken.number)

    def goes_back(self, taken: Taken) -> bool:
        """Whether a return still counts as it was taken."""
        return any((one.number, one.version) == (taken.number, taken.version) for one in self.returns)


class OrderAmendment(Frozen):
    """The fields that a person may correct, typed."""

    order: Code | None = None
    order_line: int | None = Field(default=None, ge=1, le=9999)
    unit_factor: Decimal | None = Field(default=None, gt=0, max_digits=12, decimal_places=4)
    over: Literal["accept", "return"] | None = None
    short_close: int | None = Field(default=None, ge=1, le=9999)
    authorisation: Code | None = None


def keeping(known: Sequence[D], heard: D) -> tuple[tuple[D, ...], Kept]:
    """The documents with this one among them, in the place of an older version; and how it relates to what was known."""
    before = next((one for one in known if one.number == heard.number), None)
    if before is None:
        return (*known, heard), "new"
    if heard.version > before.version:
        return tuple(heard if one is before else one for one in known), "new"
    if heard.version < before.version:
        return tuple(known), "older"
    return tuple(known), "known" if content(before) == content(heard) else "conflicting"


def content(document: Document) -> Document:
    """The document without what two tellings of it may differ in."""
    plain = {"legal_entity": "", "source": "", "recorded": None, "received": None, "mapping": ""}
    return document.model_copy(update=plain)


def placed_alike(one: Order, other: Order) -> bool:
    """Whether two tellings of an order by different systems agree in what was ordered, of whom, and at which price."""

    def terms(order: Order) -> tuple[object, ...]:
        lines = (
            (line.line, line.item, line.quantity, line.unit, line.price.amount, line.cancelled, line.closed)
            for line in order.lines
        )
        return (order.supplier, order.currency, *lines)

    return terms(one) == terms(other)
