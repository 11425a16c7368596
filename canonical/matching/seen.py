"""Seen invoices: those known from before, by which a duplicate, a correction or a credit is recognised."""

from collections.abc import Iterable
from decimal import Decimal

from canonical.documents.invoice import Invoice, InvoiceType, SeenInvoice, normalised
from canonical.matching.result import Match


def remembered(invoice: Invoice, match: Match | None = None) -> SeenInvoice:
    """What is remembered of an invoice, with the match by which it was approved for payment."""
    return SeenInvoice(
        supplier=invoice.supplier,
        normalised=invoice.normalised,
        total=invoice.total,
        currency=invoice.currency,
        invoiced_on=invoice.invoiced_on,
        orders=invoice.orders,
        channel=invoice.channel,
        type=invoice.type,
        corrects=normalised(invoice.corrects) if invoice.corrects else None,
        paid=match.paid if match else None,
        extras=match.extras if match else {},
        short_paid=match.short_pay if match else Decimal(0),
    )


def duplicate_of(invoice: Invoice, seen: Iterable[SeenInvoice]) -> tuple[SeenInvoice, str] | None:
    """The first earlier invoice that this one repeats, and by what that is known; `seen` must not hold the invoice itself.

    A corrected invoice repeats neither the one it corrects nor is it repeated by it. Two credits that take back different
    invoices do not repeat each other by their amount.
    """
    number = invoice.normalised
    for earlier in seen:
        if earlier.supplier != invoice.supplier or (earlier.type is InvoiceType.credit) != (
            invoice.type is InvoiceType.credit
        ):
            continue
        if _joined_by_correction(invoice, number, earlier):
            continue
        if earlier.normalised == number:
            if earlier.channel is not invoice.channel:
                return earlier, f"same number, came before by {earlier.channel.value}"
            return earlier, "same number"
        if _take_back_different_ones(invoice, earlier):
            continue
        same_money = earlier.total == invoice.total and earlier.currency == invoice.currency
        if same_money and earlier.invoiced_on == invoice.invoiced_on and _same_orders(invoice.orders, earlier.orders):
            return earlier, "same amount, date and order under another number"
    return None


def _joined_by_correction(invoice: Invoice, number: str, earlier: SeenInvoice) -> bool:
    if invoice.type is InvoiceType.corrected and invoice.corrects is not None:
        return normalised(invoice.corrects) == earlier.normalised and earlier.type is not invoice.type
    return earlier.type is InvoiceType.corrected and earlier.corrects == number


def _take_back_different_ones(invoice: Invoice, earlier: SeenInvoice) -> bool:
    if invoice.type is not InvoiceType.credit or invoice.corrects is None or earlier.corrects is None:
        return False
    return normalised(invoice.corrects) != earlier.corrects


def _same_orders(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two invoices bill an order in common; one that names none may bill any."""
    return not one or not other or any(order in other for order in one)
