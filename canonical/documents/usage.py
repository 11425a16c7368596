"""Usage: an item was used on a patient, or opened for one; and the correction of such a report."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from canonical.documents.document import Code, Document, Token
from canonical.model import Frozen
from canonical.quantity import Unit

LotText = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,40}$")]


class Disposition(StrEnum):
    """What became of the item (domain rule 4)."""

    implanted = "implanted"
    consumed = "consumed"
    attempted = "attempted"
    opened_unused = "opened-unused"
    wasted = "wasted"
    returned = "returned"
    explanted = "explanted"
    sample = "sample"

    @property
    def leaves_the_shelf(self) -> bool:
        """Whether goods leave stock: a returned item goes back to it, an explanted device never came from it."""
        return self not in (Disposition.returned, Disposition.explanted)


class AlreadyPosted(Frozen):
    """What the reporting system says it has posted by itself, each with its reference (domain rule 1)."""

    stock: str | None = None
    charge: str | None = None
    cost: str | None = None


class Scan(Frozen):
    """What a barcode says, whoever issued it: the device identifier of the pack level, and the production identifiers."""

    agency: str
    device_identifier: str
    lot: LotText | None = None
    serial: LotText | None = None
    expires: date | None = None


class Usage(Document):
    """One use. `number` is the reporting system's usage number; `service_date` is the facility's local business date.

    Either `item` or `scan` says what was used; where a scan says it, the pack level scanned sets the unit.
    """

    act: Code
    surgical_case: Token
    account: Token | None = None
    service_date: date
    location: Code
    performing_cost_centre: Code
    charged_cost_centre: Code
    item: Code | None = None
    scan: Scan | None = None
    lot: LotText | None = None
    serial: LotText | None = None
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)
    unit: Unit | None = None
    disposition: Disposition
    disposition_reason: str = ""
    already_posted: AlreadyPosted = AlreadyPosted()

    @model_validator(mode="after")
    def _says_what_was_used(self) -> Self:
        if self.item is None and self.scan is None:
            raise ValueError("a usage names an item or carries a scan")
        return self

    def same_act(self, other: "Usage") -> bool:
        """Whether the other report says the same, whenever and however it came."""
        moments = {"recorded": None, "received": None, "mapping": "", "version": 0}
        return self.model_copy(update=moments) == other.model_copy(update=moments)

    def same_goods(self, other: "Usage") -> bool:
        """Whether the other report is of the same goods on the same patient and day, whatever became of them."""
        return all(getattr(self, name) == getattr(other, name) for name in _GOODS)


_GOODS = ("surgical_case", "account", "service_date", "item", "scan", "lot", "serial", "quantity", "unit")


class CorrectionKind(StrEnum):
    """Why a use did not happen as recorded (domain rule 2); `amended` is a newer version of the report itself."""

    wrong_patient = "wrong-patient"
    wrong_item = "wrong-item"
    not_used = "not-used"
    amended = "amended"


class UsageCorrection(Document):
    """A use did not happen as recorded. `number` is that of the use it corrects; `version` orders those of its series.

    `replacement` is the use as it should have been recorded; none where it did not happen at all.
    """

    correction: Code
    kind: CorrectionKind
    replacement: Usage | None = None

    def newer_than(self, other: "UsageCorrection") -> bool:
        """By version within one series; a report told again and a correction are numbered apart, and go by their time."""
        if (self.kind is CorrectionKind.amended) == (other.kind is CorrectionKind.amended):
            return self.version > other.version
        return self._told_at >= other._told_at

    def contradicts(self, other: "UsageCorrection") -> bool:
        """Whether it says something else under the same version of the same series."""
        if (self.kind is CorrectionKind.amended) != (
            other.kind is CorrectionKind.amended
        ) or self.version != other.version:
            return False
        if self.replacement is None or other.replacement is None:
            return self.kind is not other.kind
        return not self.replacement.same_act(other.replacement)

    @property
    def _told_at(self) -> datetime:
        return self.recorded or self.received or self.occurred

    @model_validator(mode="after")
    def _replaces_unless_not_used(self) -> Self:
        if (self.replacement is None) != (self.kind is CorrectionKind.not_used):
            raise ValueError("a correction carries a replacement, except for the kind not-used, which has none")
        return self
