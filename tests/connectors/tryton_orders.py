"""An order in Tryton as our connector places it, by raw calls, and what Tryton shows of it afterwards."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from canonical.errors import Audience
from canonical.identity import wire_key
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.values import number
from tests.connectors.purchases import DAY, SUPPLIER

PURCHASE = "purchase.purchase"
OWNER = Audience.buyer


async def ordered(
    client: TrytonClient,
    name: str,
    *,
    quantity: Decimal = Decimal(10),
    price: Decimal = Decimal(10),
    unit: str = "each",
    item: str = "4711",
) -> int:
    """Order so many of an item under our number, as line 1, for the north campus; answers Tryton's id of it."""
    [product] = await client.rows("product.product", [["code", "=", item]], ["default_uom.category"])
    category = product["default_uom."]["category"]
    [measure] = await client.rows("product.uom", [["name", "=", unit], ["category", "=", category]], ["id"])
    [supplier] = await client.rows("party.party", [["code", "=", SUPPLIER]], ["addresses", "supplier_payment_term"])
    [place] = await client.rows("stock.location", [["code", "=", "NORTH"], ["type", "=", "warehouse"]], ["id"])
    company = await client.company()
    [own] = await client.rows("company.company", [["id", "=", company]], ["currency"])
    line = {"type": "line", "sequence": 1, "product": product["id"], "unit": measure["id"]}
    values: dict[str, Any] = {
        "company": company,
        "party": supplier["id"],
        "invoice_address": supplier["addresses"][0],
        "payment_term": supplier["supplier_payment_term"],
        "currency": own["currency"],
        "warehouse": place["id"],
        "invoice_method": "manual",
        "purchase_date": DAY,
        "reference": f"KEY-{name}",
        "description": name,
        "lines": [["create", [{**line, "quantity": number(quantity), "unit_price": price}]]],
    }
    order = await client.create(PURCHASE, values, audience=OWNER)
    await client.press(PURCHASE, "quote", order, audience=OWNER)
    await client.press(PURCHASE, "confirm", order, audience=OWNER)
    return order


def new_key() -> str:
    return wire_key(uuid4().hex)


async def purchase(system: Any, number: str, fields: list[str]) -> list[Row]:
    found: list[Row] = await system._client.rows("purchase.purchase", [["description", "=", number]], fields)
    return found


async def shown(system: Any, number: str) -> dict[str, Any]:
    """What Tryton's own purchase shows of its one line."""
    fields = ["shipment_state", "lines.quantity", "lines.quantity_to_invoice", "lines.moves_progress"]
    [row] = await purchase(system, number, [*fields, "lines.moves.state", "lines.moves.quantity"])
    [line] = row["lines."]
    came = sum(move["quantity"] for move in line["moves."] if move["state"] == "done")
    assert line["moves_progress"] == min(came / line["quantity"], 1)
    return {
        "shipment": row["shipment_state"],
        "came": came,
        "awaited": sum(move["quantity"] for move in line["moves."] if move["state"] == "draft"),
        "billed": line["quantity"] - (line["quantity_to_invoice"] or 0),
    }
