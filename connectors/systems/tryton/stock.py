"""What Tryton knows of an item, its lot, and what is on hand at a place."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.item import Item, PackLevel, Tracking
from canonical.documents.lot import Lot
from canonical.ports import ItemAndLot
from canonical.quantity import UnitFactor
from connectors.systems.tryton.catalogue import Catalogue, Place
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.values import exact

# Tryton keeps no history of its factors: what it says holds for every service date.
ALWAYS = date(1970, 1, 1)


class Stock:
    """Quantities are in the item's base unit."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue

    async def look_up(
        self, place: Place, *, item: str | None, device_identifier: str | None, lot: str | None, serial: str | None
    ) -> ItemAndLot:
        """Item by number or by what was scanned; its lot or serial, and how many are on hand."""
        if item is not None:
            product = await self._catalogue.product(item)
        elif device_identifier is not None:
            product = await self._catalogue.product_marked(device_identifier)
        else:
            product = None
        if product is None:
            return ItemAndLot()
        tracked = _tracking(product)
        named = (lot or serial) if tracked is not Tracking.none else None
        batch = await self._catalogue.lot(product["id"], named) if named else None
        if batch is not None:
            on_hand = await self.on_hand(place, "stock.lot", batch["id"])
        else:
            on_hand = Decimal(0) if named else await self.on_hand(place, "product.product", product["id"])
        return ItemAndLot(
            item=await self._item(product),
            lot=Lot(
                lot=lot,
                serial=serial,
                known=not named or batch is not None,
                expires=batch["expiration_date"] if batch else None,
                on_hand=on_hand,
            ),
        )

    async def on_hand(self, place: Place, model: str, record: int) -> Decimal:
        """How many of a product, or of a lot, are at a place today."""
        there = {"locations": [place.location]}
        rows = await self._client.rows(model, [["id", "=", record]], ["quantity"], context=there)
        return exact(rows[0]["quantity"] or 0) if rows else Decimal(0)

    async def _item(self, product: Row) -> Item:
        base = product["default_uom."]
        units = await self._catalogue.units(base["category"])
        return Item(
            item=product["code"],
            description=product["name"] or "",
            base_unit=base["name"],
            charge_unit=base["name"],
            tracking=_tracking(product),
            packs=tuple(PackLevel(unit=base["name"], device_identifier=one["code"]) for one in product["identifiers."]),
            factors=factors(base, units),
        )


def factors(base: Row, units: Sequence[Row]) -> tuple[UnitFactor, ...]:
    """How many base units each larger unit of the same category holds."""
    return tuple(
        UnitFactor(
            unit=unit["name"], per=base["name"], factor=exact(unit["factor"]) / exact(base["factor"]), since=ALWAYS
        )
        for unit in units
        if unit["category"] == base["category"] and unit["factor"] > base["factor"]
    )


def _tracking(product: Row) -> Tracking:
    """Tryton knows lots, and whether they expire; a serial is a lot of one."""
    template = product["template."]
    if not template["lot_required"]:
        return Tracking.none
    return Tracking.lot if template["expiration_state"] == "none" else Tracking.lot_expiry
