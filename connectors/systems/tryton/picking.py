"""Picking: which lots leave a place where a document names none of an item that Tryton keeps by lot."""

from datetime import date
from decimal import Decimal

from canonical.errors import Audience
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.refusals import refused
from connectors.systems.tryton.values import exact

Picked = list[tuple[int | None, Decimal]]


async def picked(client: TrytonClient, product: Row, quantity: Decimal, *, place: int, on: date) -> Picked:
    """So many base units by lot: what expires first goes first, what has expired on the day stays; refused where it is less."""
    if not product["template."]["lot_required"]:
        return [(None, quantity)]
    lots = await client.rows(
        "stock.lot",
        [["product", "=", product["id"]], ["quantity", ">", 0.0]],
        ["quantity", "expiration_date"],
        context={"locations": [place]},
    )
    taken: Picked = []
    for lot in sorted(lots, key=lambda one: (one["expiration_date"] or date.max, one["id"])):
        if quantity > 0 and (lot["expiration_date"] or date.max) >= on:
            taken.append((lot["id"], min(quantity, exact(lot["quantity"]))))
            quantity -= taken[-1][1]
    if quantity > 0:
        raise refused(client.system, "transfer", "there is not enough on hand", Audience.supply_chain)
    return taken
