"""What the vendor sends, in its own names; fields that nobody asked about are passed over."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

NUMBER = r"^[\x21-\x7e]{1,64}$"
# Told here, and held to where the refusal has words for it.
Campus = Annotated[str, Field(json_schema_extra={"pattern": r"^[a-z][a-z0-9]*Campus$"})]
Number = Annotated[str, Field(json_schema_extra={"pattern": NUMBER})]


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

    use_id: Number
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
    facility: Campus
    performing_cost_centre: str
    charged_cost_centre: str
    scanned_at: AwareDatetime
    captured_at: AwareDatetime | None = None
    already_booked: Booked | None = None


class Correction(Shape):
    correction_id: str
    corrects_use_id: Number
    version: int = Field(ge=1)
    kind: Literal["wrongPatient", "wrongItem", "notUsed"]
    replacement: CapturedUse | None
    facility: Campus
    corrected_at: AwareDatetime


class Approved(Shape):
    sku: Number


class Event(Shape):
    """What every webhook says, whatever its type."""

    event_id: str = Field(min_length=1, max_length=200)
    event_type: str
    emitted_at: AwareDatetime


class UseCaptured(Event):
    event_type: Literal["use.captured"]
    data: CapturedUse


class UseCorrected(Event):
    event_type: Literal["use.corrected"]
    data: Correction


class ItemApproved(Event):
    event_type: Literal["item.approved"]
    data: Approved
