"""The sandbox hospital's inventory system as the engine's Inventory and Storeroom ports."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from canonical.documents.replenishment import ParStanding
from canonical.documents.stock import StockMovement
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from canonical.kinds import Kind
from canonical.ports import Book, ClearCase, Declaration, Inventory, ItemAndLot, Storeroom, SystemKind
from connectors.protocols.rest_kind import RestKind
from connectors.systems.sandbox_inventory import mapping, par_mapping
from connectors.systems.sandbox_inventory.books import make_books
from connectors.systems.sandbox_inventory.client import InventoryClient
from connectors.systems.sandbox_inventory.document_client import DocumentClient
from connectors.systems.sandbox_inventory.events import BODIES, translate
from connectors.systems.sandbox_inventory.names import Names
from connectors.systems.sandbox_inventory.settings import InventorySettings

_GTIN_LENGTH = 14


class SandboxInventory:
    """Has no idempotency: a write is marked by its external reference, and looked up by it."""

    def __init__(
        self, name: str, settings: InventorySettings, client: InventoryClient, documents: DocumentClient
    ) -> None:
        self._declares = Declaration(system=name, in_flight=settings.in_flight)
        self._client = client
        self._documents = documents
        self._names = Names(settings)
        self._books = make_books(documents, self._names)

    @property
    def declares(self) -> Declaration:
        """Nothing is idempotent: a booking may still be applied for so long after it was sent."""
        return self._declares

    async def ping(self) -> str:
        """Reach the system with the configured credential; answers its version."""
        return await self._client.version()

    async def schema(self) -> Mapping[str, str]:
        """Every field that it takes and answers."""
        return await self._client.schema()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def look_up(
        self,
        *,
        facility: str,
        location: str,
        item: str | None,
        device_identifier: str | None,
        lot: str | None,
        serial: str | None,
    ) -> ItemAndLot:
        """One request answers item, lot or serial, and on hand at the location."""
        if item is None and device_identifier is None:
            return ItemAndLot()
        # Only GTINs have a field of their own here; identifiers of other agencies are kept as aliases of the item.
        is_gtin = item is None and _is_gtin(device_identifier)
        found = await self._client.look_up(
            facility=self._names.campus_of(facility),
            location=location,
            sku=None if is_gtin else device_identifier if item is None else mapping.sku_of(item),
            gtin=device_identifier if is_gtin else None,
            lot=lot,
            serial=serial,
        )
        if found.location is None:
            raise BusinessRefusal(
                "the inventory system does not know the location",
                system=self._declares.system,
                operation="lookup_use",
                audience=Audience.supply_chain,
            )
        return ItemAndLot(
            item=mapping.to_item(found.item) if found.item else None,
            lot=mapping.to_lot(found, lot=lot, serial=serial),
        )

    async def move(self, movement: StockMovement, *, wire_key: str) -> Posted:
        """Book a consumption or a discrepancy."""
        campus = self._names.campus_of(movement.facility)
        return mapping.to_posted(
            await self._client.book(mapping.to_booking(movement, campus=campus, wire_key=wire_key))
        )

    async def take_back(self, reference: str, *, wire_key: str) -> Posted:
        """Book the contra movement. The system does not refuse a second one: whoever calls has looked up before."""
        return mapping.to_posted(await self._client.book(mapping.to_contra(reference, wire_key=wire_key)))

    async def find_movements(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All movements under these keys, contra movements too."""
        return tuple(mapping.to_found(each) for each in await self._client.movements(wire_keys))

    async def movement(self, reference: str) -> Found | None:
        """A movement by the system's own id."""
        found = await self._client.movement(reference) if reference else None
        return mapping.to_found(found) if found else None

    def books(self) -> Mapping[Kind, Book[Any]]:
        """Lots in and out, transfers, expected deliveries."""
        return self._books

    async def par(self, *, facility: str, location: str, item: str) -> ParStanding | None:
        """How an item stands against its par level at a location."""
        found = await self._documents.par_standing(
            facility=self._names.campus_of(facility), location=location, sku=mapping.sku_of(item)
        )
        return par_mapping.to_standing(found, facility=facility) if found else None

    async def below_par(self, *, facility: str) -> tuple[ParStanding, ...]:
        """All that need something, page by page."""
        found = await self._documents.below_par(facility=self._names.campus_of(facility))
        return tuple(par_mapping.to_standing(each, facility=facility) for each in found)

    async def cases_needing(self, *, facility: str, item: str, until: date) -> tuple[ClearCase, ...]:
        """The surgical cases still to come that need the item."""
        found = await self._documents.surgical_cases(
            facility=self._names.campus_of(facility), sku=mapping.sku_of(item), until=until
        )
        return tuple(par_mapping.to_case(each) for each in found)


SYSTEM = RestKind(
    settings=InventorySettings,
    bodies=BODIES,
    connector=lambda name, own, rest: SandboxInventory(name, own, InventoryClient(rest), DocumentClient(rest)),
    inbound=lambda body, own: translate(body, Names(own)),
)

# Held by the type checker: the ports are offered exactly.
_KIND: SystemKind = SYSTEM
_PORT: type[Inventory] = SandboxInventory
_STOREROOM: type[Storeroom] = SandboxInventory


def _is_gtin(device_identifier: str | None) -> bool:
    return device_identifier is not None and device_identifier.isdecimal() and len(device_identifier) == _GTIN_LENGTH
