"""Turn: the order in which documents compete, by what they say and never by when they came."""

from datetime import date
from decimal import Decimal

from canonical.documents.invoice import Invoice, SeenInvoice

Turn = tuple[date, str, str, str, str, Decimal, str, int]


def turn(invoice: Invoice) -> Turn:
    """By date and number first; the rest tells copies apart."""
    return (
        invoice.invoiced_on,
        invoice.normalised,
        invoice.supplier,
        invoice.type.value,
        invoice.channel.value,
        invoice.total,
        invoice.number,
        invoice.version,
    )


def age(seen: SeenInvoice) -> tuple[date, str, str]:
    """The order of those that are remembered."""
    return seen.invoiced_on, seen.key, seen.channel.value
