"""Invoice: what a supplier asks to be paid, over one order, several, or none; and the credit that takes it back."""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from pydantic import Field

from canonical.documents.contract import UnitPrice
from canonical.documents.document import Code, Document
from canonical.model import Frozen
from canonical.money import Currency
from canonical.quantity import Unit


class InvoiceType(StrEnum):
    """An invoice, a credit memo that takes one back in whole or part, or a corrected invoice in place of an earlier one."""

    invoice = "invoice"
    credit = "credit"
    corrected = "corrected"


class Channel(StrEnum):
    """By which way it came: the same invoice comes electronically and on paper (domain rule 16)."""

    edi = "edi"
    paper = "paper"
    portal = "portal"
    email = "email"


class ChargeKind(StrEnum):
    """What a line asks money for."""

    goods = "goods"
    service = "service"
    freight = "freight"
    fuel = "fuel"
    restocking = "restocking"
    tax = "tax"
    other = "other"


class InvoiceLine(Frozen):
    """One line: `amount` is what the supplier comes to, whether or not quantity and price say the same.

    `order` and `order_line` where the supplier names them; `receipt` the packing slip or receipt it bills.
    """

    line: int = Field(ge=1, le=9999)
    kind: ChargeKind = ChargeKind.goods
    order: Code | None = None
    order_line: int | None = Field(default=None, ge=1, le=9999)
    receipt: str = ""
    item: Code | None = None
    supplier_item: str = ""
    description: str = ""
    quantity: Decimal = Field(default=Decimal(0), max_digits=12, decimal_places=4)
    unit: Unit = "each"
    price: UnitPrice | None = None
    amount: Decimal = Field(max_digits=18, decimal_places=2)


class Invoice(Document):
    """A supplier's invoice. `number` is as printed; the same number is recognised however it is written.

    A credit memo carries positive quantities and amounts, and `corrects` the invoice that it takes back.
    """

    type: InvoiceType = InvoiceType.invoice
    supplier: Code
    remit_to: str = ""
    channel: Channel = Channel.edi
    corrects: Code | None = None
    currency: Currency
    invoiced_on: date
    received_on: date
    due_on: date | None = None
    discount_on: date | None = None
    discount: Decimal = Field(default=Decimal(0), ge=0, le=100)
    total: Decimal = Field(max_digits=18, decimal_places=2)
    lines: tuple[InvoiceLine, ...] = Field(min_length=1, max_length=2000)

    @property
    def normalised(self) -> str:
        """The number as it is compared."""
        return normalised(self.number)

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that the lines name, each once, in order."""
        return tuple(dict.fromkeys(line.order for line in self.lines if line.order is not None))


class Approval(Frozen):
    """What an invoice was approved for: less than zero where the supplier gives back, `extras` by kind of charge."""

    paid: Decimal = Decimal(0)
    extras: dict[str, Decimal] = {}
    short_paid: Decimal = Decimal(0)


NOTHING_PAID = Approval()


class SeenInvoice(Frozen):
    """What is remembered of an invoice to know it again, under whichever number or by whichever way it comes.

    `business_key` is that of its run. `paid` is what was paid for it, none while it is not approved for payment; `extras`
    and `short_paid` are those it was paid with: a corrected invoice in its place is paid the difference.
    """

    business_key: str = ""
    supplier: Code
    normalised: str
    type: InvoiceType = InvoiceType.invoice
    channel: Channel = Channel.edi
    currency: Currency
    total: Decimal
    invoiced_on: date
    orders: tuple[str, ...] = ()
    corrects: str | None = None
    paid: Decimal | None = None
    extras: dict[str, Decimal] = {}
    short_paid: Decimal = Decimal(0)

    @property
    def key(self) -> str:
        """By what invoices name each other in allocations and matches."""
        return key_of(self.supplier, self.normalised, credit=self.type is InvoiceType.credit)


class InvoiceWithdrawn(Document):
    """An invoice that asks no longer: the supplier has withdrawn it, or `corrected_by` takes its place.

    `number` is the invoice's. A correction withdraws only what is not yet paid: after that it is paid the difference.
    """

    supplier: Code
    corrected_by: str = ""
    reason: str = Field(default="", max_length=200)


def invoice_key(invoice: Invoice) -> str:
    """The key of an invoice: supplier and number; a credit memo may carry the number of what it takes back."""
    return key_of(invoice.supplier, invoice.number, credit=invoice.type is InvoiceType.credit)


def key_of(supplier: str, number: str, *, credit: bool = False) -> str:
    """The key of a supplier's number, however it is written."""
    key = f"{supplier}:{normalised(number)}"
    return f"{key}:credit" if credit else key


@lru_cache(maxsize=4096)
def normalised(number: str) -> str:
    """An invoice number without what writers of it add: case, blanks, punctuation, zeros in front.

    >>> normalised("inv-000123/a")
    'INV123A'
    """
    plain = re.sub(r"[^A-Z0-9]", "", number.upper())
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", plain) or "0"
