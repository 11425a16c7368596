"""An order as the ERP has it: its lines, what they cost, and what is still committed and accrued of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from suture.demo.purchasing.moves import Says

PLACES = {
    "OR01": "OR-1",
    "OR02": "OR-2",
    "CATH": "CATH",
    "EDCT": "ED-CART",
    "ICUC": "ICU-CART",
    "CAB9": "CABINET-9",
}
"""The locations by the ERP's storage locations."""
UNITS = {"BX": "box", "EA": "each"}


def today() -> date:
    """The day on which orders are made: purchasing goes by the clock."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of an order as the ERP has it."""

    line: int
    item: int
    location: str
    quantity: Decimal
    cancelled: Decimal
    unit: str
    holds: Decimal
    each: Decimal
    """What one order unit costs."""
    committed: Decimal
    accrued: Decimal


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An order as the ERP has it."""

    number: str
    facility: str
    supplier: int
    lines: tuple[Line, ...]

    @property
    def items(self) -> tuple[int, ...]:
        """What is ordered."""
        return tuple(line.item for line in self.lines)


def placed_from(kept: Mapping[str, Any], facility: str) -> Placed:
    """The order in an answer of the ERP."""
    head = kept["HEADER"]
    return Placed(
        number=head["EXT_NO"] or head["PO_NUMBER"],
        facility=facility,
        supplier=int(head["VENDOR"]),
        lines=tuple(_line(item, cancelled=head["STAT"] == "CANC") for item in kept["ITEMS"]),
    )


def as_phoned(entered: Mapping[str, Any], facility: str) -> Placed:
    """An order that will be entered so: the ERP has nothing of it yet."""
    nothing = {"CANC_QTY": "0", "OPEN_DC": "0", "RNI_DC": "0"}
    return placed_from(
        {"HEADER": entered["HEADER"] | {"STAT": ""}, "ITEMS": [item | nothing for item in entered["ITEMS"]]}, facility
    )


def terms(says: Sequence[Says], placed: Placed) -> list[dict[str, Any]]:
    """What is said of items, as the exchange says it of lines."""
    told: list[dict[str, Any]] = []
    for one in says:
        term = {name: value for name, value in one.items() if name not in ("item", "location")}
        lines = [
            line.line
            for line in placed.lines
            if line.item == one.get("item") and one.get("location") in (None, line.location)
        ]
        told += [{"line": line} | term for line in lines] if "item" in one else [term]
    return told


def _line(item: Mapping[str, Any], *, cancelled: bool) -> Line:
    quantity = Decimal(item["QUANTITY"])
    price = Decimal(item["NET_PRICE"]) / Decimal(item["PRICE_UNIT"])
    return Line(
        line=int(item["PO_ITEM"]),
        item=int(item["MATERIAL"] or 0),
        location=PLACES.get(item["STGE_LOC"], item["STGE_LOC"]),
        quantity=quantity,
        cancelled=quantity if cancelled else Decimal(item["CANC_QTY"]),
        unit=UNITS.get(item["PO_UNIT"], item["PO_UNIT"]),
        holds=Decimal(item["NUMERATOR"]),
        each=price * Decimal(item["ORDERPR_FACTOR"]),
        committed=Decimal(item["OPEN_DC"]),
        accrued=Decimal(item["RNI_DC"]),
    )
