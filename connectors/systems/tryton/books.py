"""The storeroom's books: lots in and out, transfers; each a form of shipment that is cancelled to take it back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from canonical.effect import Found, Posted
from canonical.kinds import Kind
from canonical.ports import Book
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.goods import Goods
from connectors.systems.tryton.shipments import MOVED, RECEIVED, RETURNED, Shipments

D = TypeVar("D")


class ShipmentBook(Generic[D]):
    """One kind of document, kept as shipments of one form."""

    def __init__(self, shipments: Shipments, values: Callable[[D], Awaitable[Row]]) -> None:
        self._shipments = shipments
        self._values = values

    async def post(self, document: D, *, wire_key: str) -> Posted:
        """Ship it."""
        return await self._shipments.post(await self._values(document), wire_key=wire_key)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it; Tryton takes the goods out of stock as of the day on which they came."""
        return await self._shipments.take_back(reference)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        return await self._shipments.find(wire_keys)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._shipments.get(reference)


def make_books(client: TrytonClient, goods: Goods) -> Mapping[Kind, Book[Any]]:
    """The books that a storeroom on Tryton keeps."""
    return {
        Kind.lots_in: ShipmentBook(Shipments(client, RECEIVED), goods.received),
        Kind.lots_out: ShipmentBook(Shipments(client, RETURNED), goods.returned),
        Kind.transfer: ShipmentBook(Shipments(client, MOVED), goods.transferred),
    }
