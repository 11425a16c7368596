"""The books of the storeroom: each a collection of the vendor's stock documents, written and found by external reference."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from canonical.effect import Found, Posted
from canonical.kinds import Kind
from canonical.ports import Book
from connectors.systems.sandbox_inventory import document_mapping
from connectors.systems.sandbox_inventory.document_client import Collection, DocumentClient
from connectors.systems.sandbox_inventory.names import Names

D = TypeVar("D")


class DocumentBook(Generic[D]):
    """One kind of document. Taking back is in place: a document that was taken back is found, and no longer live."""

    def __init__(
        self, client: DocumentClient, names: Names, at: Collection, to_body: Callable[[D, Names], dict[str, Any]]
    ) -> None:
        self._client = client
        self._names = names
        self._at = at
        self._to_body = to_body

    async def post(self, document: D, *, wire_key: str) -> Posted:
        """Book the document under its external reference."""
        body = self._to_body(document, self._names) | {"externalRef": wire_key}
        return document_mapping.to_posted(await self._client.book(self._at, body))

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Take back what it moved, or what it told."""
        body = {"externalRef": wire_key, "effectiveOn": on.isoformat()}
        return document_mapping.to_taken_back(await self._client.take_back(self._at, reference, body))

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All documents under these keys."""
        return tuple(map(document_mapping.to_found, await self._client.documents(self._at, wire_keys)))

    async def get(self, reference: str) -> Found | None:
        """A document by the system's own id."""
        found = await self._client.document(self._at, reference) if reference else None
        return document_mapping.to_found(found) if found else None


def make_books(client: DocumentClient, names: Names) -> Mapping[Kind, Book[Any]]:
    """The book of each kind."""
    return {
        Kind.lots_in: DocumentBook(client, names, Collection("/v2/putaways", "putaway"), document_mapping.to_putaway),
        Kind.lots_out: DocumentBook(client, names, Collection("/v2/removals", "removal"), document_mapping.to_removal),
        Kind.transfer: DocumentBook(
            client, names, Collection("/v2/transfers", "transfer"), document_mapping.to_transfer
        ),
        Kind.expected: DocumentBook(
            client, names, Collection("/v2/expectedDeliveries", "expected_delivery"), document_mapping.to_expected
        ),
    }
