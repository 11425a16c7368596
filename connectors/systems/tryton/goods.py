"""Makes the shipments of canonical documents: what each names is looked up by its code, and refused where it is not there."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.item import Ownership
from canonical.documents.posting import ExpectedDelivery, LotEntry, LotsIn, LotsOut, Transfer
from canonical.documents.receipt import ReceivedLot
from canonical.documents.stock import StockMovement
from canonical.errors import Audience
from connectors.systems.tryton.catalogue import Catalogue, Party, Place
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.named import Named
from connectors.systems.tryton.picking import picked
from connectors.systems.tryton.promises import Promises
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import number

Moved = tuple[Row, Decimal, str | None]


class Goods:
    """The values of a shipment, its key apart. Its storage is the place itself, so that nothing is put away twice."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, settings: TrytonSettings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._settings = settings
        self._named = Named(client, catalogue, settings)
        self._promises = Promises(client)

    async def used(self, movement: StockMovement) -> Row:
        """A shipment to the department of the place: goods end at its customer location, never at lost and found."""
        place = await self._named.place(movement.facility, movement.location)
        department = await self._named.party(
            self._settings.department_of(movement.facility, movement.location), "the department that uses the goods"
        )
        product = await self._named.product(movement.item)
        lot = await self._named.known_lot(product, movement.lot or movement.serial)
        ends = place.location, department.customer_location
        # What a supplier's own goods cost Tryton puts in by itself, and that is not owed by this (`uses.py`).
        own = place.owner is None
        move = await self._move(product, movement.quantity, movement.unit, lot, *ends, priced=own)
        return {
            **await self._to_department(department, place, movement.service_date),
            "moves": [["create", [move]]],
        }

    async def received(self, document: LotsIn) -> Row:
        """A supplier shipment straight into the place; lots that are new are made first."""
        place = await self._named.place(document.facility, document.location)
        supplier = await self._named.owner(place, document.ownership, document.supplier)
        own = place.owner is None
        moves = await self._by_lot(
            document.lines, supplier.supplier_location, place.location, lot=self._named.received_lot, priced=own
        )
        promised = await self._promised(document.order)
        for move in moves:
            move["origin"] = promised.get((move["product"], place.location)) or promised.get((move["product"], None))
        return {**await self._from(supplier, place, moves), "effective_date": document.on}

    async def awaited(self, document: ExpectedDelivery, *, moves: bool) -> Row:
        """A supplier shipment of what will come to each place on each day; without `moves` it only bears the key."""
        storage, supplier = await self._named.storage(document.facility), await self._named.supplier("")
        made: list[Row] = []
        for line in document.lines if moves else ():
            place = await self._named.place(document.facility, line.location)
            product = await self._named.product(line.item)
            ends = supplier.supplier_location, place.location
            unit = product["default_uom."]["name"]
            move = await self._move(product, line.quantity, unit, None, *ends, priced=place.owner is None)
            made.append({**move, "planned_date": line.on})
        return await self._from(supplier, storage, made)

    async def returned(self, document: LotsOut) -> Row:
        """A return shipment from the place to the supplier."""
        place = await self._named.place(document.facility, document.location)
        supplier = await self._named.supplier("")
        moves = await self._by_lot(
            document.lines, place.location, supplier.supplier_location, lot=self._named.sent_lot, priced=True
        )
        return {
            "company": await self._client.company(),
            "supplier": supplier.party,
            "from_location": place.location,
            "to_location": supplier.supplier_location,
            **_on(document.on),
            "moves": [["create", moves]],
        }

    async def put_away(self, document: LotsIn, dock: int) -> Row:
        """An internal shipment to the place, of what a receipt has brought to the dock."""
        place = await self._named.place(document.facility, document.location)
        if place.owner is not None:
            raise self._named.refused("a supplier's own goods do not come by an order of ours", Audience.receiving)
        await self._named.owner(place, document.ownership, "")
        moves = await self._by_lot(document.lines, dock, place.location, lot=self._named.received_lot, priced=False)
        return await self._within(dock, place.location, document.on, moves)

    async def given_back(self, document: LotsOut) -> Row:
        """An internal shipment of a supplier's own goods to where it keeps the others; nothing else takes them there."""
        place = await self._named.place(document.facility, document.location)
        owner = await self._named.owner(place, Ownership.consigned, "")
        moves = await self._by_lot(
            document.lines, place.location, owner.supplier_location, lot=self._named.sent_lot, priced=False
        )
        return await self._within(place.location, owner.supplier_location, document.on, moves)

    async def taken_to(self, document: LotsOut, dock: int) -> Row:
        """An internal shipment from the place to the dock, from which a return sends it back."""
        place = await self._named.place(document.facility, document.location)
        moves = await self._by_lot(document.lines, place.location, dock, lot=self._named.sent_lot, priced=False)
        return await self._within(place.location, dock, document.on, moves)

    async def transferred(self, document: Transfer) -> Row:
        """An internal shipment from place to place of one warehouse."""
        start = await self._named.place(document.facility, document.from_location)
        end = await self._named.place(document.facility, document.to_location)
        if start == end:
            raise self._named.refused("goods cannot be moved to where they are", Audience.supply_chain)
        if start.owner != end.owner:
            raise self._named.refused("goods are not moved to where they would be another's", Audience.supply_chain)
        product = await self._named.product(document.item)
        parts = await picked(self._client, product, document.quantity, place=start.location, on=document.on)
        moves = [
            await self._move(product, quantity, document.unit, lot, start.location, end.location, priced=False)
            for lot, quantity in parts
        ]
        return await self._within(start.location, end.location, document.on, moves)

    async def contra(self, row: Row, ends: Row, *, back: bool) -> Row:
        """The same goods the other way: of a shipment to a department a return (`back`), of a return a shipment."""
        moves = [
            {
                "company": await self._client.company(),
                "product": move["product"],
                "unit": move["unit"],
                "quantity": move["quantity"],
                "lot": move["lot"],
                "from_location": move["to_location"],
                "to_location": move["from_location"],
                "unit_price": move["unit_price"],
                "currency": move["currency"],
                "origin": f"stock.move,{move['id']}",
            }
            for move in row["moves."]
        ]
        both = {name: ends[name] for name in ("company", "customer", "warehouse", "warehouse_storage")}
        storage = ends["warehouse_storage"]
        if back:
            return {
                **both,
                "warehouse_input": storage,
                "contact_address": ends["delivery_address"],
                "moves": [["create", moves]],
            }
        return {
            **both,
            "warehouse_output": storage,
            "delivery_address": ends["contact_address"],
            "moves": [["create", moves]],
        }

    async def _within(self, start: int, end: int, on: date, moves: Sequence[Row]) -> Row:
        return {
            "company": await self._client.company(),
            "from_location": start,
            "to_location": end,
            "planned_start_date": on,
            "effective_start_date": on,
            **_on(on),
            "moves": [["create", list(moves)]],
        }

    async def _promised(self, order: str) -> dict[tuple[int, int | None], str]:
        """The moves by which goods of an order are awaited, by product and place, and by product alone."""
        promises = await self._promises.of([order]) if order else []
        moves = [move for promise in promises if promise.stands for move in promise.moves]
        anywhere = {(move["product"], None): f"stock.move,{move['id']}" for move in moves}
        return {**anywhere, **{(move["product"], move["to_location"]): f"stock.move,{move['id']}" for move in moves}}

    async def _from(self, supplier: Party, place: Place, moves: Sequence[Row]) -> Row:
        return {
            "company": await self._client.company(),
            "supplier": supplier.party,
            "warehouse": place.warehouse,
            "warehouse_input": place.storage,
            "warehouse_storage": place.storage,
            "moves": [["create", list(moves)]] if moves else [],
        }

    async def _to_department(self, department: Party, place: Place, on: date) -> Row:
        return {
            "company": await self._client.company(),
            "customer": department.party,
            "delivery_address": department.address,
            "warehouse": place.warehouse,
            "warehouse_storage": place.storage,
            "warehouse_output": place.storage,
            **_on(on),
        }

    async def _by_lot(
        self,
        lines: Sequence[LotEntry],
        start: int,
        end: int,
        *,
        lot: Callable[[Row, ReceivedLot], Awaitable[int | None]],
        priced: bool,
    ) -> list[Row]:
        """A move of each lot, which `lot` finds or makes."""
        moves = []
        for line in lines:
            product = await self._named.product(line.item)
            for one, quantity in _portions(line):
                batch = await lot(product, one) if one else None
                moves.append(await self._move(product, quantity, line.unit, batch, start, end, priced=priced))
        return moves

    async def _move(
        self, product: Row, quantity: Decimal, unit: str, lot: int | None, start: int, end: int, *, priced: bool
    ) -> Row:
        currency, _ = await self._catalogue.currency()
        price = {"unit_price": product["cost_price"] or Decimal(0), "currency": currency} if priced else {}
        return {
            "company": await self._client.company(),
            "product": product["id"],
            "unit": await self._named.unit(product, unit),
            "quantity": number(quantity),
            "lot": lot,
            "from_location": start,
            "to_location": end,
            **price,
        }


def _portions(line: LotEntry) -> Sequence[tuple[ReceivedLot | None, Decimal]]:
    """By lot, or the whole where there are none."""
    return [(one, one.quantity) for one in line.lots] or [(None, line.quantity)]


def _on(day: date) -> dict[str, Any]:
    return {"planned_date": day, "effective_date": day}
