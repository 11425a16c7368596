"""Billed lines: which order line an invoice line bills, and how many order units, by the factors frozen with the order."""

from dataclasses import dataclass, field
from decimal import Decimal

from canonical.documents.invoice import ChargeKind, Invoice, InvoiceLine
from canonical.documents.order import OrderLine
from canonical.matching.book import QUANTUM, ZERO, Book, OpenLine, Source
from canonical.matching.result import Hold, HoldKind, hold
from canonical.matching.words import plain

CHARGES = (ChargeKind.freight, ChargeKind.fuel, ChargeKind.restocking, ChargeKind.tax, ChargeKind.other)


@dataclass(slots=True)
class Billed:
    """An invoice line with the order line it bills.

    `quantity` in order units, `expected` at order price; `takes` of which receipts; `beyond` above what may be invoiced;
    `ceilings` say, for each hold of its price, what the whole quantity should cost; `tolerated` is what was let pass.
    """

    line: InvoiceLine
    opened: OpenLine
    quantity: Decimal
    expected: Decimal
    amount: Decimal
    takes: list[tuple[Source, Decimal]] = field(default_factory=list)
    beyond: Decimal = ZERO
    ceilings: dict[HoldKind, Decimal] = field(default_factory=dict)
    tolerated: Decimal = ZERO
    holds: list[Hold] = field(default_factory=list)


def factor_to(line: OrderLine, unit: str) -> Decimal | None:
    """How many of a unit one order unit holds; None where the order does not know the unit."""
    if unit == line.unit:
        return Decimal(1)
    if unit == line.price.unit:
        return line.price_factor
    if unit == line.base_unit:
        return line.base_factor
    return None


def is_charge(line: InvoiceLine) -> bool:
    """Whether a line asks for more than goods or service, and names no order line for it."""
    return line.kind in CHARGES and line.order_line is None


def order_of(invoice: Invoice, line: InvoiceLine) -> str | None:
    """The order that a line bills: the one it names, or the only one that the invoice names."""
    if line.order is not None:
        return line.order
    named = invoice.orders
    return named[0] if len(named) == 1 else None


def billed(invoice: Invoice, line: InvoiceLine, order: str | None, book: Book) -> Billed | Hold:
    """The line with its order line, or why there is none."""
    known = book.order(order) if order is not None else None
    if order is None or known is None:
        named = f"order {order} is not known here" if order else "names no order"
        return hold(line.line, HoldKind.order_unknown, f"Line {line.line}: {named}.", line.amount)
    if known.supplier != invoice.supplier:
        words = f"Line {line.line}: order {order} was placed with {known.supplier}, not with {invoice.supplier}."
        return hold(line.line, HoldKind.supplier, words, line.amount)
    if known.currency != invoice.currency:
        words = f"Line {line.line}: billed in {invoice.currency}, order {order} is in {known.currency}."
        return hold(line.line, HoldKind.currency, words, line.amount)
    opened = _order_line(line, order, book)
    if opened is None:
        named = f"has no line {line.order_line}" if line.order_line else "has no line for this item"
        return hold(line.line, HoldKind.line_unknown, f"Line {line.line}: order {order} {named}.", line.amount)
    return _measured(invoice, line, opened)


def _order_line(line: InvoiceLine, order: str, book: Book) -> OpenLine | None:
    """The named line; else the first that buys the same and has enough open, else the first that buys the same."""
    if line.order_line is not None:
        return book.line(order, line.order_line)
    alike = book.like(order, line)
    return next((one for one in alike if _has_open(one, line)), alike[0] if alike else None)


def _has_open(one: OpenLine, line: InvoiceLine) -> bool:
    """Whether as much as an invoice line bills is open of an order line."""
    if one.line.match == "amount":
        return one.available >= line.amount
    factor = factor_to(one.line, line.unit)
    return factor is not None and one.available * factor >= line.quantity


def _measured(invoice: Invoice, line: InvoiceLine, opened: OpenLine) -> Billed | Hold:
    ordered = opened.line
    where = f"Line {line.line}"
    if (line.price is not None and line.price.currency != invoice.currency) or (
        ordered.price.currency != invoice.currency
    ):
        return hold(
            line.line, HoldKind.currency, f"{where}: price and invoice are in different currencies.", line.amount
        )
    holds = _other_item(line, ordered)
    if ordered.match == "amount":
        return Billed(line, opened, ZERO, line.amount, line.amount, holds=holds)
    factor = factor_to(ordered, line.unit)
    if factor is None:
        words = f"{where}: billed by the {line.unit}, ordered by the {ordered.unit}; the order knows no factor between them."
        return hold(line.line, HoldKind.unit, words, line.amount)
    quantity = line.quantity if factor == 1 else (line.quantity / factor).quantize(QUANTUM)
    expected = ordered.price.extended(line.quantity * ordered.price_factor / factor)
    return Billed(line, opened, quantity, expected, line.amount, holds=holds)


def _other_item(line: InvoiceLine, ordered: OrderLine) -> list[Hold]:
    if line.item is not None and ordered.item is not None:
        billed_item, wanted = line.item, ordered.item
    else:
        billed_item, wanted = line.supplier_item, ordered.supplier_item
    if not billed_item or not wanted or billed_item == wanted:
        return []
    words = f"Line {line.line}: bills {billed_item}, the order line is for {wanted}."
    return [hold(line.line, HoldKind.item, words, line.amount)]


def counted(quantity: Decimal, line: OrderLine) -> str:
    """A quantity with its unit, as people read it."""
    return f"{plain(quantity)} {line.unit}"
