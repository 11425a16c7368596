"""Closing of an order line: by quantity, within its tolerance, cancelled, short-closed or by amount (domain rule 15).

A line is closed or open by how it stands and nothing else; so a later return, credit or invoice opens it again by itself.
"""

from decimal import Decimal
from enum import StrEnum

from canonical.documents.order_book import LineStanding
from canonical.matching.book import cents
from canonical.matching.words import money, plain
from canonical.model import Frozen


class ClosedBy(StrEnum):
    """Why nothing more is awaited of a line."""

    quantity = "quantity"
    tolerance = "within tolerance"
    cancelled = "cancelled"
    short_closed = "short-closed"
    amount = "amount"


class Closing(Frozen):
    """Whether a line is closed, by what, and in words what is still awaited of it or why nothing is."""

    closed: bool
    by: ClosedBy | None = None
    words: str


def closing(standing: LineStanding) -> Closing:
    """How a line stands: closed only where receipts and approved invoices agree, and nothing more is to come."""
    if standing.line.match == "amount":
        return _by_amount(standing)
    line, wanted, invoiced = standing.line, standing.ordered, standing.invoiced
    came = standing.kept if line.match == "receipts" else invoiced
    if came > invoiced:
        return _open(f"{plain(came - invoiced)} {line.unit} received and not yet invoiced")
    if came < invoiced - _slack(standing):
        return _open(f"{plain(invoiced - came)} {line.unit} invoiced and not here: a credit or a receipt is due")
    if came >= wanted:
        by = ClosedBy.quantity if wanted > 0 or came > 0 else ClosedBy.cancelled
        return Closing(
            closed=True, by=by, words=f"{plain(came)} {line.unit} came and are invoiced, {plain(wanted)} wanted."
        )
    missing = f"{plain(wanted - came)} of {plain(wanted)} {line.unit} did not come"
    if line.closed:
        return Closing(closed=True, by=ClosedBy.short_closed, words=f"Short-closed: {missing}.")
    if came > 0 and wanted - came <= _slack(standing):
        return Closing(closed=True, by=ClosedBy.tolerance, words=f"{missing}, within {plain(line.close_tolerance)}%.")
    return _open(f"{plain(wanted - came)} of {plain(wanted)} {line.unit} to come")


def _by_amount(standing: LineStanding) -> Closing:
    line, wanted, paid = standing.line, cents(standing.line.worth(standing.ordered)), standing.paid_for
    if standing.ordered == 0 and paid == 0:
        return Closing(closed=True, by=ClosedBy.cancelled, words="Cancelled, and nothing was invoiced.")
    if paid >= wanted:
        return Closing(closed=True, by=ClosedBy.amount, words=f"{money(paid)} of {money(wanted)} invoiced.")
    missing = f"{money(wanted - paid)} of {money(wanted)} not invoiced"
    if line.closed:
        return Closing(closed=True, by=ClosedBy.short_closed, words=f"Short-closed: {missing}.")
    if paid > 0 and wanted - paid <= wanted * line.close_tolerance / 100:
        return Closing(closed=True, by=ClosedBy.tolerance, words=f"{missing}, within {plain(line.close_tolerance)}%.")
    return _open(missing)


def _slack(standing: LineStanding) -> Decimal:
    return standing.ordered * standing.line.close_tolerance / 100


def _open(awaited: str) -> Closing:
    return Closing(closed=False, words=f"Open: {awaited}.")
