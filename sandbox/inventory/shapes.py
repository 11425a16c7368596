"""What callers send: the bodies of the API."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

Word = Annotated[str, Field(min_length=1, max_length=200)]
Qty = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False, strict=True)]
Disposition = Literal["implanted", "consumed", "attempted", "openedUnused", "wasted", "returned", "explanted", "sample"]


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="forbid")


def to_thousandths(qty: float) -> int:
    thousandths = round(qty * 1000)
    if thousandths < 1 or abs(qty * 1000 - thousandths) > 1e-6:
        raise ValueError("qty has at most three decimals")
    return thousandths


def to_qty(thousandths: int) -> int | float:
    return thousandths // 1000 if thousandths % 1000 == 0 else thousandths / 1000


class MovementRequest(Shape):
    type: Literal["consumption", "discrepancy", "reversal", "receipt"]
    external_ref: Word | None = None
    reverses: Word | None = None
    facility: Word | None = None
    location: Word | None = None
    sku: Word | None = None
    lot: Word | None = None
    serial: Word | None = None
    qty: Qty | None = None
    use_id: Word | None = None
    reason: Word | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None
    service_date: date | None = None

    @field_validator("qty")
    @classmethod
    def in_thousandths(cls, qty: float | None) -> float | None:
        if qty is not None:
            to_thousandths(qty)
        return qty


class Patient(Shape):
    mrn: Word | None = None
    name: Word | None = None
    birth_date: date | None = None


class UseRequest(Shape):
    use_id: Word | None = None
    act_id: Word | None = None
    surgical_case_number: Word | None = None
    encounter_number: Word | None = None
    disposition: Disposition
    barcode: Word | None = None
    sku: Word | None = None
    lot: Word | None = None
    serial: Word | None = None
    qty: Qty = 1
    unit: Literal["each", "box"] | None = None
    location: Word
    facility: Word
    performing_cost_centre: Word
    charged_cost_centre: Word
    scanned_at: AwareDatetime
    patient: Patient | None = None

    @field_validator("qty")
    @classmethod
    def in_thousandths(cls, qty: float) -> float:
        to_thousandths(qty)
        return qty

    @model_validator(mode="after")
    def names_an_item(self) -> "UseRequest":
        if self.barcode is None and self.sku is None:
            raise ValueError("barcode or sku is needed")
        return self


class Replacement(Shape):
    """Only what changes."""

    surgical_case_number: Word | None = None
    encounter_number: Word | None = None
    barcode: Word | None = None
    sku: Word | None = None
    lot: Word | None = None
    serial: Word | None = None
    qty: Qty | None = None
    unit: Literal["each", "box"] | None = None
    patient: Patient | None = None


class CorrectionRequest(Shape):
    kind: Literal["wrongPatient", "wrongItem", "notUsed"]
    replacement: Replacement | None = None

    @model_validator(mode="after")
    def says_what_is_right(self) -> "CorrectionRequest":
        if (self.kind == "notUsed") != (self.replacement is None):
            raise ValueError("replacement is needed, except for notUsed, which has none")
        return self


class RecallRequest(Shape):
    sku: Word
    lots: Annotated[tuple[Word, ...], Field(max_length=500)] = ()
    serials: Annotated[tuple[Word, ...], Field(max_length=500)] = ()
    reason: Word


class ConditionRequest(Shape):
    sku: Word
    lot: Word | None = None
    serial: Word | None = None
    condition: Literal["inDate", "quarantined"]

    @model_validator(mode="after")
    def names_one(self) -> "ConditionRequest":
        if (self.lot is None) == (self.serial is None):
            raise ValueError("exactly one of lot and serial is needed")
        return self


def as_sent(shape: Shape) -> dict[str, Any]:
    """JSON-ready, in the vendor's names, without what was not said."""
    return shape.model_dump(mode="json", by_alias=True, exclude_none=True)
