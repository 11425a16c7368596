"""The history of an order line: what came, what is accrued for it, invoiced of it, claimed back, and relieved.

Accrued less invoiced is received-not-invoiced, in quantity and in money. A movement that opens a quantity is valued at the
order's price; one that closes takes its share of the money that stands open, so that a closed line leaves no cent.
"""

import sqlite3
from dataclasses import dataclass, fields
from fractions import Fraction

from sandbox.erp.kept_orders import priced
from sandbox.erp.purchasing_forms import OrderItem
from sandbox.erp.writing import Writing


@dataclass(frozen=True, kw_only=True)
class Line:
    """Sums of a line, or what one document adds to them. Thousandths of the order unit, and cents."""

    came_milli: int = 0
    gr_milli: int = 0
    gr_cents: int = 0
    iv_milli: int = 0
    iv_cents: int = 0
    claim_milli: int = 0
    claim_cents: int = 0
    relief_milli: int = 0
    relief_cents: int = 0

    @property
    def open_milli(self) -> int:
        """Accrued and not invoiced."""
        return self.gr_milli - self.iv_milli

    @property
    def open_cents(self) -> int:
        """What stands open in the clearing account for it."""
        return self.gr_cents - self.iv_cents

    @property
    def untouched(self) -> bool:
        """Whether nothing was received or invoiced, or all of it was taken back."""
        return self == Line()

    def plus(self, other: "Line") -> "Line":
        """Both together."""
        return Line(**{name: getattr(self, name) + getattr(other, name) for name in NAMES})


NAMES = tuple(field.name for field in fields(Line))


def so_far(connection: sqlite3.Connection, order: str, item: str) -> Line:
    """How a line stands."""
    sums = ", ".join(f"coalesce(sum({name.upper()}), 0) AS {name}" for name in NAMES)
    row = connection.execute(f"SELECT {sums} FROM ORDER_HISTORY WHERE PO_NUMBER = ? AND PO_ITEM = ?", (order, item))
    return Line(**dict(row.fetchone()))


def add(writing: Writing, *, order: str, item: str, document: str, more: Line) -> None:
    """Write what a document adds to a line."""
    marks = ", ".join("?" * len(NAMES))
    writing.change.execute(
        f"INSERT INTO ORDER_HISTORY (PO_NUMBER, PO_ITEM, DOC_NO, {', '.join(NAMES)}) VALUES (?, ?, ?, {marks})",
        (order, item, document, *(getattr(more, name) for name in NAMES)),
    )


def added(connection: sqlite3.Connection, document: str) -> list[tuple[str, str, Line]]:
    """What a document has added, by order and line."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in NAMES)
    rows = connection.execute(
        f"SELECT PO_NUMBER, PO_ITEM, {sums} FROM ORDER_HISTORY WHERE DOC_NO = ? GROUP BY PO_NUMBER, PO_ITEM",
        (document,),
    )
    return [(row["PO_NUMBER"], row["PO_ITEM"], Line(**{name: row[name] for name in NAMES})) for row in rows]


def negative(line: Line) -> Line:
    """The line with every sign turned."""
    return Line(**{name: -getattr(line, name) for name in NAMES})


def value(item: OrderItem, quantity: int, *, open_milli: int, open_cents: int) -> int:
    """Cents of a movement of so many thousandths into what stands open; both are signed."""
    if quantity * open_milli >= 0:
        return priced(item, quantity)
    closing = quantity if abs(quantity) <= abs(open_milli) else -open_milli
    return round(Fraction(open_cents * closing, open_milli)) + priced(item, quantity - closing)
