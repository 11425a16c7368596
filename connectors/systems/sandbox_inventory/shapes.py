"""What the vendor sends, in its own names; fields that nobody asked about are passed over."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", allow_inf_nan=False)


class Pack(Shape):
    level: str
    gtin: str
    eaches: Decimal = Field(gt=0)


class VendorItem(Shape):
    sku: str
    description: str
    kind: str
    base_unit: str
    tracking: Literal["none", "lot", "lotExpiry", "serial"]
    ownership: Literal["owned", "consigned", "billOnly", "sample"]
    charge_unit_factor: Decimal = Field(gt=0)
    packs: tuple[Pack, ...]
    aliases: tuple[str, ...]
    approved_at: AwareDatetime


class Batch(Shape):
    """A lot or a serial."""

    expires_on: date | None
    condition: Literal["inDate", "expired", "quarantined", "onRecall"]


class Place(Shape):
    facility: str
    location: str
    stock_policy: Literal["perpetual", "expensedAtIssue"]


class OnHand(Shape):
    total: Decimal
    lot: Decimal | None
    serial: Decimal | None


class LookUp(Shape):
    item: VendorItem | None
    lot: Batch | None
    serial: Batch | None
    location: Place | None
    on_hand: OnHand | None


class Movement(Shape):
    movement_id: str = Field(min_length=1)
    qty: Decimal
    external_ref: str | None
    service_date: date | None
    booked_at: AwareDatetime


class Movements(Shape):
    data: tuple[Movement, ...]
    next: int | None


class Booked(Shape):
    """What a cabinet says of the movement that it made by itself."""

    movement_id: str = Field(min_length=1)


class CapturedUse(Shape):
    """A use as it was captured. Who the patient is, is not read: nothing of it goes on."""

    use_id: str
    version: int = Field(ge=1)
    act_id: str
    surgical_case_number: str
    encounter_number: str | None = None
    disposition: Literal[
        "implanted", "consumed", "attempted", "openedUnused", "wasted", "returned", "explanted", "sample"
    ]
    barcode: str | None = None
    sku: str | None = None
    lot: str | None = None
    serial: str | None = None
    qty: Decimal = Field(gt=0)
    unit: Literal["each", "box"] | None = None
    location: str
    facility: str
    performing_cost_centre: str
    charged_cost_centre: str
    scanned_at: AwareDatetime
    captured_at: AwareDatetime | None = None
    already_booked: Booked | None = None


class Correction(Shape):
    correction_id: str
    corrects_use_id: str
    version: int = Field(ge=1)
    kind: Literal["wrongPatient", "wrongItem", "notUsed"]
    replacement: CapturedUse | None
    facility: str
    corrected_at: AwareDatetime


class Approved(Shape):
    sku: str


class Event(Shape):
    """The envelope of every webhook; `data` is read by the event's type."""

    event_id: str = Field(min_length=1, max_length=200)
    event_type: str
    emitted_at: AwareDatetime
