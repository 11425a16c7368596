"""Receipts: what came of an order arrives at the dock of its warehouse, by lot; our own document takes it on from there.

A receipt takes over the moves that Tryton awaits of the order, each in the state in which it was read, so that two receipts
at once never take over the same; Tryton then awaits the rest by itself. Within one process receipts of an order take turns.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from weakref import WeakValueDictionary

from canonical.documents.item import Ownership
from canonical.documents.posting import ReceiptPosting
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from connectors.systems.tryton.arrivals import Arrivals
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.counted import COUNTED, Counted
from connectors.systems.tryton.lot_shares import LotShares, Share
from connectors.systems.tryton.named import Named
from connectors.systems.tryton.orders import Line, Order, Orders
from connectors.systems.tryton.refusals import Overtaken, refused
from connectors.systems.tryton.shipments import CANCELLED
from connectors.systems.tryton.values import exact, number

_OVERTAKEN_SECONDS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""A receipt that another has overtaken is made anew so soon, about; what lasts longer is for Temporal's retry policy."""


class Receipts:
    """Quantities are in order units."""

    def __init__(self, client: TrytonClient, named: Named, orders: Orders) -> None:
        self._client = client
        self._named = named
        self._orders = orders
        self._arrivals = Arrivals(client, orders)
        self._counted = Counted(client, orders)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post(self, document: ReceiptPosting, *, wire_key: str) -> Posted:
        """Receive it at the dock; more than is awaited as well, for the dock has counted it. What moves no stock is counted."""
        if not document.receipt.moves_stock:
            return await self._counted.count(document, wire_key=wire_key)
        if document.receipt.ownership is not Ownership.owned:
            raise self._refused("only goods that come into the hospital's own stock are received here")
        async with self._turns.setdefault(document.order, asyncio.Lock()):
            return await self._received(document, wire_key)

    async def _received(self, document: ReceiptPosting, wire_key: str) -> Posted:
        for wait in (*_OVERTAKEN_SECONDS, None):
            order = await self._orders.required(document.order, _OPERATION)
            # Where another receipt is on its way, Tryton has yet to make the move of the rest.
            if wait is None or self._awaits(order, document):
                values, as_read = await self._arriving(order, document)
                try:
                    return await self._arrivals.post(values, wire_key=wire_key, as_read=as_read)
                except Overtaken:
                    if wait is None:
                        raise
            await asyncio.sleep(wait * (1 + random.random()))
        raise AssertionError("the last try is answered or raises")

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it; refused where some of it was invoiced or went back. The order awaits the goods again."""
        if COUNTED.record(reference) is not None:
            return await self._counted.take_back(reference)
        row = await self._arrivals.row(reference)
        if row is not None and row["state"] != CANCELLED:
            origins = {move["origin"] for move in row["moves."] if move["purchase"]}
            lines = await self._orders.of_lines([int(origin.removeprefix("purchase.line,")) for origin in origins])
            for line in lines:
                await self._is_free(line, [move["id"] for move in row["moves."]])
        return await self._arrivals.take_back(reference)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        arrived, counted = await asyncio.gather(self._arrivals.find(wire_keys), self._counted.find(wire_keys))
        return (*arrived, *counted)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        book = self._arrivals if COUNTED.record(reference) is None else self._counted
        return await book.get(reference)

    def _awaits(self, order: Order, document: ReceiptPosting) -> bool:
        """Whether Tryton awaits what came, or all that it ever will."""
        lines = [(self._line(order, part.order_line), part.quantity) for part in document.lines]
        return all(
            line.is_whole or sum((line.counted(move) for move in line.awaited), Decimal(0)) >= quantity
            for line, quantity in lines
        )

    async def _arriving(self, order: Order, document: ReceiptPosting) -> tuple[Row, dict[str, str]]:
        """A shipment to the dock, and the moves that it takes over as they were read."""
        taken: dict[str, str] = {}
        changed: list[Any] = []
        made: list[Row] = []
        async for line, move, values in self._moves(order, document):
            if move is None:
                made.append({**await self._beside(order, line), **values})
            else:
                taken[f"stock.move,{move['id']}"] = move["_timestamp"]
                changed += [[move["id"]], values]
        moves: list[Any] = [["create", made]] if made else []
        if changed:
            moves += [["add", [record for ids in changed[::2] for record in ids]], ["write", *changed]]
        head = {
            "company": await self._client.company(),
            "supplier": order.row["party"],
            "warehouse": order.row["warehouse"],
            "warehouse_input": order.dock,
            "warehouse_storage": order.dock,
            "effective_date": document.posted_on or document.receipt.received_on,
        }
        return {**head, "incoming_moves": moves}, taken

    async def _moves(self, order: Order, document: ReceiptPosting) -> AsyncIterator[tuple[Line, Row | None, Row]]:
        """What arrives of each line, with the move that it takes over."""
        shares = LotShares(document.receipt.lines)
        awaited: dict[int, list[Row]] = {}
        for part in document.lines:
            line = self._line(order, part.order_line)
            product = await self._named.product(shares.line(part.document_line).item)
            each = exact(line.row["unit."]["factor"]) / exact(product["default_uom."]["factor"])
            parts = shares.take(part.document_line, part.quantity, each)
            for move, share, quantity in _spread(line, awaited.setdefault(line.record, line.awaited), parts):
                lot = await self._named.received_lot(product, share.lot) if share.lot else None
                yield line, move, {"product": product["id"], "quantity": number(quantity), "lot": lot}

    async def _beside(self, order: Order, line: Line) -> Row:
        """A move of the order beside the one that Tryton made."""
        return {
            "company": await self._client.company(),
            "origin": line.origin,
            "unit": line.row["unit"],
            "unit_price": line.row["unit_price"],
            "currency": order.row["currency"],
            "from_location": order.row["party."]["supplier_location"],
            "to_location": order.dock,
        }

    async def _is_free(self, line: Line, moves: Sequence[int]) -> None:
        """Nothing was built upon what came with these moves."""
        mine = [move for move in line.arrived if move["id"] in moves]
        back = await self._orders.sent_back(line)
        if any(move["id"] in back for move in mine):
            raise self._refused("some of the receipt went back to the supplier")
        if line.billed > line.received - sum((line.counted(move) for move in mine), Decimal(0)):
            raise self._refused("some of the receipt was invoiced")

    def _line(self, order: Order, number: int) -> Line:
        line = order.line(number)
        if line is None or line.row["product"] is None:
            raise refused(self._client.system, _OPERATION, "the order has no such line of goods", Audience.buyer)
        return line

    def _refused(self, why: str) -> BusinessRefusal:
        return refused(self._client.system, _OPERATION, why, Audience.receiving)


def _spread(line: Line, awaited: list[Row], shares: Sequence[Share]) -> Iterator[tuple[Row | None, Share, Decimal]]:
    """Each share with the moves that it takes over: the first share of a move takes it, the others are made beside it.

    A move is taken over whole; of what is then missing Tryton makes another.
    """
    left = Decimal(0)
    for share in shares:
        wanted = share.quantity
        while wanted > 0:
            move = awaited.pop(0) if left <= 0 and awaited else None
            if move is not None:
                left = line.counted(move)
            quantity = min(wanted, left) if left > 0 and awaited else wanted
            yield move, share, quantity
            wanted, left = wanted - quantity, left - quantity


_OPERATION = "receipt.post"
