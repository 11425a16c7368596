"""What documents name, in Tryton: places, parties, products, lots; refused where it does not know them."""

from canonical.documents.item import Ownership
from canonical.documents.receipt import ReceivedLot
from canonical.errors import Audience, BusinessRefusal
from connectors.systems.tryton.catalogue import Catalogue, Party, Place
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.refusals import not_known, refused
from connectors.systems.tryton.settings import TrytonSettings


class Named:
    """Each is looked up by its code; a lot that comes and is new is made."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, settings: TrytonSettings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._settings = settings

    async def place(self, facility: str, code: str) -> Place:
        """A place of a facility."""
        place = await self._catalogue.place(facility, code)
        if place is None:
            raise self._unknown("the location", Audience.supply_chain)
        return place

    async def storage(self, facility: str) -> Place:
        """All of a facility's warehouse in which goods are kept."""
        storage = await self._catalogue.storage(facility)
        if storage is None:
            raise self._unknown("the facility", Audience.integration)
        return storage

    async def supplier(self, code: str) -> Party:
        """The party by this code, or the one that goods come from where nobody says."""
        return await self.party(code or self._settings.supplier, "the supplier")

    async def owner(self, place: Place, ownership: Ownership, supplier: str) -> Party:
        """Whose goods come to a place: its supplier's; refused where they would be another's by lying there."""
        if ownership is not (Ownership.owned if place.owner is None else Ownership.consigned):
            raise self.refused("the goods belong to somebody else than what lies at the place", Audience.receiving)
        if place.owner is None:
            return await self.supplier(supplier)
        if supplier and (await self.supplier(supplier)).party != place.owner:
            raise self.refused("what lies at the place is another supplier's", Audience.receiving)
        owner = await self._catalogue.party_of(place.owner)
        if owner is None:
            raise self._unknown("the owner of what lies at the place", Audience.supply_chain)
        return owner

    async def party(self, code: str, what: str) -> Party:
        """A party by its code; `what` it is to the document."""
        party = await self._catalogue.party(code)
        if party is None:
            raise self._unknown(what, Audience.supply_chain)
        return party

    async def product(self, item: str) -> Row:
        """A product by its code."""
        product = await self._catalogue.product(item)
        if product is None:
            raise self._unknown("the item", Audience.item_master)
        return product

    async def known_lot(self, product: Row, number: str | None) -> int | None:
        """A lot by its number; refused where Tryton does not know it."""
        if number is None:
            return None
        lot = await self._catalogue.lot(product["id"], number)
        if lot is None:
            raise self._unknown("the lot", Audience.supply_chain)
        return int(lot["id"])

    async def sent_lot(self, product: Row, one: ReceivedLot) -> int | None:
        """The lot of what leaves; refused where Tryton does not know it."""
        return await self.known_lot(product, one.lot or one.serial)

    async def received_lot(self, product: Row, one: ReceivedLot) -> int | None:
        """The lot of what comes; made where it is new, and refused where it is known with another expiry."""
        named = one.lot or one.serial
        if named is None:
            return None
        lot = await self._catalogue.lot(product["id"], named)
        if lot is not None:
            if one.expires and lot["expiration_date"] and lot["expiration_date"] != one.expires:
                raise self.refused("the lot is known with another expiry", Audience.receiving)
            return int(lot["id"])
        values = {"product": product["id"], "number": named, "expiration_date": one.expires}
        return await self._client.create("stock.lot", values, audience=Audience.receiving)

    async def unit(self, product: Row, name: str) -> int:
        """A unit by its name, of those in which a product is counted."""
        counted = product["default_uom."]
        own = product["default_uom"] if name == counted["name"] else None
        unit = own or await self._catalogue.unit(name, counted["category"])
        if unit is None:
            raise self._unknown("the unit of the item", Audience.item_master)
        return int(unit)

    def refused(self, why: str, audience: Audience) -> BusinessRefusal:
        """Refused before anything is sent."""
        return refused(self._client.system, _OPERATION, why, audience)

    def _unknown(self, what: str, audience: Audience) -> BusinessRefusal:
        return not_known(self._client.system, _OPERATION, what, audience)


_OPERATION = "shipment"
