"""A purchase order as it now counts: its newest revision that stands."""

import json
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.erp.accounts import FREIGHT, PURCHASED_SERVICES, expense_account, stock_account
from sandbox.erp.answers import Refusal
from sandbox.erp.purchasing_forms import OrderHeader, OrderItem
from sandbox.erp.writing import milli, rounded


@dataclass(frozen=True, kw_only=True)
class KeptOrder:
    """An order with the revision that counts. A cancelled one is one revision further than its last content."""

    number: str
    company: str
    revision: int
    live: bool
    created: str
    changed: str
    head: OrderHeader
    items: tuple[OrderItem, ...]

    def item(self, number: str) -> OrderItem | None:
        """The line of this number."""
        return next((one for one in self.items if number == one.PO_ITEM), None)

    def open_item(self, number: str) -> OrderItem:
        """The line of this number, refused where the order or the line is cancelled."""
        item = self.item(number)
        if item is None:
            raise Refusal(422, "06", "026", f"Order {self.number} has no item {number}", v1=self.number, v2=number)
        if not self.live or wanted(item) == 0:
            raise Refusal(422, "06", "027", f"Item {number} of order {self.number} is cancelled", v1=number)
        return item

    def shown(self) -> dict[str, Any]:
        """The order as the vendor shows it."""
        head = {
            "PO_NUMBER": self.number,
            "COMP_CODE": self.company,
            "REVISION": self.revision,
            "STAT": "ACTV" if self.live else "CANC",
            "CREATED": self.created,
            "CHANGED": self.changed,
        }
        return {"HEADER": {**head, **self.head.model_dump()}, "ITEMS": [one.model_dump() for one in self.items]}


def kept(connection: sqlite3.Connection, number: str) -> KeptOrder:
    """The order of this number."""
    first = connection.execute("SELECT * FROM PURCH_DOC WHERE DOC_KIND = 'PO' AND DOC_NO = ?", (number,)).fetchone()
    newest = connection.execute(
        "SELECT * FROM PURCH_DOC WHERE DOC_KIND = 'CO' AND PO_NUMBER = ? AND STAT = 'POST' ORDER BY DOC_NO DESC LIMIT 1",
        (number,),
    ).fetchone()
    made, counts = json.loads(first["CONTENT"]), json.loads((newest or first)["CONTENT"])
    live = first["STAT"] == "POST"
    return KeptOrder(
        number=number,
        company=first["COMP_CODE"],
        revision=(counts["HEADER"]["REVISION"] if newest else 1) + int(not live),
        live=live,
        created=first["ENTRY_STAMP"],
        changed=(newest or first)["ENTRY_STAMP"],
        head=OrderHeader.model_validate(made["HEADER"]),
        items=tuple(OrderItem.model_validate(item) for item in counts["ITEMS"]),
    )


def named(connection: sqlite3.Connection, name: str) -> KeptOrder | None:
    """The order of this own or external number; of several under one external number the one that stands."""
    row = connection.execute(
        "SELECT DOC_NO FROM PURCH_DOC WHERE DOC_KIND = 'PO' AND (DOC_NO = ?1 OR EXT_NO = ?1)"
        " ORDER BY STAT = 'POST' DESC, DOC_NO DESC LIMIT 1",
        (name,),
    ).fetchone()
    return kept(connection, row["DOC_NO"]) if name and row else None


def required(connection: sqlite3.Connection, name: str) -> KeptOrder:
    """The order of this own or external number, refused where there is none."""
    order = named(connection, name)
    if order is None:
        raise Refusal(422, "06", "025", f"Purchase order {name} does not exist", v1=name)
    return order


def wanted(item: OrderItem) -> int:
    """Thousandths of an order unit that are ordered and not cancelled."""
    return max(milli(item.QUANTITY) - milli(item.CANC_QTY), 0)


def priced(item: OrderItem, quantity: int) -> int:
    """What so many thousandths of an order unit come to at the order's price, in cents."""
    price_units = Decimal(quantity) / 1000 * Decimal(item.ORDERPR_FACTOR)
    return rounded(Decimal(item.NET_PRICE) * price_units / Decimal(item.PRICE_UNIT) * 100)


def base_milli(item: OrderItem, quantity: int) -> int:
    """So many thousandths of an order unit in thousandths of the base unit."""
    return rounded(Decimal(quantity) * Decimal(item.NUMERATOR))


def by_amount(item: OrderItem) -> bool:
    """Whether the line is bought by amount: nothing is accrued for it, and its invoices relieve what they come to."""
    return item.IV_BASED_ON == "AMT" or item.ITEM_CAT != "G"


def assignment(connection: sqlite3.Connection, order: KeptOrder, item: OrderItem) -> tuple[str, str]:
    """Account and cost centre that a line is for: stock where its location keeps stock, else an expense."""
    place = connection.execute(
        "SELECT * FROM STORAGE_LOC WHERE PLANT = ? AND STGE_LOC = ?", (order.head.PLANT, item.STGE_LOC)
    ).fetchone()
    centre = item.COST_CTR or (place["COST_CTR"] if place else "")
    if item.ITEM_CAT != "G" or not item.MATERIAL:
        return (FREIGHT if item.ITEM_CAT == "F" else PURCHASED_SERVICES), centre
    material = connection.execute("SELECT MATL_TYPE FROM MATERIAL WHERE MATERIAL = ?", (item.MATERIAL,)).fetchone()
    if place is not None and place["ISSUE_CTRL"] == "P" and order.head.DOC_TYPE != "BO":
        return stock_account(material["MATL_TYPE"]), ""
    return expense_account(material["MATL_TYPE"]), centre
