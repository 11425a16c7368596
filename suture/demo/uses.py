"""The words in which the demo's hospital day is written: a use, what goes wrong with it, and how it must end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from canonical.documents.work_item import Cause
from canonical.identity import RunName, wire_key, write_key

PROCESS = "usage-to-charge"
SOURCE = "inventory"
DAY = date(2026, 11, 20)
"""The day that is played, whatever the clock says: the sandbox systems' master data is seeded for it."""

ZONES = {"NORTH": "America/New_York", "SOUTH": "America/Chicago"}
CENTRES = {"CATH": "4120", "CABINET-9": "4120", "ED-CART": "4130", "ICU-CART": "4140"}
OPERATIONS = {
    "stock": ("inventory", "book_movement"),
    "charge": ("billing", "post_charge"),
    "cost": ("erp", "post_journal"),
}
UNDO_OPERATIONS = {
    "stock": ("inventory", "book_movement"),
    "charge": ("billing", "void_charge"),
    "cost": ("erp", "reverse_journal"),
}

Step = Literal["stock", "charge", "cost"]


@dataclass(frozen=True)
class Nothing:
    """Why a ledger holds no document of a use in the end: exempt for a reason, or done by hand under a reference."""

    words: str
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class End:
    """What must stand in each ledger in the end, net. `item` and `case` are those that a correction left it.

    `postings` are the dates of its journals where they are not all the day of the use.
    """

    stock: Decimal
    charge: Decimal | Nothing
    cost: Decimal | Nothing
    item: int | None = None
    case: int | None = None
    postings: tuple[date, ...] = ()


def posts(
    base: int,
    *,
    units: int | None = None,
    charge: Nothing | None = None,
    cost: Nothing | None = None,
    item: int | None = None,
    case: int | None = None,
    postings: tuple[date, ...] = (),
) -> End:
    """So many base units in all three ledgers, `units` on the charge, except where nothing is to be posted."""
    return End(
        stock=Decimal(base),
        charge=charge or Decimal(base if units is None else units),
        cost=cost or Decimal(base),
        item=item,
        case=case,
        postings=postings,
    )


def nothing(words: str, *, postings: tuple[date, ...] = ()) -> End:
    """No ledger holds anything in the end."""
    return End(stock=Decimal(0), charge=Nothing(words), cost=Nothing(words), postings=postings)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How a system misbehaves at one write of one use."""

    step: Step
    kind: str
    count: int = 1
    seconds: float | None = None
    retry_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person decides about a work item: the options of `suture work resolve`; `first` is mended before."""

    options: tuple[str, ...]
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What the reporting system says later: the use did not happen as recorded. `faults` strike what takes it back."""

    kind: Literal["wrongPatient", "wrongItem", "notUsed"]
    replacement: Mapping[str, Any] | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use as the point of care reports it. `says` is what happens, `trouble` what goes wrong, in few words."""

    number: str
    says: str
    trouble: str = ""
    at: str
    case: int
    item: int | None = None
    sku: str | None = None
    barcode: str | None = None
    quantity: int = 1
    unit: str | None = None
    lot: str | None = None
    serial: str | None = None
    disposition: str = "consumed"
    on: date = DAY
    account: bool = True
    act: str | None = None
    end: End
    faults: tuple[Fault, ...] = ()
    webhook: Literal["", "repeat", "delay"] = ""
    correction: Correction | None = None
    answers: Mapping[Cause, Answer] = field(default_factory=dict)

    @property
    def facility(self) -> str:
        """NORTH or SOUTH."""
        return self.at.partition(" ")[0]

    @property
    def location(self) -> str:
        """Where the goods were taken from."""
        return self.at.partition(" ")[2]

    @property
    def name(self) -> RunName:
        """The first run of the use."""
        return RunName(process=PROCESS, facility=self.facility, source=SOURCE, number=self.number)

    def wire_key(self, step: Step) -> str:
        """Under which a system knows the first write of a step."""
        return wire_key(write_key(self.name.workflow_id, step, 1))

    def body(self, minute: int) -> dict[str, Any]:
        """The use as the vendor's point of care posts it, patient and all."""
        centre = CENTRES.get(self.location, "4110")
        scanned = datetime.combine(self.on, time(7, 30), ZoneInfo(ZONES[self.facility]))
        sku = self.sku or (f"SKU-{self.item}" if self.item is not None and self.barcode is None else None)
        told = {
            "useId": self.number,
            "actId": self.act or f"act-{self.number}",
            "surgicalCaseNumber": case_number(self.case),
            "encounterNumber": account_number(self.case) if self.account else None,
            "disposition": self.disposition,
            "barcode": self.barcode,
            "sku": sku,
            "lot": self.lot,
            "serial": self.serial,
            "qty": self.quantity,
            "unit": self.unit,
            "location": self.location,
            "facility": f"{self.facility.lower()}Campus",
            "performingCostCentre": centre,
            "chargedCostCentre": centre,
            "scannedAt": scanned.replace(hour=7 + (30 + minute) // 60, minute=(30 + minute) % 60).isoformat(),
            "patient": patient(self.case),
        }
        return {name: value for name, value in told.items() if value is not None}


def case_number(case: int) -> str:
    """A surgical case as inventory and billing number it."""
    return f"C-2026-{case:04d}"


def account_number(case: int) -> str:
    """The patient account behind a case as billing numbers it."""
    return f"A{100_000 + case}"


def patient(case: int) -> dict[str, str]:
    """Demographics that the vendor sends along without being asked; nothing of them may get further than the door."""
    return {"mrn": f"MRN{71_000_000 + case}", "name": f"DEMOSTHENES, PATIENT {case:02d}", "birthDate": "1951-02-03"}


def another_patient(case: int) -> dict[str, Any]:
    """The replacement of a correction that moves a use to the case of another patient."""
    return {
        "surgicalCaseNumber": case_number(case),
        "encounterNumber": account_number(case),
        "patient": patient(case),
    }
