"""Returns: what came with receipts of an order goes back from the dock to the supplier, each part of it by what it came with.

The moves name those with which the goods came, not the order line: Tryton would count them as received once more. So a
purchase goes on to show what came in all, and its receipts what of it went back.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.item import Ownership
from canonical.documents.posting import ReturnPosting
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.lot_shares import LotShares, Share
from connectors.systems.tryton.named import Named
from connectors.systems.tryton.orders import Line, Order, Orders
from connectors.systems.tryton.refusals import refused
from connectors.systems.tryton.shipments import CANCELLED, SENT_BACK, Shipments
from connectors.systems.tryton.values import exact, number


class Returns:
    """Quantities are in order units."""

    def __init__(self, client: TrytonClient, named: Named, orders: Orders) -> None:
        self._client = client
        self._named = named
        self._orders = orders
        self._shipments = Shipments(client, SENT_BACK, also=("moves.origin", "moves.unit.factor"))

    async def post(self, document: ReturnPosting, *, wire_key: str) -> Posted:
        """Send it back; refused where not so much of it came."""
        back = document.goods_return
        if back.ownership is not Ownership.owned:
            raise self._refused("only goods of the hospital's own are sent back here")
        order = await self._orders.required(document.order, _OPERATION)
        supplier = order.row["party."]["supplier_location"]
        values = {
            "company": await self._client.company(),
            "supplier": order.row["party"],
            "from_location": order.dock,
            "to_location": supplier,
            "planned_date": document.posted_on or back.returned_on,
            "effective_date": document.posted_on or back.returned_on,
            "moves": [["create", await self._moves(order, document, supplier)]],
        }
        return await self._shipments.post(values, wire_key=wire_key)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it; refused where a credit came for it."""
        row = await self._shipments.row(reference)
        if row is not None and row["state"] != CANCELLED:
            for line in await self._orders.of_moves([_came_with(move) for move in row["moves."]]):
                mine = [move for move in row["moves."] if _came_with(move) in {one["id"] for one in line.arrived}]
                gone = sum((await self._orders.sent_back(line)).values(), Decimal(0))
                if gone - sum((line.counted(move) for move in mine), Decimal(0)) < line.credited:
                    raise self._refused("a credit came for what went back")
        return await self._shipments.take_back(reference)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        return await self._shipments.find(wire_keys)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._shipments.get(reference)

    async def _moves(self, order: Order, document: ReturnPosting, supplier: int) -> list[Row]:
        shares = LotShares(document.goods_return.lines)
        moves: list[Row] = []
        left: dict[int, list[tuple[Row, Decimal]]] = {}
        for part in document.lines:
            line = order.line(part.order_line)
            if line is None:
                raise self._refused("the order has no such line")
            if line.record not in left:
                left[line.record] = await self._here(line)
            product = await self._named.product(shares.line(part.document_line).item)
            each = exact(line.row["unit."]["factor"]) / exact(product["default_uom."]["factor"])
            for share in shares.take(part.document_line, part.quantity, each):
                lot = await self._named.sent_lot(product, share.lot) if share.lot else None
                for move, quantity in self._taken(left[line.record], share, lot, product["id"]):
                    moves.append(
                        {
                            "company": await self._client.company(),
                            "origin": f"stock.move,{move['id']}",
                            "product": move["product"],
                            "unit": line.row["unit"],
                            "quantity": number(quantity),
                            "lot": move["lot"],
                            "from_location": order.dock,
                            "to_location": supplier,
                            "unit_price": line.row["unit_price"],
                            "currency": order.row["currency"],
                        }
                    )
        return moves

    async def _here(self, line: Line) -> list[tuple[Row, Decimal]]:
        """What came of a line and did not go back, the latest first."""
        back = await self._orders.sent_back(line)
        return [
            (move, line.counted(move) - back.get(move["id"], Decimal(0)))
            for move in sorted(line.arrived, key=lambda move: -move["id"])
        ]

    def _taken(
        self, left: list[tuple[Row, Decimal]], share: Share, lot: int | None, product: int
    ) -> list[tuple[Row, Decimal]]:
        """By which moves so many came, which are taken out of what is left."""
        taken, wanted = [], share.quantity
        for place, (move, quantity) in enumerate(left):
            some = min(wanted, quantity)
            if some > 0 and move["product"] == product and lot in (None, move["lot"]):
                taken.append((move, some))
                left[place] = (move, quantity - some)
                wanted -= some
        if wanted > 0:
            raise self._refused("more goes back than came")
        return taken

    def _refused(self, why: str) -> BusinessRefusal:
        return refused(self._client.system, _OPERATION, why, Audience.buyer)


def _came_with(move: Row) -> int:
    """The move with which came what this one sends back."""
    return int(move["origin"].removeprefix("stock.move,"))


_OPERATION = "return.post"
