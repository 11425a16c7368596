"""The uses that chaos strikes: what the point of care reports, and the keys under which each system knows them."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from canonical.identity import RunName, undo_key, wire_key, write_key


@dataclass(frozen=True, kw_only=True)
class Goods:
    """An item as it is used: by the piece or by the box of so many pieces, of one of its lots or without any."""

    item: int
    unit: str = "each"
    per: int = 1
    lots: tuple[str | None, ...] = (None,)


GOODS = (
    Goods(item=4703),
    Goods(item=4707, unit="box", per=10),
    Goods(item=4702, lots=("L4702A", "L4702B")),
    Goods(item=4727),
    Goods(item=4723, unit="box", per=10),
    Goods(item=4714, lots=("L4714A", "L4714B")),
    Goods(item=4731),
    Goods(item=4722, lots=("L4722A", "L4722B")),
)
"""Supplies, so that any number of uses differ by their act alone; two of them are charged by the half."""

LOCATIONS = ("OR-1", "OR-2", "CATH")
CASES = (1, 3, 5, 7, 11, 15, 17, 19, 21, 23)
CASES_TO_BILL = (25, 29, 31, 33, 35, 41, 43, 47, 49, 51, 53, 55, 57, 59)
"""Each for one use alone: the final bill takes all charges of an account."""

SEARCHES = {"inventory": "search_movements", "billing": "find_charges", "erp": "find_journals"}


@dataclass(frozen=True, kw_only=True)
class Write:
    """A write into a system, or its undo: the step of the run, and the vendor's name of the operation.

    `billed`: the undo of a charge that was final billed meanwhile.
    """

    name: str
    step: str
    system: str
    operation: str
    undoes: bool = False
    billed: bool = False


WRITES = (
    Write(name="stock move", step="stock", system="inventory", operation="book_movement"),
    Write(name="charge post", step="charge", system="billing", operation="post_charge"),
    Write(name="cost post", step="cost", system="erp", operation="post_journal"),
    Write(name="take back", step="stock", system="inventory", operation="book_movement", undoes=True),
    Write(name="void", step="charge", system="billing", operation="void_charge", undoes=True),
    Write(name="credit", step="charge", system="billing", operation="credit_charge", undoes=True, billed=True),
    Write(name="reverse", step="cost", system="erp", operation="reverse_journal", undoes=True),
)


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use; the quantity is in the unit of its goods."""

    number: str
    goods: Goods = GOODS[0]
    lot: str | None = None
    location: str = LOCATIONS[0]
    case: int = CASES[0]
    quantity: int = 2

    @classmethod
    def nth(cls, nth: int) -> "Use":
        """The n-th use, spread so that no two compete for the last one on hand or name one lot in one case.

        The same lot in the same case would look like one use told twice.
        """
        goods, turn = GOODS[nth % len(GOODS)], nth // len(GOODS)
        return cls(
            number=f"U-{nth:03d}-{uuid4().hex[:6]}",
            goods=goods,
            lot=goods.lots[turn // len(CASES) % len(goods.lots)],
            location=LOCATIONS[turn % len(LOCATIONS)],
            case=CASES[turn % len(CASES)],
            quantity=1 if goods.per > 1 else 1 + nth % 3,
        )

    def to_be_billed(self, nth: int) -> "Use":
        """The same in a case of its own."""
        return replace(self, case=CASES_TO_BILL[nth % len(CASES_TO_BILL)])

    @property
    def name(self) -> RunName:
        """The first run of the use."""
        return RunName(process="usage-to-charge", facility="NORTH", source="inventory", number=self.number)

    @property
    def item(self) -> int:
        """The item's number."""
        return self.goods.item

    @property
    def base_quantity(self) -> int:
        """Pieces."""
        return self.quantity * self.goods.per

    @property
    def charge_units(self) -> int:
        """Charge units in one each: some supplies are charged by the half."""
        return 2 if self.item % 12 == 11 else 1

    @property
    def case_number(self) -> str:
        """The surgical case as inventory and billing number it."""
        return f"C-2026-{self.case:04d}"

    @property
    def account_number(self) -> str:
        """The patient account behind the case, as billing numbers it."""
        return f"A{100_000 + self.case}"

    def key(self, step: str) -> str:
        """The key of a step's first write."""
        return write_key(self.name.workflow_id, step, 1)

    def wire(self, step: str) -> str:
        """The key of a step's first write as its system sees it."""
        return wire_key(self.key(step))

    def undo_wire(self, step: str, reference: str) -> str:
        """The key under which the document with this reference is taken back, as its system sees it."""
        return wire_key(undo_key(self.key(step), reference))

    def sought(self, write: Write, reference: str = "") -> str:
        """The key by which the system is asked whether a write was applied; `reference` is what an undo takes back.

        A charge and a journal say themselves that they were taken back; a movement is taken back by one of its own.
        """
        if write.undoes and write.system == "inventory":
            return self.undo_wire(write.step, reference)
        return self.wire(write.step)

    def body(self) -> dict[str, Any]:
        """The report, as the vendor's point of care posts it."""
        return {
            "useId": self.number,
            "actId": f"act-{self.number}",
            "surgicalCaseNumber": self.case_number,
            "encounterNumber": self.account_number,
            "disposition": "consumed",
            "sku": f"SKU-{self.item}",
            "qty": float(self.quantity),
            "unit": self.goods.unit,
            "location": self.location,
            "facility": "northCampus",
            "performingCostCentre": "4110",
            "chargedCostCentre": "4110",
            "scannedAt": "2026-11-20T09:15:00-05:00",
            **({"lot": self.lot} if self.lot else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must stand of a use in the end: so many base units."""

    use: Use
    quantity: Decimal

    @classmethod
    def of(cls, use: Use, quantity: int | None = None) -> "Expected":
        """As used, or as corrected to another quantity in the unit of the use."""
        return cls(use=use, quantity=Decimal((use.quantity if quantity is None else quantity) * use.goods.per))


NOT_USED: dict[str, Any] = {"kind": "notUsed"}


def another_quantity(quantity: int) -> dict[str, Any]:
    """The correction that another quantity was used."""
    return {"kind": "wrongItem", "replacement": {"qty": float(quantity)}}
