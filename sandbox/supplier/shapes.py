"""What callers send: the bodies of the API. Of a patient or a surgical case there is no word in it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(min_length=1, max_length=64)]
Label = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,40}$")]
Uom = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,9}$")]
Count = Annotated[Decimal, Field(ge=0, le=100_000_000, max_digits=12, decimal_places=4, allow_inf_nan=False)]
More = Annotated[Decimal, Field(gt=0, le=100_000_000, max_digits=12, decimal_places=4, allow_inf_nan=False)]


def hyphened(name: str) -> str:
    return name.replace("_", "-")


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=hyphened, populate_by_name=True, frozen=True, extra="forbid")


class Price(Shape):
    """So much for `per` of a unit."""

    amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]
    per: More = Decimal(1)
    uom: Uom = "EA"


class Batch(Shape):
    lot: Label | None = None
    serial: Label | None = None
    quantity: More
    expires_on: date | None = None


class Line(Shape):
    """`contains`: base units in one unit ordered. `price-units`: units of the price in one unit ordered."""

    line: Annotated[int, Field(ge=1, le=9999)]
    order_line: Annotated[int, Field(ge=1, le=9999)] | None = None
    buyer_part: Word | None = None
    vendor_part: Annotated[str, Field(max_length=64)] = ""
    text: Annotated[str, Field(max_length=200)] = ""
    buys: Literal["goods", "service", "freight"] = "goods"
    quantity: Count
    uom: Uom = "EA"
    contains: More = Decimal(1)
    price: Price | None = None
    price_units: More = Decimal(1)
    contract: Annotated[str, Field(max_length=64)] = ""
    deliver_to: Word | None = None
    need_by: date | None = None
    batches: Annotated[tuple[Batch, ...], Field(max_length=1000)] = ()


Lines = Annotated[tuple[Line, ...], Field(min_length=1, max_length=500)]


class Message(Shape):
    """What every message says: to whom it goes, which account it is for, and the buyer's own number of it."""

    partner: Word
    account: Word
    number: Word
    lines: Lines


class OrderMessage(Message):
    revision: Annotated[int, Field(ge=1, le=100_000)] = 1
    kind: Literal["stock", "bill-only", "confirming", "standing", "service"] = "stock"
    ordered_on: date
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    freight: Literal["prepaid", "collect", "added"] = "prepaid"
    tax_exempt: bool = True
    ship_to_text: Annotated[str, Field(max_length=200)] = ""
    phone_reference: Annotated[str, Field(max_length=64)] = ""


class ReplacementMessage(Message):
    deliver_to: Word


class ReturnMessage(Message):
    """Its lines are numbered as the return has them; `order-line` of each is that of the buyer's order."""

    buyer_order: Word | None = None
    buyer_receipt: Word | None = None
    collect_from: Word
    returned_on: date
    reason: Annotated[str, Field(max_length=200)] = ""


SHAPES: dict[str, type[Message]] = {
    "orders": OrderMessage,
    "order-changes": OrderMessage,
    "replacements": ReplacementMessage,
    "returns": ReturnMessage,
}
"""The body of each kind of message."""


def as_sent(shape: Shape) -> dict[str, Any]:
    """JSON-ready, in the exchange's names."""
    return shape.model_dump(mode="json", by_alias=True)
