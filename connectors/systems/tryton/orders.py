"""Orders as Tryton keeps them, by our number: what of each line came, went back and was billed, and what is still awaited.

Tryton makes a move for what is awaited of a line, and another for the rest once a part of it came. A move that is cancelled
is missed by its line until somebody says that it is to be made again, and so is a cancelled invoice; here that is said for
what was taken back by us.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from canonical.errors import Audience
from connectors.systems.tryton.amended import ORDER
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.kept_orders import ORDERED, by_number, numbered
from connectors.systems.tryton.refusals import refused
from connectors.systems.tryton.values import exact

_MOVE = (
    "product",
    "unit",
    "unit.factor",
    "quantity",
    "lot",
    "unit_price",
    "currency",
    "state",
    "shipment",
    "_timestamp",
)
_FIELDS = [
    *("description", "party", "party.supplier_location", "currency", "warehouse", "warehouse.input_location"),
    *(f"lines.{field}" for field in ("type", "sequence", "product", "unit", "unit.factor", "quantity", "unit_price")),
    *(f"lines.moves.{field}" for field in (*_MOVE, "from_location.type")),
    *(f"lines.invoice_lines.{field}" for field in ("quantity", "unit.factor", "invoice.state")),
]
MISSED = ("moves.origin", "moves.purchase", "moves.purchase_exception_state", "moves.state")
"""What is read of a shipment so that `Orders.await_again` can see what is missed because of it."""


@dataclass(frozen=True)
class Line:
    """A line. All quantities are in its own unit, the unit that was ordered."""

    row: Row

    @property
    def record(self) -> int:
        """Its id."""
        return int(self.row["id"])

    @property
    def origin(self) -> str:
        """How a move or an invoice line names it as what it is for."""
        return f"purchase.line,{self.record}"

    @property
    def awaited(self) -> list[Row]:
        """The moves of what is still to come and not yet in a shipment."""
        return [move for move in self.row["moves."] if move["state"] == "draft" and move["shipment"] is None]

    @property
    def is_whole(self) -> bool:
        """Whether Tryton has a move for all that was ordered; it makes that of the rest once a part has come."""
        moved = sum((self.counted(move) for move in self.row["moves."] if move["state"] != "cancelled"), Decimal(0))
        return moved >= exact(self.row["quantity"])

    @property
    def arrived(self) -> list[Row]:
        """The moves of what came from the supplier."""
        return [
            move
            for move in self.row["moves."]
            if move["state"] == "done" and move["from_location."]["type"] == "supplier"
        ]

    @property
    def received(self) -> Decimal:
        """How many came."""
        return sum((self.counted(move) for move in self.arrived), Decimal(0))

    @property
    def billed(self) -> Decimal:
        """How many are on invoices that were not cancelled, less credits."""
        return sum(self._billed(), Decimal(0))

    @property
    def credited(self) -> Decimal:
        """How many were credited."""
        return -sum((one for one in self._billed() if one < 0), Decimal(0))

    def counted(self, move: Row) -> Decimal:
        """The quantity of a move, or of an invoice line."""
        quantity = exact(move["quantity"] or 0)
        unit, own = move["unit."], self.row["unit."]
        return quantity if unit is None or own is None else quantity * exact(unit["factor"]) / exact(own["factor"])

    def _billed(self) -> list[Decimal]:
        return [
            self.counted(line)
            for line in self.row["invoice_lines."]
            if line["invoice."] is None or line["invoice."]["state"] != "cancelled"
        ]


@dataclass(frozen=True)
class Order:
    """An order that was confirmed."""

    row: Row

    @property
    def dock(self) -> int:
        """The location to which its goods come: the input of its warehouse."""
        return int(self.row["warehouse."]["input_location"])

    def line(self, number: int) -> Line | None:
        """The line of our number."""
        row = numbered(self.row).get(number)
        return Line(row) if row else None


class Orders:
    """Answers none for an order that this Tryton does not keep."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client

    async def named(self, number: str) -> Order | None:
        """The order of our number."""
        row = await self._newest(number, _FIELDS)
        return Order(row) if row else None

    async def dock_of(self, number: str) -> int | None:
        """The location to which the goods of an order come."""
        row = await self._newest(number, ["description", "warehouse.input_location"])
        return int(row["warehouse."]["input_location"]) if row else None

    async def required(self, number: str, operation: str) -> Order:
        """The order of our number; `BusinessRefusal` where there is none."""
        order = await self.named(number)
        if order is None:
            raise refused(self._client.system, operation, "Tryton keeps no such order", Audience.buyer)
        return order

    async def of_lines(self, lines: Sequence[int]) -> list[Line]:
        """Lines by their ids."""
        fields = [field.removeprefix("lines.") for field in _FIELDS if field.startswith("lines.")]
        found = await self._client.rows("purchase.line", [["id", "in", list(lines)]], fields) if lines else []
        return [Line(row) for row in found]

    async def of_moves(self, moves: Sequence[int]) -> list[Line]:
        """The lines of the moves with which goods came."""
        found = await self._client.rows("stock.move", [["id", "in", list(moves)]], ["origin"]) if moves else []
        origins = {move["origin"] for move in found if (move["origin"] or "").startswith("purchase.line,")}
        return await self.of_lines([int(origin.removeprefix("purchase.line,")) for origin in origins])

    async def sent_back(self, line: Line) -> dict[int, Decimal]:
        """What went back of what came, by the move with which it came."""
        came = {f"stock.move,{move['id']}": int(move["id"]) for move in line.arrived}
        domain = [["origin", "in", list(came)], ["to_location.type", "=", "supplier"], ["state", "!=", "cancelled"]]
        moves = await self._client.rows("stock.move", domain, ["origin", "quantity", "unit.factor"]) if came else []
        back: dict[int, Decimal] = {}
        for move in moves:
            record = came[move["origin"]]
            back[record] = back.get(record, Decimal(0)) + line.counted(move)
        return back

    async def await_again(self, shipment: Row) -> None:
        """What a cancelled shipment was to bring is awaited once more."""
        missed: dict[int, list[int]] = {}
        for move in shipment["moves."]:
            if move["state"] == "cancelled" and move["purchase"] and not move["purchase_exception_state"]:
                missed.setdefault(int(move["purchase"]), []).append(int(move["id"]))
        for order, moves in missed.items():
            told = {"domain_moves": moves, "recreate_moves": moves, "ignore_moves": []}
            await self._decide("shipment", order, told)

    async def bill_again(self, order: int, invoice: int) -> None:
        """What a cancelled invoice had billed of an order may be billed once more."""
        await self._decide(
            "invoice", order, {"domain_invoices": [invoice], "recreate_invoices": [invoice], "ignore_invoices": []}
        )

    async def _newest(self, number: str, fields: Sequence[str]) -> Row | None:
        """By our number before Tryton's own."""
        domain = [by_number(number), ["state", "in", list(ORDERED)]]
        found = await self._client.rows(ORDER.model, domain, fields) if number else []
        return max(found, key=lambda row: (row["description"] == number, row["id"]), default=None)

    async def _decide(self, what: str, order: int, told: Row) -> None:
        wizard = f"purchase.handle.{what}.exception"
        await self._client.decide(wizard, ORDER.model, order, "handle", told, audience=Audience.buyer)
