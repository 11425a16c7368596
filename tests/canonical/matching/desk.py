"""A payables desk of two facilities: documents arrive at it, and what matches is approved, in whatever order is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from canonical.documents.invoice import Invoice, invoice_key
from canonical.documents.order import Order
from canonical.documents.order_book import Allocation, LineStanding, OrderStanding, ReceivedPart
from canonical.matching.match import match
from canonical.matching.policy import MatchPolicy
from canonical.matching.result import Match
from canonical.matching.seen import remembered
from tests.canonical.matching.papers import FIRST, LINES, NOON, Came, Document, Place, WentBack

Where = tuple[str, Place]
"""An order line of a facility."""


@dataclass
class Desk:
    """Payables: what arrives is laid down; whatever waits is matched again until nothing more can be approved."""

    policy: MatchPolicy = field(default_factory=MatchPolicy)
    received: list[Came] = field(default_factory=list)
    returned: dict[str, Decimal] = field(default_factory=dict)
    waiting: list[Invoice] = field(default_factory=list)
    approved: list[tuple[Invoice, Match]] = field(default_factory=list)
    _orders: tuple[OrderStanding, ...] = ()
    """As they stand, until something comes or is approved."""

    def take(self, document: Document) -> None:
        """Let one document arrive, and approve what now matches."""
        self.lay(document)
        self.settle()

    def lay(self, document: Document) -> None:
        """Let one document arrive."""
        self._orders = ()
        if isinstance(document, Came):
            self.received.append(document)
        elif isinstance(document, WentBack):
            self.returned[document.receipt] = self.returned.get(document.receipt, Decimal(0)) + document.quantity
        else:
            self.waiting.append(document)

    def settle(self) -> None:
        """Approve until nothing more matches, looking at what waits in the order in which it lies there."""
        while self._approve_one():
            pass

    def _approve_one(self) -> bool:
        for invoice in self.waiting:
            result = self.match(invoice)
            if result.verdict != "hold":
                self.waiting.remove(invoice)
                self.approved.append((invoice, result))
                self._orders = ()
                return True
        return False

    def match(self, invoice: Invoice, others: Sequence[Invoice] | None = None) -> Match:
        """The match as things stand."""
        others = self.waiting if others is None else others
        return match(
            invoice,
            orders=[one for one in self.orders() if one.facility == invoice.facility],
            others=[one for one in others if one is not invoice and one.facility == invoice.facility],
            seen=tuple(remembered(*one) for one in self.approved if one[0].facility == invoice.facility),
            policy=self.policy,
        )

    def orders(self) -> tuple[OrderStanding, ...]:
        """The orders of both facilities as they stand; their numbers are the same."""
        if not self._orders:
            numbers = dict.fromkeys(number for number, _ in LINES)
            self._orders = tuple(self._order(facility, number) for facility in ("H1", "H2") for number in numbers)
        return self._orders

    def allocations(self) -> list[tuple[str, Allocation]]:
        """All that approved documents took, with the facility."""
        return [(invoice.facility, one) for invoice, result in self.approved for one in result.allocations]

    def invoiced(self) -> dict[Where, Decimal]:
        """What is invoiced of each order line, in order units, credits taken off."""
        taken = {(facility, place): Decimal(0) for facility in ("H1", "H2") for place in LINES}
        for facility, one in self.allocations():
            taken[facility, (one.order, one.order_line)] += one.quantity
        return taken

    def outcome(self) -> dict[tuple[str, str], tuple[str, Decimal]]:
        """What became of each document that was approved."""
        return {
            (invoice.facility, invoice_key(invoice)): (result.verdict, result.paid) for invoice, result in self.approved
        }

    @property
    def paid(self) -> Decimal:
        """What was paid in all, credits taken off."""
        return sum((result.paid for _, result in self.approved), Decimal(0))

    def _order(self, facility: str, number: str) -> OrderStanding:
        standings = tuple(
            LineStanding(
                line=line,
                received=tuple(
                    self._part(one) for one in self.received if (one.facility, one.place) == (facility, place)
                ),
                allocated=tuple(
                    one
                    for where, one in self.allocations()
                    if where == facility and (one.order, one.order_line) == place
                ),
            )
            for place, line in LINES.items()
            if place[0] == number
        )
        order = Order(
            facility=facility,
            source="erp",
            number=number,
            occurred=NOON,
            supplier="ACME",
            currency="USD",
            ordered_on=FIRST,
            freight_terms="added",
            lines=tuple(one.line for one in standings),
        )
        return OrderStanding(facility=facility, order=order, lines=standings)

    def _part(self, one: Came) -> ReceivedPart:
        gone = self.returned.get(one.number, Decimal(0))
        return ReceivedPart(receipt=one.number, line=1, quantity=one.ordered, returned=gone, received_on=FIRST)
