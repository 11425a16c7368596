"""The calls to the inventory system's API, in its own words."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.protocols.openapi import schema_of, title_and_version
from connectors.protocols.rest import RestClient
from connectors.protocols.searching import portions
from connectors.systems.sandbox_inventory.refusals import REFUSING, refusal
from connectors.systems.sandbox_inventory.shapes import LookUp, Movement, Movements


class InventoryClient:
    """Each method is one operation of the vendor's; all raise leaves of `canonical.errors`."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    async def look_up(self, **asked: str | None) -> LookUp:
        """Item, pack, lot or serial, location and on hand, in one request."""
        params = {name: value for name, value in asked.items() if value is not None}
        answer = await self._rest.read("lookup_use", "/v2/lookups/use", params=params, also=REFUSING)
        return answer.accepted(refusal).parse(LookUp)

    async def book(self, movement: dict[str, Any]) -> Movement:
        """Book a movement. The system dedupes nothing: the same call twice books twice."""
        answer = await self._rest.write("book_movement", "/v2/movements", json=movement, also=REFUSING)
        return answer.accepted(refusal).parse(Movement)

    async def movement(self, movement_id: str) -> Movement | None:
        """A movement by its id."""
        page = await self._search([("movementId", movement_id)])
        return page.data[0] if page.data else None

    async def movements(self, external_refs: Sequence[str]) -> list[Movement]:
        """All movements with any of these external references, page by page."""
        found: list[Movement] = []
        for some in portions(external_refs):
            named = [("externalRef", each) for each in some]
            after: int | None = 0
            while after is not None:
                page = await self._search([*named, ("after", str(after))])
                found += page.data
                after = page.next
        return found

    async def _search(self, params: Sequence[tuple[str, str]]) -> Movements:
        return (await self._rest.read("search_movements", "/v2/movements", params=params)).parse(Movements)

    async def version(self) -> str:
        """The API's version; asked with the credential, so that a bad one shows."""
        await self._rest.read("list_locations", "/v2/locations")
        return await title_and_version(self._rest)

    async def schema(self) -> Mapping[str, str]:
        """Every field of the API."""
        return await schema_of(self._rest)

    async def close(self) -> None:
        """Give back the connections."""
        await self._rest.close()
