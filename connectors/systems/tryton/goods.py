"""Makes the shipments of canonical documents: what each names is looked up by its code, and refused where it is not there."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.item import Ownership
from canonical.documents.posting import LotEntry, LotsIn, LotsOut, Transfer
from canonical.documents.receipt import ReceivedLot
from canonical.documents.stock import StockMovement
from canonical.errors import Audience
from connectors.systems.tryton.catalogue import Catalogue, Party, Place
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.refusals import not_known, refused
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import number

Moved = tuple[Row, Decimal, str | None]


class Goods:
    """The values of a shipment, its key apart. Its storage is the place itself, so that nothing is put away twice."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, settings: TrytonSettings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._settings = settings

    async def used(self, movement: StockMovement) -> Row:
        """A shipment to the department of the place: goods end at its customer location, never at lost and found."""
        place = await self._place(movement.facility, movement.location)
        department = await self._party(
            self._settings.department_of(movement.facility, movement.location), "the department that uses the goods"
        )
        product = await self._product(movement.item)
        lot = await self._known_lot(product, movement.lot or movement.serial)
        move = await self._move(
            product, movement.quantity, movement.unit, lot, place.location, department.customer_location, priced=True
        )
        return {
            **await self._to_department(department, place, movement.service_date),
            "moves": [["create", [move]]],
        }

    async def received(self, document: LotsIn) -> Row:
        """A supplier shipment straight into the place; lots that are new are made first."""
        if document.ownership is not Ownership.owned:
            raise self._refused("only goods of the hospital's own are received here", Audience.receiving)
        place = await self._place(document.facility, document.location)
        supplier = await self._supplier(document.supplier)
        moves = []
        for line in document.lines:
            product = await self._product(line.item)
            for one, quantity in _portions(line):
                lot = await self._received_lot(product, one) if one else None
                moves.append(
                    await self._move(
                        product, quantity, line.unit, lot, supplier.supplier_location, place.location, priced=True
                    )
                )
        return {
            "company": await self._client.company(),
            "supplier": supplier.party,
            "warehouse": place.warehouse,
            "warehouse_input": place.location,
            "warehouse_storage": place.location,
            "effective_date": document.on,
            "moves": [["create", moves]],
        }

    async def returned(self, document: LotsOut) -> Row:
        """A return shipment from the place to the supplier."""
        place = await self._place(document.facility, document.location)
        supplier = await self._supplier("")
        moves = []
        for line in document.lines:
            product = await self._product(line.item)
            for one, quantity in _portions(line):
                lot = await self._known_lot(product, (one.lot or one.serial) if one else None)
                moves.append(
                    await self._move(
                        product, quantity, line.unit, lot, place.location, supplier.supplier_location, priced=True
                    )
                )
        return {
            "company": await self._client.company(),
            "supplier": supplier.party,
            "from_location": place.location,
            "to_location": supplier.supplier_location,
            **_on(document.on),
            "moves": [["create", moves]],
        }

    async def transferred(self, document: Transfer) -> Row:
        """An internal shipment from place to place of one warehouse."""
        start = await self._place(document.facility, document.from_location)
        end = await self._place(document.facility, document.to_location)
        if start == end:
            raise self._refused("goods cannot be moved to where they are", Audience.supply_chain)
        product = await self._product(document.item)
        move = await self._move(
            product, document.quantity, document.unit, None, start.location, end.location, priced=False
        )
        return {
            "company": await self._client.company(),
            "from_location": start.location,
            "to_location": end.location,
            "planned_start_date": document.on,
            "effective_start_date": document.on,
            **_on(document.on),
            "moves": [["create", [move]]],
        }

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

    async def _to_department(self, department: Party, place: Place, on: date) -> Row:
        return {
            "company": await self._client.company(),
            "customer": department.party,
            "delivery_address": department.address,
            "warehouse": place.warehouse,
            "warehouse_storage": place.location,
            "warehouse_output": place.location,
            **_on(on),
        }

    async def _move(
        self, product: Row, quantity: Decimal, unit: str, lot: int | None, start: int, end: int, *, priced: bool
    ) -> Row:
        counted = product["default_uom."]
        named = (
            product["default_uom"] if unit == counted["name"] else await self._catalogue.unit(unit, counted["category"])
        )
        if named is None:
            raise self._unknown("the unit of the item", Audience.item_master)
        currency, _ = await self._catalogue.currency()
        price = {"unit_price": product["cost_price"] or Decimal(0), "currency": currency} if priced else {}
        return {
            "company": await self._client.company(),
            "product": product["id"],
            "unit": named,
            "quantity": number(quantity),
            "lot": lot,
            "from_location": start,
            "to_location": end,
            **price,
        }

    async def _place(self, facility: str, code: str) -> Place:
        place = await self._catalogue.place(facility, code)
        if place is None:
            raise self._unknown("the location", Audience.supply_chain)
        return place

    async def _supplier(self, code: str) -> Party:
        return await self._party(code or self._settings.supplier, "the supplier")

    async def _party(self, code: str, what: str) -> Party:
        party = await self._catalogue.party(code)
        if party is None:
            raise self._unknown(what, Audience.supply_chain)
        return party

    async def _product(self, item: str) -> Row:
        product = await self._catalogue.product(item)
        if product is None:
            raise self._unknown("the item", Audience.item_master)
        return product

    async def _known_lot(self, product: Row, number: str | None) -> int | None:
        if number is None:
            return None
        lot = await self._catalogue.lot(product["id"], number)
        if lot is None:
            raise self._unknown("the lot", Audience.supply_chain)
        return int(lot["id"])

    async def _received_lot(self, product: Row, one: ReceivedLot) -> int | None:
        named = one.lot or one.serial
        if named is None:
            return None
        lot = await self._catalogue.lot(product["id"], named)
        if lot is not None:
            if one.expires and lot["expiration_date"] and lot["expiration_date"] != one.expires:
                raise self._refused("the lot is known with another expiry", Audience.receiving)
            return int(lot["id"])
        values = {"product": product["id"], "number": named, "expiration_date": one.expires}
        return await self._client.create("stock.lot", values, audience=Audience.receiving)

    def _unknown(self, what: str, audience: Audience) -> Exception:
        return not_known(self._client.system, "shipment", what, audience)

    def _refused(self, why: str, audience: Audience) -> Exception:
        return refused(self._client.system, "shipment", why, audience)


def _portions(line: LotEntry) -> Sequence[tuple[ReceivedLot | None, Decimal]]:
    """By lot, or the whole where there are none."""
    return [(one, one.quantity) for one in line.lots] or [(None, line.quantity)]


def _on(day: date) -> dict[str, Any]:
    return {"planned_date": day, "effective_date": day}
