"""What Tryton's modules `account_stock_...` book by themselves when goods leave stock, or come back."""

from decimal import Decimal

from canonical.effect import Found
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.moves import MOVE, POSTED, reference_of
from connectors.systems.tryton.shipments import UNUSED, USED
from connectors.systems.tryton.values import exact

_STOCK_MOVE = "stock.move"


async def booked_with(client: TrytonClient, movement: str) -> Found | None:
    """The booking of a shipment's goods, under our name of the first move of the ledger; none while there is none."""
    goods = {f"{_STOCK_MOVE},{move['id']}": exact(move["quantity"]) for move in await _goods(client, movement)}
    fields = ["date", "origin", "lines.debit"]
    rows = await client.rows(MOVE, [["origin", "in", list(goods)], ["state", "=", POSTED]], fields) if goods else []
    if not rows:
        return None
    origins = [row["origin"] for row in rows]
    return Found(
        reference=reference_of(rows[0]["id"]),
        wire_key="",
        # A shipment that is cancelled has a second booking of each move, the other way round.
        live=len(set(origins)) == len(origins),
        quantity=sum((goods[origin] for origin in set(origins)), Decimal(0)),
        amount=sum((line["debit"] for row in rows for line in row["lines."]), Decimal(0)),
        posting_date=rows[0]["date"],
    )


async def _goods(client: TrytonClient, movement: str) -> list[Row]:
    """What was moved; nothing for a reference that is none of a use."""
    for form in (USED, UNUSED):
        if (record := form.record(movement)) is not None:
            rows = await client.rows(form.model, [["id", "=", record]], ["moves.quantity"])
            return [move for row in rows for move in row["moves."]]
    return []
