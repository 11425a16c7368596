"""Receipt: goods that came, were refused, taken back, or went back to the supplier."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from canonical.documents.document import Code, Document
from canonical.documents.item import Ownership
from canonical.documents.usage import LotText
from canonical.model import Frozen
from canonical.quantity import Unit


class ReceivedLot(Frozen):
    """How many base units of one lot or serial came, and what is printed on it."""

    lot: LotText | None = None
    serial: LotText | None = None
    expires: date | None = None
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)


class Refused(StrEnum):
    """Why goods were not accepted at the dock (domain rule 16)."""

    damaged = "damaged"
    wrong_item = "wrong-item"
    short_dated = "short-dated"
    expired = "expired"
    over_delivered = "over-delivered"


class ReceiptLine(Frozen):
    """What came of one order line, in the unit in which it was counted; `order_line` is none where nobody knows yet.

    `unit_factor` says how many base units one counted unit holds, as the dock knows it; none where it does not.
    """

    line: int = Field(ge=1, le=9999)
    order_line: int | None = Field(default=None, ge=1, le=9999)
    item: Code
    accepted: Decimal = Field(ge=0, max_digits=12, decimal_places=4)
    refused: Decimal = Field(default=Decimal(0), ge=0, max_digits=12, decimal_places=4)
    refused_for: Refused | None = None
    unit: Unit = "each"
    unit_factor: Decimal | None = Field(default=None, gt=0, max_digits=12, decimal_places=4)
    lots: tuple[ReceivedLot, ...] = Field(default=(), max_length=1000)


class Receipt(Document):
    """Goods at the dock. `number` is the receipt's own; `order` is none where they came without one.

    `moves_stock` is false for bill-only goods, which were used before they were ordered: it is posted for the match alone.
    """

    order: Code | None = None
    supplier: Code | None = None
    location: Code
    packing_slip: str = ""
    ship_notice: str = ""
    received_on: date
    ownership: Ownership = Ownership.owned
    moves_stock: bool = True
    lines: tuple[ReceiptLine, ...] = Field(min_length=1, max_length=500)


class ReceiptReversal(Document):
    """A receipt did not happen as recorded. `number` is that of the receipt."""

    order: Code | None = None
    reason: str = Field(default="", max_length=200)


class ShipNotice(Document):
    """An advance ship notice: what is on its way, by lot. `number` is the supplier's; `order` is ours.

    `request` is the request to refill or replace its own goods that the supplier answers with it, without an order.
    """

    order: Code | None = None
    request: Code | None = None
    supplier: Code
    expected_on: date
    lines: tuple[ReceiptLine, ...] = Field(min_length=1, max_length=500)


class GoodsReturn(Document):
    """Goods that go back to the supplier. `number` is the return's own; `authorisation` the supplier's, once it gave one.

    Consigned goods go back as they came, without value: nothing was accrued for them that could be taken out.
    """

    order: Code | None = None
    receipt: Code | None = None
    supplier: Code
    location: Code
    returned_on: date
    ownership: Ownership = Ownership.owned
    reason: str = Field(default="", max_length=200)
    authorisation: str = ""
    lines: tuple[ReceiptLine, ...] = Field(min_length=1, max_length=500)
