"""What the desk sends, in its own names; fields that nobody asked about are passed over."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"
# Told here, and held to where the refusal has words for it.
Number = Annotated[str, Field(json_schema_extra={"pattern": NUMBER})]


def hyphened(name: str) -> str:
    """The desk's spelling of a name."""
    return name.rstrip("_").replace("_", "-")


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=hyphened, frozen=True, extra="ignore", allow_inf_nan=False)


class Message(Shape):
    """What was sent to the desk, as it stands there."""

    ref: str = Field(min_length=1)
    key: str | None
    state: Literal["received", "withdrawn"]
    withdrawal: str | None
    received_at: AwareDatetime


class Messages(Shape):
    messages: tuple[Message, ...]


class Price(Shape):
    amount: Decimal = Field(ge=0)
    per: Decimal = Field(gt=0)
    uom: str


class Paper(Shape):
    """What every paper says: its own number, whose it is, and which account of the buyer's it is about."""

    paper: Number
    partner: str
    account: str
    issued_at: AwareDatetime


class AcknowledgementLine(Shape):
    buyer_line: int = Field(ge=0)
    code: str
    quantity: Decimal | None
    uom: str
    price: Price | None
    expected_on: date | None
    buyer_part: str | None
    vendor_part: str
    reason: str


class AcknowledgementPaper(Paper):
    buyer_order: Number
    revision: int
    currency: str
    lines: tuple[AcknowledgementLine, ...]


class Batch(Shape):
    lot: str | None = None
    serial: str | None = None
    quantity: Decimal = Field(gt=0)
    expires_on: date | None = None


class ShippedLine(Shape):
    line: int
    buyer_line: int | None
    buyer_part: str | None
    vendor_part: str
    quantity: Decimal
    uom: str
    contains: Decimal
    batches: tuple[Batch, ...]


class ShipmentPaper(Paper):
    buyer_order: Number | None
    buyer_request: Number | None = None
    expected_on: date
    lines: tuple[ShippedLine, ...]


class InvoiceLine(Shape):
    line: int
    buys: Literal["goods", "service", "freight", "fuel", "restocking", "tax", "other"]
    buyer_order: str | None = None
    buyer_line: int | None = None
    ship_notice: str | None = None
    buyer_part: str | None = None
    vendor_part: str = ""
    text: str = ""
    quantity: Decimal = Decimal(0)
    uom: str = "EA"
    price: Price | None = None
    amount: Decimal


class InvoicePaper(Paper):
    invoice: str = Field(min_length=1, max_length=64)
    type: Literal["invoice", "credit", "corrected"]
    channel: Literal["edi", "paper", "portal", "email"]
    corrects: str | None
    remit_to: str
    currency: str
    invoiced_on: date
    due_on: date | None
    discount_on: date | None
    discount_percent: Decimal
    total: Decimal
    lines: tuple[InvoiceLine, ...]


class ReturnedLine(Shape):
    line: int
    order_line: int | None
    buyer_part: str
    quantity: Decimal
    uom: str
    contains: Decimal
    batches: tuple[Batch, ...]


class Returned(Shape):
    """The request as the desk has it."""

    number: Number
    buyer_order: str | None
    buyer_receipt: str | None
    collect_from: str
    returned_on: date
    reason: str
    lines: tuple[ReturnedLine, ...]


class AuthorisationPaper(Paper):
    granted: bool
    because: str
    return_: Returned


class SheetLine(Shape):
    buyer_part: str
    lot: str | None
    serial: str | None
    quantity: Decimal


class SheetPaper(Paper):
    case: str = Field(min_length=1)
    lines: tuple[SheetLine, ...]


class Acknowledgements(Shape):
    papers: tuple[AcknowledgementPaper, ...]
    more_after: int | None


class Event(Shape):
    """What every webhook says, whatever its type."""

    id: str = Field(min_length=1, max_length=200)
    event: str
    sent_at: AwareDatetime


class OrderAcknowledged(Event):
    event: Literal["order.acknowledged"]
    document: AcknowledgementPaper


class ShipmentSent(Event):
    event: Literal["shipment.sent"]
    document: ShipmentPaper


class InvoiceIssued(Event):
    event: Literal["invoice.issued"]
    document: InvoicePaper


class ReturnAuthorised(Event):
    event: Literal["return.authorised"]
    document: AuthorisationPaper


class UsageSheetSent(Event):
    event: Literal["usageSheet.sent"]
    document: SheetPaper
