"""What is on its way to the places of a warehouse: ordered of suppliers, promised by orders that are kept elsewhere, moved."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.line_words import place_of
from connectors.systems.tryton.promises import AWAITED, Promises
from connectors.systems.tryton.storerooms import NONE, Rooms
from connectors.systems.tryton.values import exact

Counts = dict[tuple[int, int], Decimal]
_MOVE = ["product", "internal_quantity", "from_location", "from_location.type", "to_location", "shipment", "origin"]
_LINE = "purchase.line,"
_PROMISE = f"{AWAITED.model},"


def _counts() -> Counts:
    return defaultdict(Decimal)


@dataclass(frozen=True)
class Coming:
    """Base units by place and product; what is ordered for no place that the order names is `ordered` for the warehouse."""

    on_order: Counts = field(default_factory=_counts)
    in_transit: Counts = field(default_factory=_counts)
    leaving: Counts = field(default_factory=_counts)
    ordered: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


class OnTheWay:
    """Whatever Tryton itself plans to move counts as well: a place is not filled twice."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        self._promises = Promises(client)

    async def to(self, rooms: Rooms, products: Sequence[int]) -> Coming:
        """In five calls at most, however many products there are."""
        places = [*rooms.codes, rooms.dock]
        domain = [["product", "in", list(products)], ["state", "in", ["draft", "assigned"]]]
        moves = await self._client.rows("stock.move", [*domain, ["to_location", "in", places]], _MOVE)
        coming = Coming()
        promises = [move for move in moves if (move["shipment"] or "").startswith(_PROMISE)]
        orders = await self._promises.orders_of(sorted({_record(move["shipment"]) for move in promises}))
        lines = await self._places_of_lines([move for move in moves if move["to_location"] == rooms.dock])
        for move in moves:
            at, product, quantity = move["to_location"], move["product"], exact(move["internal_quantity"])
            if move["from_location."]["type"] != "supplier":
                coming.in_transit[at, product] += quantity
                coming.leaving[move["from_location"], product] += quantity
            elif not (move in promises and _record(move["shipment"]) in orders):
                place = rooms.named(lines.get(move["origin"], "")) if at == rooms.dock else at
                coming.ordered[product] += quantity
                if place is not None:
                    coming.on_order[place, product] += quantity
        for (place, product), quantity in (await self._promised(sorted(set(orders.values())), products)).items():
            coming.on_order[place, product] += quantity
            coming.ordered[product] += quantity
        return coming

    async def _places_of_lines(self, moves: Sequence[Row]) -> Mapping[str, str]:
        """For which place each line of an order was ordered, by how a move names the line."""
        lines = [_record(move["origin"]) for move in moves if (move["origin"] or "").startswith(_LINE)]
        rows = await self._client.rows("purchase.line", [["id", "in", lines]], ["description"]) if lines else []
        return {f"{_LINE}{row['id']}": place_of(row["description"]) for row in rows}

    async def _promised(self, orders: Sequence[str], products: Sequence[int]) -> Counts:
        """What was told last of each order and has not come: to the place, and of the order everywhere."""
        promises = await self._promises.of(orders) if orders else []
        origins = [f"stock.move,{move['id']}" for promise in promises for move in promise.moves]
        done = [["origin", "in", origins], ["state", "=", "done"]]
        came = await self._client.rows("stock.move", done, [*_MOVE[:2], "to_location", "origin"]) if origins else []
        newest = {promise.order: promise for promise in promises if promise.stands}
        open_ = _counts()
        for order, promise in newest.items():
            own = {f"stock.move,{move['id']}" for one in promises if one.order == order for move in one.moves}
            here, arrived = _summed(promise.moves), _summed([move for move in came if move["origin"] in own])
            for (place, product), told in here.items():
                if product in products:
                    everywhere = sum(n for (_, of), n in here.items() if of == product)
                    came_in_all = sum((n for (_, of), n in arrived.items() if of == product), NONE)
                    left = min(told - arrived.get((place, product), NONE), everywhere - came_in_all)
                    open_[place, product] += max(left, NONE)
        return open_


def _summed(moves: Sequence[Row]) -> Counts:
    summed = _counts()
    for move in moves:
        summed[move["to_location"], move["product"]] += exact(move["internal_quantity"])
    return summed


def _record(reference: str) -> int:
    return int(reference.partition(",")[2])
