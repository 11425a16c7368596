"""The calls for stock documents, par standings and surgical cases to come, in the vendor's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from connectors.protocols.rest import RestClient
from connectors.protocols.searching import portions
from connectors.systems.sandbox_inventory.document_shapes import (
    ScheduledCase,
    ScheduledCases,
    Standing,
    Standings,
    StockDocument,
    StockDocuments,
    TakenBack,
)
from connectors.systems.sandbox_inventory.refusals import REFUSING, refusal


@dataclass(frozen=True)
class Collection:
    """Where one kind of stock document is kept, and how its operations are named."""

    path: str
    words: str


class DocumentClient:
    """Each method is one operation of the vendor's; all raise leaves of `canonical.errors`."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    async def book(self, at: Collection, document: dict[str, Any]) -> StockDocument:
        """Book a document. The system dedupes nothing: the same call twice books twice."""
        answer = await self._rest.write(f"book_{at.words}", at.path, json=document, also=REFUSING)
        return answer.accepted(refusal).parse(StockDocument)

    async def take_back(self, at: Collection, document_id: str, body: dict[str, Any]) -> TakenBack:
        """Take a document back in place; asked again, it answers the first time."""
        path = f"{at.path}/{quote(document_id, safe='')}/reversal"
        answer = await self._rest.write(f"reverse_{at.words}", path, json=body, also=REFUSING)
        return answer.accepted(refusal).parse(TakenBack)

    async def document(self, at: Collection, document_id: str) -> StockDocument | None:
        """A document by its id."""
        page = await self._search(at, [("documentId", document_id)])
        return page.data[0] if page.data else None

    async def documents(self, at: Collection, external_refs: Sequence[str]) -> list[StockDocument]:
        """All documents with any of these external references, page by page."""
        found: list[StockDocument] = []
        for some in portions(external_refs):
            named = [("externalRef", each) for each in some]
            after: int | None = 0
            while after is not None:
                page = await self._search(at, [*named, ("after", str(after))])
                found += page.data
                after = page.next
        return found

    async def par_standing(self, *, facility: str, location: str, sku: str) -> Standing | None:
        """An item at a location; none where nothing of it is kept at par there."""
        params = {"facility": facility, "location": location, "sku": sku}
        page = (await self._rest.read("read_par_standing", "/v2/parStandings", params=params)).parse(Standings)
        return page.data[0] if page.data else None

    async def below_par(self, *, facility: str) -> list[Standing]:
        """All of the facility that need something, page by page."""
        found: list[Standing] = []
        after: str | None = ""
        while after is not None:
            params = {"facility": facility, "after": after}
            answer = await self._rest.read("list_below_par", "/v2/parStandings/below", params=params)
            page = answer.parse(Standings)
            found += page.data
            after = page.next
        return found

    async def surgical_cases(self, *, facility: str, sku: str, until: date) -> tuple[ScheduledCase, ...]:
        """Those that are still to come and need the item, up to and on that day."""
        params = {"facility": facility, "sku": sku, "until": until.isoformat()}
        answer = await self._rest.read("list_surgical_cases", "/v2/surgicalCases", params=params)
        return answer.parse(ScheduledCases).data

    async def _search(self, at: Collection, params: Sequence[tuple[str, str]]) -> StockDocuments:
        return (await self._rest.read(f"search_{at.words}", at.path, params=params)).parse(StockDocuments)
