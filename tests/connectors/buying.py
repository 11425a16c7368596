"""Buying on a Tryton: through the connector, and in Tryton itself as a buyer or a receiver does it."""

from typing import Any

from canonical.documents.order import Order, OrderLine
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import Row, TrytonClient
from tests.connectors.contract.peers.tryton_orders import SUPPLIER
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import change, order

CUTS = (Trouble.cut_before, Trouble.cut_after)
BUYER = Audience.buyer


async def placed(procurement: Any, number: str, *, key: str = "", **more: Any) -> str:
    posted = await procurement.books()[Kind.order].post(
        order(number, **{"supplier": SUPPLIER, **more}), wire_key=wire_key(key or number)
    )
    reference: str = posted.reference
    return reference


async def changed(procurement: Any, number: str, *, version: int = 2, **more: Any) -> str:
    document = change(number, **{"supplier": SUPPLIER, "version": version, **more})
    posted = await procurement.books()[Kind.order_change].post(document, wire_key=wire_key(f"{number} {version}"))
    reference: str = posted.reference
    return reference


async def told(procurement: Any, number: str) -> Order:
    found: Order | None = await procurement.order(facility="NORTH", number=number)
    assert found is not None
    return found


async def moves(tryton: TrytonClient, number: str) -> list[Row]:
    domain = [["purchase.description", "=", number], ["state", "!=", "cancelled"]]
    return await tryton.rows("stock.move", domain, ["state", "quantity"])


async def amended(tryton: TrytonClient, number: str, **values: Any) -> None:
    """As a buyer does it."""
    fields = ["product", "unit", "quantity", "unit_price", "description", "purchase"]
    [line] = await tryton.rows("purchase.line", [["purchase.description", "=", number]], fields)
    purchase, of = line.pop("purchase"), line.pop("id")
    said = {**line, "action": "line", "line": of, **values}
    amendment = {"purchase": purchase, "description": "as the supplier said by phone", "lines": [["create", [said]]]}
    record = await tryton.create("purchase.amendment", amendment, audience=BUYER)
    await tryton.press("purchase.amendment", "validate_amendment", record, audience=BUYER)


async def received(tryton: TrytonClient, number: str, quantity: int) -> None:
    """As a receiver does it: so many of what the order awaits."""
    place = ("warehouse", "warehouse.input_location", "warehouse.storage_location")
    [purchase] = await tryton.rows("purchase.purchase", [["description", "=", number]], ["party", *place])
    [move] = await moves(tryton, number)
    shipment = {
        "company": await tryton.company(),
        "supplier": purchase["party"],
        "warehouse": purchase["warehouse"],
        "warehouse_input": purchase["warehouse."]["input_location"],
        "warehouse_storage": purchase["warehouse."]["storage_location"],
        "incoming_moves": [["add", [move["id"]]], ["write", [move["id"]], {"quantity": float(quantity)}]],
    }
    record = await tryton.create("stock.shipment.in", shipment, audience=BUYER)
    for button in ("receive", "do"):
        await tryton.press("stock.shipment.in", button, record, audience=BUYER)


async def tiered(procurement: Any) -> str:
    """The contract of the supplier who has tiers."""
    contracts = await procurement.contracts(facility="NORTH", item="4702")
    return next(one.contract for one in contracts if one.tiers)


def content(of: Order) -> tuple[int, tuple[OrderLine, ...]]:
    return of.version, of.lines
