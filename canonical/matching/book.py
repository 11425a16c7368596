"""Working book: what of each order line is still open to be invoiced, while invoices take from it in turn."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from canonical.documents.invoice import InvoiceLine
from canonical.documents.order import LineKind, Order
from canonical.documents.order_book import Allocation, LineStanding, OrderStanding, ReceivedPart
from canonical.money import CENT

ZERO = Decimal(0)
Source = tuple[str, int]
NO_RECEIPT: Source = ("", 0)
QUANTUM = Decimal("0.0001")
"""To which a quantity is rounded in order units."""
HALF_A_QUANTUM = QUANTUM / 2


def cents(amount: Decimal) -> Decimal:
    """An amount as a ledger takes it."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def _age(part: ReceivedPart) -> tuple[date, str, int]:
    """Oldest first by what receipts say; in which order they were told of decides nothing."""
    return part.received_on, part.receipt, part.line


class OpenLine:
    """One order line, with what invoices took of each receipt so far; `NO_RECEIPT` holds what they took beyond receipts."""

    __slots__ = ("_kept", "invoiced", "kept", "line", "order", "paid_for", "parts", "standing", "taken")

    def __init__(self, order: Order, standing: LineStanding) -> None:
        self.order = order
        self.standing = standing
        self.line = standing.line
        self.parts: dict[Source, ReceivedPart] = {
            (part.receipt, part.line): part for part in sorted(standing.received, key=_age)
        }
        self._kept = [(source, part.kept) for source, part in self.parts.items()]
        self.kept = sum((kept for _, kept in self._kept), ZERO)
        self.taken: dict[Source, Decimal] = {}
        self.invoiced = ZERO
        self.paid_for = ZERO
        for one in standing.allocated:
            self.take((one.receipt, one.receipt_line), one.quantity, one.amount)

    def take(self, source: Source, quantity: Decimal, amount: Decimal) -> None:
        """Let what was taken of a receipt count."""
        self.taken[source] = self.taken.get(source, ZERO) + quantity
        self.invoiced += quantity
        self.paid_for += amount

    @property
    def available(self) -> Decimal:
        """The quantity that may still be invoiced, in order units, or the money where the line is matched by amount."""
        wanted = self.line.quantity - self.line.cancelled
        if self.line.match == "receipts":
            return self.kept - self.invoiced
        if self.line.match == "order":
            return wanted - self.invoiced
        return cents(self.line.worth(wanted)) - self.paid_for

    def rounding(self, lines: int) -> Decimal:
        """How far sums of order units may be off, where so many lines and all that came before were rounded to them."""
        return HALF_A_QUANTUM * (lines + 2 * len(self.parts) + len(self.standing.allocated))

    def open_parts(self) -> list[tuple[Source, Decimal]]:
        """What is open of each receipt, oldest first, where they were taken beyond elsewhere less than that."""
        if not self.taken:
            return [(source, kept) for source, kept in self._kept if kept > 0]
        beyond = sum((taken for source, taken in self.taken.items() if source not in self.parts), ZERO)
        opened: list[tuple[Source, Decimal]] = []
        for source, kept in self._kept:
            taken = self.taken.get(source)
            left = kept - taken if taken else kept
            if left > 0:
                opened.append((source, left))
            else:
                beyond -= left
        if beyond <= 0:
            return opened
        remaining: list[tuple[Source, Decimal]] = []
        for source, left in opened:
            less = min(beyond, left)
            beyond -= less
            if left > less:
                remaining.append((source, left - less))
        return remaining

    def worth_of(self, source: Source, quantity: Decimal) -> Decimal:
        """What a quantity taken next of a receipt comes to at order price, so that the receipt's parts add up to it."""
        before = self.taken.get(source)
        if not before:
            return cents(self.line.worth(quantity))
        return cents(self.line.worth(before + quantity)) - cents(self.line.worth(before))


class Book:
    """The orders at hand; a line is opened when it is first asked for."""

    def __init__(self, orders: Sequence[OrderStanding]) -> None:
        self._orders = {standing.order.number: standing for standing in orders}
        self._standings: dict[str, dict[int, LineStanding]] = {}
        self._open: dict[tuple[str, int], OpenLine] = {}

    def order(self, number: str) -> Order | None:
        """The order of this number."""
        standing = self._orders.get(number)
        return standing.order if standing else None

    def line(self, order: str, number: int) -> OpenLine | None:
        """One line of an order."""
        known = self._open.get((order, number))
        if known is None and order in self._orders:
            standing = self._lines(order).get(number)
            if standing is not None:
                known = self._open[order, number] = OpenLine(self._orders[order].order, standing)
        return known

    def like(self, order: str, billed: InvoiceLine) -> list[OpenLine]:
        """The lines of an order that buy what an invoice line bills, where it does not say which line that is."""
        alike = []
        for number, standing in self._lines(order).items():
            line = standing.line
            same = (
                line.item == billed.item
                if billed.item is not None and line.item is not None
                else line.supplier_item == billed.supplier_item
                if billed.supplier_item
                else line.kind is LineKind.freight and billed.kind.value == "freight"
            )
            opened = self.line(order, number) if same else None
            if opened is not None:
                alike.append(opened)
        return alike

    def take(self, allocations: Iterable[Allocation]) -> None:
        """Let allocations count."""
        for one in allocations:
            opened = self.line(one.order, one.order_line)
            if opened is not None:
                opened.take((one.receipt, one.receipt_line), one.quantity, one.amount)

    def taken_by(self, invoices: Collection[str]) -> tuple[Allocation, ...]:
        """What invoices took of all orders at hand."""
        return tuple(
            allocation
            for standing in self._orders.values()
            for line in standing.lines
            for allocation in line.allocated
            if allocation.invoice in invoices
        )

    def _lines(self, order: str) -> dict[int, LineStanding]:
        lines = self._standings.get(order)
        if lines is None:
            standings = self._orders[order].lines
            lines = self._standings[order] = {standing.line.line: standing for standing in standings}
        return lines
