"""The tables of the order book: orders as they stand, invoices that ask, and what these took of those."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field

from canonical.documents.invoice import Approval, SeenInvoice
from suture.store.columns import Exact, Words
from suture.store.row import Row, table_of


class OrderRow(Row, table=True):
    """An order as its run last told it (sealed), and the version that every change of it raises.

    `supplier`: an invoice to another facility finds it by number and supplier.
    """

    __tablename__ = "order_book"

    facility: str = Field(primary_key=True)
    order_number: str = Field(primary_key=True, index=True)
    supplier: str | None = None
    version: int
    standing: bytes


class AllocationRow(Row, table=True):
    """What an approved invoice took of an order line."""

    __tablename__ = "allocations"
    __table_args__ = (Index("ix_allocations_facility_order_number", "facility", "order_number"),)

    invoice: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    invoice_line: int
    facility: str
    order_number: str
    order_line: int
    receipt: str
    receipt_line: int
    quantity: Decimal = Field(sa_type=Exact)
    amount: Decimal = Field(sa_type=Exact)


class InvoiceRow(Row, table=True):
    """An invoice that was presented (sealed), and what it is known again by.

    `open` until it took what it is paid for; `approval` (sealed) says then what it was approved for.
    """

    __tablename__ = "invoices"
    # A supplier's invoices are those of years; what is asked for are a few.
    __table_args__ = tuple(
        Index(f"ix_invoices_{name}", "facility", "supplier", name) for name in ("normalised", "corrects", "invoiced_on")
    )

    business_key: str = Field(primary_key=True)
    facility: str
    supplier: str
    normalised: str
    type: str
    channel: str
    currency: str
    total: Decimal = Field(sa_type=Exact)
    invoiced_on: date
    orders: tuple[str, ...] = Field(sa_type=Words)
    corrects: str | None = None
    open: bool
    document: bytes
    approval: bytes | None = None


class AskedRow(Row, table=True):
    """An invoice of the facility asks to be paid for an order."""

    __tablename__ = "asked_orders"

    facility: str = Field(primary_key=True)
    order_number: str = Field(primary_key=True, index=True)
    business_key: str = Field(primary_key=True, index=True)


ORDERS = table_of(OrderRow)
ALLOCATIONS = table_of(AllocationRow)
INVOICES = table_of(InvoiceRow)
ASKED = table_of(AskedRow)
KNOWN_BY = tuple(name for name in SeenInvoice.model_fields if name not in Approval.model_fields)
