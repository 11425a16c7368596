"""Postings: what the engine writes into procurement, inventory and the supplier's system, one model a kind of document."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from canonical.documents.document import Code
from canonical.documents.invoice import Invoice
from canonical.documents.item import Ownership
from canonical.documents.order_book import Allocation
from canonical.documents.receipt import GoodsReturn, Receipt, ReceivedLot
from canonical.model import Frozen
from canonical.money import Currency
from canonical.quantity import Unit


class Relief(StrEnum):
    """When the commitment of an order is relieved (domain rule 12)."""

    at_receipt = "at-receipt"
    at_invoice = "at-invoice"


class OrderedQuantity(Frozen):
    """So many order units of an order line, for a line of a receipt or return."""

    order_line: int
    document_line: int
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)


class ReceiptPosting(Frozen):
    """A receipt for the ERP: accepted quantities by order line, in order units; the ERP accrues them at order price.

    `posted_on` is the day whose period takes it, where that is not the day of the document; so in all postings here.
    """

    receipt: Receipt
    order: Code
    relief: Relief
    lines: tuple[OrderedQuantity, ...] = Field(min_length=1)
    posted_on: date | None = None


class ReturnPosting(Frozen):
    """A return for the ERP: what was received is taken out again; what was invoiced already comes as a debit memo."""

    goods_return: GoodsReturn
    order: Code
    relief: Relief
    lines: tuple[OrderedQuantity, ...] = Field(min_length=1)
    posted_on: date | None = None


class Voucher(Frozen):
    """An invoice parked in the ERP, held and not in the ledger, so that accounts payable sees it."""

    invoice: Invoice
    held_for: str = ""


class Payable(Frozen):
    """An invoice approved for payment: what it takes of which order lines, and what else it asks money for.

    The sum of `allocations`, `extras` and `variance` less `short_paid` is what is paid. `relief` as for receipts.
    """

    invoice: Invoice
    voucher: str
    relief: Relief
    allocations: tuple[Allocation, ...] = ()
    extras: dict[str, Decimal] = {}
    variance: Decimal = Decimal(0)
    short_paid: Decimal = Decimal(0)
    due_on: date | None = None
    posted_on: date | None = None


class DebitMemo(Frozen):
    """Money asked back from a supplier: for what it billed too high, for goods that went back, for an overdue credit."""

    facility: Code
    supplier: Code
    number: Code
    invoice: str = ""
    order: str = ""
    amount: Decimal = Field(gt=0, max_digits=18, decimal_places=2)
    currency: Currency
    on: date
    reason: str = Field(max_length=200)


class LotEntry(Frozen):
    """Base units of an item that enter or leave a location, by lot."""

    item: Code
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)
    unit: Unit = "each"
    lots: tuple[ReceivedLot, ...] = ()


class LotsIn(Frozen):
    """Goods registered into stock, as they came with a receipt."""

    facility: Code
    location: Code
    receipt: Code
    order: str = ""
    supplier: str = ""
    ownership: Ownership = Ownership.owned
    on: date
    lines: tuple[LotEntry, ...] = Field(min_length=1)


class LotsOut(Frozen):
    """Goods taken out of stock because they go back to the supplier."""

    facility: Code
    location: Code
    goods_return: Code
    order: str = ""
    on: date
    lines: tuple[LotEntry, ...] = Field(min_length=1)


class Transfer(Frozen):
    """Goods moved from one location of a facility to another, in base units."""

    facility: Code
    item: Code
    from_location: Code
    to_location: Code
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)
    unit: Unit = "each"
    on: date


class ExpectedLine(Frozen):
    """Base units of an item that will come to a location on a day; the day is none while the supplier does not know."""

    item: Code
    location: Code
    quantity: Decimal = Field(ge=0, max_digits=12, decimal_places=4)
    on: date | None = None


class ExpectedDelivery(Frozen):
    """All that an order brings as of a revision, in place of what was told before; inventory takes off what came of it."""

    facility: Code
    order: Code
    revision: int = Field(ge=1)
    lines: tuple[ExpectedLine, ...]


class Replacement(Frozen):
    """A request to the supplier to refill consigned stock, or to replace what was used of its own."""

    facility: Code
    supplier: Code
    number: Code
    location: Code
    lines: tuple[LotEntry, ...] = Field(min_length=1)
    reason: str = Field(default="", max_length=200)


class ReturnRequest(Frozen):
    """A request to the supplier for the authorisation of a return."""

    goods_return: GoodsReturn
