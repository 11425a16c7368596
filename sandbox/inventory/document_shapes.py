"""What callers send of goods that come, go and are on their way: the bodies of stock documents and of the dock."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from sandbox.inventory.shapes import Qty, Shape, Word, to_thousandths

Ownership = Literal["owned", "consigned", "billOnly"]


class _Counted(Shape):
    qty: Qty

    @field_validator("qty")
    @classmethod
    def in_thousandths(cls, qty: float) -> float:
        to_thousandths(qty)
        return qty


class LotQty(_Counted):
    """So many eaches of one lot or serial."""

    lot: Word | None = None
    serial: Word | None = None
    expires_on: date | None = None
    condition: Literal["inDate", "quarantined"] = "inDate"

    @model_validator(mode="after")
    def names_one(self) -> "LotQty":
        if self.lot is None and self.serial is None:
            raise ValueError("lot or serial is needed")
        return self


class StockLine(_Counted):
    """Eaches of an item, by lot or serial where it is tracked."""

    sku: Word
    lots: Annotated[tuple[LotQty, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def lots_make_up_the_line(self) -> "StockLine":
        if self.lots and sum(to_thousandths(each.qty) for each in self.lots) != to_thousandths(self.qty):
            raise ValueError("the lots of a line must make up its qty")
        return self


Lines = Annotated[tuple[StockLine, ...], Field(min_length=1, max_length=500)]


class PutawayRequest(Shape):
    external_ref: Word | None = None
    facility: Word
    location: Word
    ownership: Ownership = "owned"
    receipt_number: Word | None = None
    order_number: Word | None = None
    supplier_number: Word | None = None
    effective_on: date
    lines: Lines


class RemovalRequest(Shape):
    """Goods out, back to the supplier."""

    external_ref: Word | None = None
    facility: Word
    location: Word
    return_number: Word | None = None
    effective_on: date
    lines: Lines


class TransferRequest(_Counted):
    """Without lots, the first to expire go. `later`: in transit until their arrival is told."""

    external_ref: Word | None = None
    facility: Word
    from_location: Word
    to_location: Word
    sku: Word
    lots: Annotated[tuple[LotQty, ...], Field(max_length=1000)] = ()
    arrives: Literal["atOnce", "later"] = "atOnce"
    effective_on: date


class ExpectedLine(Shape):
    """None at all of an item is said by zero."""

    sku: Word
    location: Word
    qty: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False, strict=True)]
    on: date | None = None

    @field_validator("qty")
    @classmethod
    def in_thousandths(cls, qty: float) -> float:
        if qty:
            to_thousandths(qty)
        return qty


class ExpectedDeliveryRequest(Shape):
    """All that an order brings as of a revision; the newest revision that was not withdrawn counts."""

    external_ref: Word | None = None
    facility: Word
    order_number: Word
    revision: Annotated[int, Field(ge=1, le=1_000_000)]
    lines: Annotated[tuple[ExpectedLine, ...], Field(max_length=500)]


class ShipNoticeRequest(Shape):
    """What of an order is on its way."""

    external_ref: Word | None = None
    facility: Word
    order_number: Word
    notice_number: Word
    lines: Annotated[tuple[ExpectedLine, ...], Field(min_length=1, max_length=500)]


class TakeBackRequest(Shape):
    external_ref: Word | None = None
    effective_on: date


class RefusedQty(_Counted):
    reason: Literal["damaged", "wrongItem", "shortDated", "expired", "overDelivered"]


class DockLine(Shape):
    """What came of one item, in the unit in which it was counted; its lots are counted in eaches."""

    order_line: Annotated[int, Field(ge=1, le=9999)] | None = None
    sku: Word
    unit: Literal["each", "box"] = "each"
    accepted_qty: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False, strict=True)]
    refused: RefusedQty | None = None
    lots: Annotated[tuple[LotQty, ...], Field(max_length=1000)] = ()


class DockReceiptRequest(Shape):
    receipt_number: Word | None = None
    order_number: Word | None = None
    supplier_number: Word | None = None
    packing_slip: Annotated[str, Field(max_length=200)] = ""
    ship_notice_number: Annotated[str, Field(max_length=200)] = ""
    facility: Word
    location: Word
    ownership: Ownership = "owned"
    received_at: AwareDatetime
    lines: Annotated[tuple[DockLine, ...], Field(min_length=1, max_length=500)]


class DockReversalRequest(Shape):
    reason: Annotated[str, Field(max_length=200)] = ""


class SupplierReturnLine(_Counted):
    order_line: Annotated[int, Field(ge=1, le=9999)] | None = None
    sku: Word
    unit: Literal["each", "box"] = "each"
    lots: Annotated[tuple[LotQty, ...], Field(max_length=1000)] = ()


class SupplierReturnRequest(Shape):
    return_number: Word | None = None
    order_number: Word | None = None
    receipt_number: Word | None = None
    supplier_number: Word
    facility: Word
    location: Word
    ownership: Ownership = "owned"
    reason: Annotated[str, Field(max_length=200)] = ""
    authorisation: Annotated[str, Field(max_length=200)] = ""
    returned_at: AwareDatetime
    lines: Annotated[tuple[SupplierReturnLine, ...], Field(min_length=1, max_length=500)]
