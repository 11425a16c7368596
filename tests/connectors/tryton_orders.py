"""An order in Tryton, and what Tryton shows of it afterwards."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from canonical.documents.contract import UnitPrice
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import Row
from tests.connectors.purchases import order

PER_BOX = Decimal(10)


async def ordered(
    system: Any,
    name: str,
    *,
    quantity: Decimal = Decimal(10),
    price: Decimal = Decimal(10),
    unit: str = "each",
    item: str = "4711",
    **more: Any,
) -> None:
    """Order so many of an item under our number, as line 1, for the north campus; the price is of one unit."""
    each = UnitPrice(amount=price, currency="USD", unit=unit)
    line = {"item": item, "unit": unit, "base_factor": PER_BOX if unit == "box" else Decimal(1), "price": each}
    placed = order(name, quantity=str(quantity), line=line, **more)
    await system.books()[Kind.order].post(placed, wire_key=wire_key(f"order {name}"))


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
