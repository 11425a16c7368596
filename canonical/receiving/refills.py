"""Refills: consigned goods that their supplier brings without an order, and what was asked of it for a location."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from canonical.documents.document import Code
from canonical.documents.item import Item, Ownership
from canonical.documents.order_run import TakenLine
from canonical.documents.receipt import Receipt, ReceiptLine, ShipNotice
from canonical.model import Frozen
from canonical.quantity import factor_between
from canonical.receiving.counting import FINEST, adding_up

NO_ORDER_LINE = 0


class AskRefills(Frozen):
    """Which refills of these items at a location were asked for and have not come."""

    facility: Code
    location: Code
    items: tuple[Code, ...]


class Refill(Frozen):
    """A request to refill consigned stock, as the supplier's system knows it."""

    system: str
    reference: str


class RefillsAnswer(Frozen):
    """Of each item the refill that was asked for first, where one is open."""

    refills: tuple[Refill, ...] = ()


def are_refills(receipts: Sequence[Receipt], notices: Sequence[ShipNotice]) -> bool:
    """Whether all that came, or is announced, stays the supplier's own until it is used (domain rule 17)."""
    consigned = all(one.ownership is Ownership.consigned and one.moves_stock for one in receipts)
    return bool(receipts or notices) and consigned and all(one.request is not None for one in notices)


def per_base(line: ReceiptLine, item: Item, *, on: date, ruled: Decimal | None = None) -> Decimal | None:
    """How many base units one counted unit holds: as a person ruled, as the dock knows it, or as the item master does."""
    if ruled is not None:
        return ruled
    if line.unit == item.base_unit:
        return Decimal(1)
    return line.unit_factor or factor_between(line.unit, item.base_unit, item.factors, on=on)


def refilled(line: ReceiptLine, item: Item, *, factor: Decimal) -> TakenLine:
    """The line in base units, for no line of any order."""
    base = (line.accepted * factor).quantize(FINEST, ROUND_HALF_EVEN)
    return TakenLine(
        line=line.line,
        order_line=NO_ORDER_LINE,
        item=line.item,
        quantity=base,
        base=base,
        unit=item.base_unit,
        lots=adding_up(line.lots, base),
    )
