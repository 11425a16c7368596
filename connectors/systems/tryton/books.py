"""The storeroom's books: lots in and out, transfers, each a form of shipment that is cancelled to take it back.

Goods of an order that the same Tryton keeps are received at the dock by the receipt: lots in only puts them away from there,
and lots out only brings them back, so that they are counted once. A supplier's own goods go back to it without the dock.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from canonical.documents.posting import LotsIn, LotsOut, Transfer
from canonical.effect import Found, Posted
from canonical.kinds import Kind
from canonical.ports import Book
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.expected import Expected
from connectors.systems.tryton.goods import Goods
from connectors.systems.tryton.named import Named
from connectors.systems.tryton.orders import Orders
from connectors.systems.tryton.shipments import (
    BROUGHT,
    FETCHED,
    GIVEN_BACK,
    MOVED,
    RECEIVED,
    RETURNED,
    Form,
    Shipments,
)

D = TypeVar("D")


class ShipmentBook(Generic[D]):
    """One kind of document: each is a shipment of the form that `way` finds for it."""

    def __init__(self, forms: Sequence[Shipments], way: Callable[[D], Awaitable[tuple[Form, Row]]]) -> None:
        self._forms = forms
        self._way = way

    async def post(self, document: D, *, wire_key: str) -> Posted:
        """Ship it."""
        form, values = await self._way(document)
        shipments = next(one for one in self._forms if one.form is form)
        return await shipments.post(values, wire_key=wire_key)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it; Tryton takes the goods out of stock as of the day on which they came."""
        return await self._holding(reference).take_back(reference)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        found = await asyncio.gather(*(one.find(wire_keys) for one in self._forms))
        return tuple(document for some in found for document in some)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._holding(reference).get(reference)

    def _holding(self, reference: str) -> Shipments:
        """Those of the form that the reference is of; any where it is of none, for none has it."""
        return next((one for one in self._forms if one.form.record(reference) is not None), self._forms[0])


def make_books(client: TrytonClient, goods: Goods, orders: Orders, named: Named) -> Mapping[Kind, Book[Any]]:
    """The books that a storeroom on Tryton keeps."""

    async def came(document: LotsIn) -> tuple[Form, Row]:
        dock = await orders.dock_of(document.order)
        if dock is None:
            return RECEIVED, await goods.received(document)
        return FETCHED, await goods.put_away(document, dock)

    async def went(document: LotsOut) -> tuple[Form, Row]:
        if (await named.place(document.facility, document.location)).owner is not None:
            return GIVEN_BACK, await goods.given_back(document)
        dock = await orders.dock_of(document.order)
        if dock is None:
            return RETURNED, await goods.returned(document)
        return BROUGHT, await goods.taken_to(document, dock)

    async def moved(document: Transfer) -> tuple[Form, Row]:
        return MOVED, await goods.transferred(document)

    def shipments(*forms: Form) -> Sequence[Shipments]:
        return [Shipments(client, form) for form in forms]

    return {
        Kind.lots_in: ShipmentBook[LotsIn](shipments(RECEIVED, FETCHED), came),
        Kind.lots_out: ShipmentBook[LotsOut](shipments(RETURNED, BROUGHT, GIVEN_BACK), went),
        Kind.transfer: ShipmentBook[Transfer](shipments(MOVED), moved),
        Kind.expected: Expected(client, goods, orders),
    }
