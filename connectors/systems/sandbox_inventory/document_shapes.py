"""What the vendor says of stock documents, par standings and surgical cases to come, in its own names."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from connectors.systems.sandbox_inventory.shapes import Pack, Shape


class Reversal(Shape):
    """How a document was taken back."""

    reversal_id: str = Field(min_length=1)
    effective_on: date


class StockDocument(Shape):
    """A put-away, a removal, a transfer or an expected delivery."""

    document_id: str = Field(min_length=1)
    external_ref: str | None
    status: Literal["booked", "inTransit", "reversed"]
    qty: Decimal
    effective_on: date | None
    booked_at: AwareDatetime
    reversal: Reversal | None


class TakenBack(StockDocument):
    """A document that was taken back, now or before."""

    reversal: Reversal


class StockDocuments(Shape):
    data: tuple[StockDocument, ...]
    next: int | None


class Spare(Shape):
    location: str
    qty: Decimal


class Standing(Shape):
    """An item at a location against its par level."""

    location: str
    sku: str
    base_unit: str
    ownership: Literal["owned", "consigned"]
    par: Decimal
    available: Decimal
    on_order: Decimal
    in_transit: Decimal
    spare: tuple[Spare, ...]
    packs: tuple[Pack, ...]


class Standings(Shape):
    data: tuple[Standing, ...]
    next: str | None


class ScheduledCase(Shape):
    surgical_case_number: str = Field(min_length=1)
    scheduled_on: date
    qty: Decimal


class ScheduledCases(Shape):
    data: tuple[ScheduledCase, ...]
