"""Terms applied: which lines a step is about, and what it says of each: quantity, price, part, labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from sandbox.supplier.errors import VendorError
from sandbox.supplier.ids import Ids
from sandbox.supplier.plan import Term
from sandbox.supplier.seed import part_series
from sandbox.supplier.shapes import Line, Price

TRACKING = ("serial", "lotExpiry", "lot", "none")
MOST_SERIALS = 1000


@dataclass(frozen=True)
class Said:
    """A term for a line; the line is none where the term names one that is not there."""

    line: Line | None
    term: Term

    @property
    def number(self) -> int:
        """The line's number, as the order has it or as the term has it."""
        return self.line.line if self.line else self.term.line or 0

    @property
    def part(self) -> str | None:
        """The buyer's number of the item."""
        return self.term.part or (self.line and buyer_part(self.line)) or None

    @property
    def uom(self) -> str:
        """The unit that is said."""
        return self.term.uom or (self.line.uom if self.line else "EA")

    @property
    def contains(self) -> Decimal:
        """Base units in one of the line's units."""
        return self.line.contains if self.line else Decimal(1)

    def quantity(self, stands: Decimal) -> Decimal:
        """How many, of those at which the line stands."""
        if self.term.quantity is not None:
            return self.term.quantity
        if self.term.share is not None:
            return (stands * self.term.share).to_integral_value(ROUND_DOWN)
        return stands

    def price(self) -> Price | None:
        """The price that is said."""
        agreed = self.line.price if self.line else None
        if self.term.price is not None:
            return (agreed or Price(amount=Decimal(0))).model_copy(update={"amount": self.term.price})
        if agreed is None:
            return None
        return agreed.model_copy(update={"amount": round(agreed.amount * self.term.markup, 6)})


def chosen(lines: Sequence[Line], terms: Sequence[Term]) -> list[Said]:
    """What a step is about, in the order of the lines; what it says of lines that are not there comes last."""
    if not terms:
        return [Said(line, Term()) for line in lines]
    there = {line.line for line in lines}
    answer: list[Said] = []
    for line in lines:
        own = [term for term in terms if term.line == line.line] or [term for term in terms if term.line is None]
        answer += [Said(line, term) for term in own]
    answer += [Said(None, term) for term in terms if term.line is not None and term.line not in there]
    return answer if lines else [Said(None, term) for term in terms]


def batches(part: str | None, base_units: Decimal, term: Term, *, ids: Ids, today: date) -> list[dict[str, Any]]:
    """The lots and serials of goods: as the term says them, else new ones by how the item is tracked."""
    expires = (today + timedelta(days=term.expires_in)).isoformat()
    if term.lots:
        return [{**lot.model_dump(mode="json"), "expires-on": expires} for lot in term.lots]
    number = int(part) if part and part.isdecimal() else None
    tracking = "none" if number is None else TRACKING[number % 4]
    if tracking == "serial" and base_units > MOST_SERIALS:
        raise VendorError(409, "too-many-serials", f"a shipment has at most {MOST_SERIALS} serials of an item")
    match tracking:
        case "serial":
            return [
                {"lot": None, "serial": f"S{part}-{ids.count('serial'):05d}", "quantity": "1", "expires-on": expires}
                for _ in range(int(base_units))
            ]
        case "lotExpiry" | "lot" if base_units:
            day = expires if tracking == "lotExpiry" else None
            lot = f"K{part}-{ids.count('lot'):05d}"
            return [{"lot": lot, "serial": None, "quantity": str(base_units), "expires-on": day}]
    return []


def buyer_part(line: Line) -> str | None:
    """The buyer's number of a line's item, also where only the partner's own is named."""
    return line.buyer_part or line.vendor_part.rpartition("-")[2] or None


def vendor_part(partner: str, said: Said) -> str:
    """The partner's number of an item: as the order wrote it, unless another item is said."""
    if said.line and said.line.vendor_part and said.term.part is None:
        return said.line.vendor_part
    return f"{part_series(partner)}-{said.part}" if said.part else ""


def prefix(partner: str) -> str:
    """What a partner's own numbers begin with."""
    return partner[:3].upper()
