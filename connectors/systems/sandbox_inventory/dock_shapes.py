"""What the vendor tells of the dock and of par levels, in its own names."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from connectors.systems.sandbox_inventory.shapes import Campus, Event, Number, Shape

Owner = Literal["owned", "consigned", "billOnly"]


class DockLot(Shape):
    """So many eaches of a lot or serial."""

    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None
    qty: Decimal = Field(gt=0)


class RefusedQty(Shape):
    qty: Decimal = Field(gt=0)
    reason: Literal["damaged", "wrongItem", "shortDated", "expired", "overDelivered"]


class ReceivedLine(Shape):
    line: int = Field(ge=1)
    order_line: int | None = None
    sku: Number
    unit: str
    unit_eaches: Decimal | None = None
    accepted_qty: Decimal = Field(ge=0)
    refused: RefusedQty | None = None
    lots: tuple[DockLot, ...] = ()


class DockReceipt(Shape):
    receipt_number: Number
    order_number: Number | None = None
    supplier_number: Number | None = None
    packing_slip: str = ""
    ship_notice_number: str = ""
    facility: Campus
    location: Number
    ownership: Owner
    moves_stock: bool
    received_at: AwareDatetime
    received_on: date
    captured_at: AwareDatetime
    lines: tuple[ReceivedLine, ...] = Field(min_length=1)


class ReversedReceipt(Shape):
    receipt_number: Number
    order_number: Number | None = None
    facility: Campus
    reason: str = ""
    reversed_at: AwareDatetime


class ReturnedLine(Shape):
    line: int = Field(ge=1)
    order_line: int | None = None
    sku: Number
    unit: str
    unit_eaches: Decimal | None = None
    qty: Decimal = Field(gt=0)
    lots: tuple[DockLot, ...] = ()


class SupplierReturn(Shape):
    return_number: Number
    order_number: Number | None = None
    receipt_number: Number | None = None
    supplier_number: Number
    facility: Campus
    location: Number
    ownership: Owner = "owned"
    reason: str = ""
    authorisation: str = ""
    returned_at: AwareDatetime
    returned_on: date
    captured_at: AwareDatetime
    lines: tuple[ReturnedLine, ...] = Field(min_length=1)


class CrossedPar(Shape):
    facility: Campus
    location: Number
    sku: Number
    found_by: Number
    crossed_at: AwareDatetime


class DockReceiptCaptured(Event):
    event_type: Literal["dockReceipt.captured"]
    data: DockReceipt


class DockReceiptReversed(Event):
    event_type: Literal["dockReceipt.reversed"]
    data: ReversedReceipt


class SupplierReturnCaptured(Event):
    event_type: Literal["supplierReturn.captured"]
    data: SupplierReturn


class ParCrossed(Event):
    event_type: Literal["par.crossed"]
    data: CrossedPar
