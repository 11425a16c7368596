"""The storeroom's books: lots in and out, transfers; each a form of shipment that is cancelled to take it back.

Goods of an order that the same Tryton keeps are received at the dock by the receipt: lots in only puts them away from there,
and lots out only brings them back, so that they are counted once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from canonical.effect import Found, Posted
from canonical.kinds import Kind
from canonical.ports import Book
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.goods import Goods
from connectors.systems.tryton.orders import Orders
from connectors.systems.tryton.shipments import BROUGHT, FETCHED, MOVED, RECEIVED, RETURNED, Shipments

D = TypeVar("D")


class OfAnOrder(Protocol):
    """A document that names an order, or none."""

    @property
    def order(self) -> str: ...


L = TypeVar("L", bound=OfAnOrder)


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


class DockBook(Generic[L]):
    """Lots in or out: between a place and the dock where this Tryton keeps the order, else between it and the supplier."""

    def __init__(
        self,
        orders: Orders,
        direct: ShipmentBook[L],
        dock: Shipments,
        values: Callable[[L, int], Awaitable[Row]],
    ) -> None:
        self._orders = orders
        self._direct = direct
        self._dock = dock
        self._values = values

    async def post(self, document: L, *, wire_key: str) -> Posted:
        """Ship it."""
        dock = await self._orders.dock_of(document.order)
        if dock is None:
            return await self._direct.post(document, wire_key=wire_key)
        return await self._dock.post(await self._values(document, dock), wire_key=wire_key)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it."""
        if self._dock.form.record(reference) is not None:
            return await self._dock.take_back(reference)
        return await self._direct.take_back(reference, on=on, wire_key=wire_key)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        direct, dock = await asyncio.gather(self._direct.find(wire_keys), self._dock.find(wire_keys))
        return (*direct, *dock)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._dock.get(reference) or await self._direct.get(reference)


def make_books(client: TrytonClient, goods: Goods, orders: Orders) -> Mapping[Kind, Book[Any]]:
    """The books that a storeroom on Tryton keeps."""
    return {
        Kind.lots_in: DockBook(
            orders,
            ShipmentBook(Shipments(client, RECEIVED), goods.received),
            Shipments(client, FETCHED),
            goods.put_away,
        ),
        Kind.lots_out: DockBook(
            orders,
            ShipmentBook(Shipments(client, RETURNED), goods.returned),
            Shipments(client, BROUGHT),
            goods.taken_to,
        ),
        Kind.transfer: ShipmentBook(Shipments(client, MOVED), goods.transferred),
    }
