"""The sandbox hospital's inventory system as the engine's Inventory port."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from canonical.documents.stock import StockMovement
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from canonical.inbound import Inbound
from canonical.ports import Declaration, Inventory, ItemAndLot, SystemKind
from connectors.protocols.rest import RestClient
from connectors.systems.sandbox_inventory import mapping
from connectors.systems.sandbox_inventory.client import InventoryClient
from connectors.systems.sandbox_inventory.events import BODIES, translate
from connectors.systems.sandbox_inventory.settings import InventorySettings

_GTIN_LENGTH = 14


class SandboxInventory:
    """Has no idempotency: a write is marked by its external reference, and looked up by it."""

    def __init__(self, name: str, settings: InventorySettings, client: InventoryClient) -> None:
        self._declares = Declaration(system=name, in_flight=settings.in_flight)
        self._client = client

    @property
    def declares(self) -> Declaration:
        """Nothing is idempotent: a booking may still be applied for so long after it was sent."""
        return self._declares

    async def ping(self) -> str:
        """Reach the system with the configured credential; answers its version."""
        return await self._client.version()

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
            facility=mapping.campus_of(facility),
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
        return mapping.to_posted(await self._client.book(mapping.to_booking(movement, wire_key=wire_key)))

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


class SandboxInventoryKind:
    """How the system is configured, built and listened to."""

    @property
    def settings(self) -> type[BaseModel]:
        """The model of its table in `hospital.toml`."""
        return InventorySettings

    @property
    def bodies(self) -> tuple[type[BaseModel], ...]:
        """What its webhooks say, by type of event."""
        return BODIES

    def build(self, name: str, settings: BaseModel, *, outgoing: Callable[[], Mapping[str, str]]) -> SandboxInventory:
        """The connector under its configured name."""
        own = cast(InventorySettings, settings)
        rest = RestClient(
            system=name,
            base_url=own.base_url,
            token=own.token_file.read_text().strip(),
            outgoing=outgoing,
            timeout=own.timeout,
            max_connections=own.max_connections,
        )
        return SandboxInventory(name, own, InventoryClient(rest))

    def translate(self, body: Mapping[str, Any]) -> Inbound:
        """A webhook body as an `Inbound`."""
        return translate(body)


SYSTEM = SandboxInventoryKind()

# Held by the type checker: the port is offered exactly.
_KIND: SystemKind = SYSTEM
_PORT: type[Inventory] = SandboxInventory


def _is_gtin(device_identifier: str | None) -> bool:
    return device_identifier is not None and device_identifier.isdecimal() and len(device_identifier) == _GTIN_LENGTH
