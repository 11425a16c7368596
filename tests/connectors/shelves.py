"""Items of a test's own that are kept at par in the Tryton under test, as its people set them up and move them."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from canonical.documents.receipt import ReceivedLot
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import Row, TrytonClient
from tests.connectors.contract.peers.tryton_server import TrytonServerPeer
from tests.connectors.stock import ON, lots_in
from tests.connectors.tryton_books import client_of

LEAST, PAR = 4, 10
PRICE = Decimal("10.0000")
_LIKE = ["default_uom", "account_category", "lot_required", "expiration_state"]


@dataclass(frozen=True)
class Kept:
    """An item and who sells it, by their codes."""

    item: str
    supplier: str


def people(peer: TrytonServerPeer, folder: Path) -> TrytonClient:
    """Whoever works in Tryton, with every right."""
    (folder / "admin").write_text("admin")
    return client_of(peer, "admin", folder / "admin")


async def shelved(books: TrytonClient, *, facility: str = "NORTH", at: str | None = "OR-1", like: str = "4703") -> Kept:
    """A new item like another, of a new supplier, that is filled up to ten where there are fewer than four of it.

    Without a place it is kept at par in the facility's warehouse as a whole.
    """
    tag = uuid4().hex[:8].upper()
    supplier = await _supplier(books, f"S-{tag}")
    [other] = await books.rows("product.template", [["code", "=", like]], _LIKE)
    goods = {"name": f"Item {tag}", "code": f"I-{tag}", "type": "goods", "cost_price_method": "fixed"}
    bought = {"list_price": PRICE, "purchasable": True, "purchase_uom": other["default_uom"]}
    sold = {"party": supplier, "currency": await _currency(books)}
    sold["prices"] = [["create", [{"quantity": 0.0, "unit_price": PRICE}]]]
    made = {"products": [["create", [{"cost_price": PRICE}]]], "product_suppliers": [["create", [sold]]]}
    template = await _made(
        books, "product.template", {**goods, **{name: other[name] for name in _LIKE}, **bought, **made}
    )
    [product] = await books.rows("product.product", [["template", "=", template]], ["id"])
    warehouse, storage = await _warehouse(books, facility)
    levels = {"product": product["id"], "min_quantity": float(LEAST), "target_quantity": float(PAR)}
    if at is None:
        where = {"type": "purchase", "location": warehouse}
    else:
        place = await _place(books, facility, at)
        where = {"type": "internal", "location": place, "provisioning_location": storage}
    await _made(books, "stock.order_point", {**levels, **where, "company": await books.company()})
    return Kept(f"I-{tag}", f"S-{tag}")


async def put(
    system: Any, item: str, quantity: int, *lots: ReceivedLot, facility: str = "NORTH", at: str = "OR-1"
) -> None:
    """So many come to a place."""
    came = lots_in(item, *lots, quantity=quantity, facility=facility, location=at)
    await system.books()[Kind.lots_in].post(came, wire_key=wire_key(uuid4().hex))


async def planned(books: TrytonClient, item: str, quantity: int, *, start: str, end: str) -> None:
    """Somebody plans to move so many from one place of the north campus to another."""
    [product] = await books.rows("product.product", [["code", "=", item]], ["default_uom"])
    ends = {"from_location": await _place(books, "NORTH", start), "to_location": await _place(books, "NORTH", end)}
    both = {"company": await books.company(), **ends}
    move = {**both, "product": product["id"], "unit": product["default_uom"], "quantity": float(quantity)}
    days = {"planned_date": ON, "planned_start_date": ON}
    await _made(books, "stock.shipment.internal", {**both, **days, "moves": [["create", [move]]]})


async def _supplier(books: TrytonClient, code: str) -> int:
    [like] = await books.rows("party.party", [["code", "=", "100"]], ["supplier_payment_term"])
    address = [["create", [{"street": "1 Long Road"}]]]
    terms = {"supplier_payment_term": like["supplier_payment_term"]}
    return await _made(books, "party.party", {"name": f"Supplier {code}", "code": code, "addresses": address, **terms})


async def _currency(books: TrytonClient) -> int:
    [own] = await books.rows("company.company", [["id", "=", await books.company()]], ["currency"])
    return int(own["currency"])


async def _warehouse(books: TrytonClient, facility: str) -> tuple[int, int]:
    domain = [["code", "=", facility], ["type", "=", "warehouse"]]
    [found] = await books.rows("stock.location", domain, ["storage_location"])
    return int(found["id"]), int(found["storage_location"])


async def _place(books: TrytonClient, facility: str, code: str) -> int:
    warehouse, _ = await _warehouse(books, facility)
    domain = [["code", "=", code], ["parent", "child_of", [warehouse], "parent"]]
    [found] = await books.rows("stock.location", domain, ["id"])
    return int(found["id"])


async def _made(books: TrytonClient, model: str, values: Row) -> int:
    return await books.create(model, values, audience=Audience.supply_chain)
