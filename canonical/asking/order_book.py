"""The order book is asked which orders stand how, and gives to invoices what they take of them."""

from canonical.documents.invoice import NOTHING_PAID, Approval, Invoice, SeenInvoice
from canonical.documents.order_book import Allocation, OrderStanding
from canonical.model import Frozen


class Told(Frozen):
    """The version under which the order book knows an order, and all that it knows of it."""

    version: int
    standing: OrderStanding | None = None


class AskOrders(Frozen):
    """Ask the order book for orders, for the invoice with this business key."""

    facility: str
    supplier: str
    orders: tuple[str, ...]
    business_key: str = ""


class OrdersAnswer(Frozen):
    """The orders that are known, other invoices that ask to be paid for them, and earlier invoices of the supplier."""

    orders: tuple[OrderStanding, ...] = ()
    others: tuple[Invoice, ...] = ()
    seen: tuple[SeenInvoice, ...] = ()


class Presented(Frozen):
    """An invoice that asks to be paid."""

    business_key: str
    invoice: Invoice


class Allocate(Frozen):
    """Take allocations of orders, matched at these versions, for an invoice that is approved for so much.

    `elsewhere` names the facility of each order that is not the invoice's own.
    """

    business_key: str
    facility: str
    elsewhere: dict[str, str] = {}
    allocations: tuple[Allocation, ...]
    at_versions: dict[str, int]
    approval: Approval = NOTHING_PAID


class Allocated(Frozen):
    """Whether they were taken; not where an order has changed since."""

    taken: bool


class Withdrawn(Frozen):
    """An invoice that asks no longer."""

    business_key: str
