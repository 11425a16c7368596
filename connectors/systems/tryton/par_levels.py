"""Par levels: Tryton's order points, and how the item of each stands at its place.

An order point says at which quantity its place is filled up, and to how many: that is the par. One of a warehouse is told
of the part of it in which all its places lie. Tryton's own scheduler must not act upon them beside the engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from canonical.documents.replenishment import ParStanding, SpareStock
from connectors.systems.tryton.client import Domain, Row, TrytonClient
from connectors.systems.tryton.coming import Coming, OnTheWay
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.stock import factors
from connectors.systems.tryton.storerooms import NONE, Counted, Rooms, Storerooms
from connectors.systems.tryton.values import exact

_FIELDS = [
    *("type", "location", "min_quantity", "target_quantity", "product"),
    *(f"product.{field}" for field in ("code", "default_uom.name", "default_uom.category", "default_uom.factor")),
]


@dataclass(frozen=True)
class Point:
    """An order point. `whole` where it is of the warehouse and not of one place."""

    row: Row
    place: int
    whole: bool

    @property
    def product(self) -> int:
        """Its product."""
        return int(self.row["product"])

    @property
    def par(self) -> Decimal:
        """To how many the place is filled up."""
        return exact(self.row["target_quantity"])

    @property
    def filled_below(self) -> Decimal:
        """At less than how many it is filled up; Tryton leaves that open of a place from which it only takes away."""
        least = self.row["min_quantity"]
        return self.par if least is None else exact(least)


@dataclass(frozen=True)
class Shelves:
    """All that is needed to tell how the points of a facility stand."""

    facility: str
    rooms: Rooms
    points: Sequence[Point]
    usable: Counted
    coming: Coming
    units: Sequence[Row]
    expensed: frozenset[str]

    def standing(self, point: Point) -> ParStanding:
        """How one stands."""
        product, base = point.row["product."], point.row["product."]["default_uom."]
        at = (point.place, point.product)
        others = sum((self.usable[place, point.product] for place in self.rooms.others), NONE) if point.whole else NONE
        dock = self.usable[self.rooms.dock, point.product]
        return ParStanding(
            facility=self.facility,
            location=self.rooms.codes[point.place],
            item=product["code"],
            base_unit=base["name"],
            par=point.par,
            available=self.usable[at] - others,
            on_order=self.coming.ordered[point.product] if point.whole else self.coming.on_order[at],
            in_transit=dock if point.whole else self.coming.in_transit[at],
            spare=() if point.whole else tuple(self._spare(point)),
            factors=factors(base, self.units),
        )

    def _spare(self, point: Point) -> Sequence[SpareStock]:
        """What other places have above their own par, less what is about to leave them."""
        pars = {one.place: one.par for one in self.points if one.product == point.product and not one.whole}
        spare = {
            place: self.usable[place, point.product] - pars.get(place, NONE) - self.coming.leaving[place, point.product]
            for place in self.rooms.places
            if place != point.place and self.rooms.codes[place] not in self.expensed
        }
        return [
            SpareStock(location=self.rooms.codes[place], quantity=left) for place, left in spare.items() if left > 0
        ]


class ParLevels:
    """Every call asks for all that it is about at once."""

    def __init__(self, client: TrytonClient, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._storerooms = Storerooms(client, settings)
        self._on_the_way = OnTheWay(client)

    async def standing(self, *, facility: str, location: str, item: str) -> ParStanding | None:
        """How an item stands at a place; none where it has no order point there."""
        shelves = await self._shelves(facility, [["product.code", "=", item]])
        standings = [shelves.standing(point) for point in shelves.points] if shelves else []
        return next((one for one in standings if one.location == location), None)

    async def below(self, *, facility: str) -> tuple[ParStanding, ...]:
        """Every item and place that Tryton would fill up: what is there and on its way is less than the point's least."""
        shelves = await self._shelves(facility, [["product.code", "!=", None]])
        standings = [(point, shelves.standing(point)) for point in shelves.points] if shelves else []
        return tuple(one for point, one in standings if one.par - one.need < point.filled_below)

    async def _shelves(self, facility: str, domain: Domain) -> Shelves | None:
        rooms = await self._storerooms.of(facility)
        points = await self._points(rooms, domain) if rooms else []
        if rooms is None or not points:
            return None
        products = sorted({point.product for point in points})
        categories = sorted({point.row["product."]["default_uom."]["category"] for point in points})
        ledger = self._settings.ledger
        return Shelves(
            facility,
            rooms,
            points,
            await self._storerooms.usable(products, [*rooms.places, rooms.storage, rooms.dock, *rooms.others]),
            await self._on_the_way.to(rooms, products),
            await self._client.rows("product.uom", [["category", "in", categories]], ["name", "factor", "category"]),
            ledger.expensed.get(facility, frozenset()) if ledger else frozenset(),
        )

    async def _points(self, rooms: Rooms, domain: Domain) -> Sequence[Point]:
        """The points of a warehouse and of its places; of two for one place and product the first."""
        own = ["company", "=", await self._client.company()]
        there = ["location", "in", [*rooms.codes, rooms.warehouse]]
        rows = await self._client.rows("stock.order_point", [*domain, own, there], _FIELDS)
        points: dict[tuple[int, int], Point] = {}
        for row in rows:
            whole = row["type"] == "purchase"
            place = rooms.storage if whole else row["location"]
            if place in rooms.codes:
                points.setdefault((place, row["product"]), Point(row, place, whole))
        return list(points.values())
