"""A book of the desk: the messages of one kind, each sent once under its key, found by it, and given back."""

from collections.abc import Callable, Sequence
from datetime import UTC, date
from typing import Any, Generic, TypeVar

from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from connectors.systems.sandbox_supplier.client import SENDING, Collection, DeskClient, is_reference
from connectors.systems.sandbox_supplier.shapes import Message

D = TypeVar("D")


class DeskBook(Generic[D]):
    """`written` is the document as the desk's message; it raises where the configuration has no name for its parties."""

    def __init__(
        self, system: str, client: DeskClient, collection: Collection, written: Callable[[D, str], dict[str, Any]]
    ) -> None:
        self._system = system
        self._client = client
        self._collection = collection
        self._written = written

    async def post(self, document: D, *, wire_key: str) -> Posted:
        """Send the message; the desk holds no message back, so it is there at once."""
        operation = SENDING[self._collection]
        message, replayed = await self._client.send(self._collection, self._written(document, operation), key=wire_key)
        if replayed and message.state == "withdrawn":
            raise self._refused("the message sent under this key was given back since", operation)
        return Posted(reference=message.ref, posting_date=_day(message))

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Give the message back; refused where goods are on their way, or a later change stands on it."""
        if not is_reference(reference):
            raise self._refused("the reference is not one of the order desk's", "withdraw", Audience.integration)
        message = await self._client.withdraw(self._collection, reference, key=wire_key)
        return Posted(reference=message.withdrawal or reference, posting_date=on)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All messages under these keys; no longer live once given back."""
        return tuple(_found(message) for message in await self._client.find(self._collection, wire_keys))

    async def get(self, reference: str) -> Found | None:
        """A message by the desk's own reference; none for what is no such reference."""
        message = await self._client.read(self._collection, reference) if is_reference(reference) else None
        return _found(message) if message else None

    def _refused(self, summary: str, operation: str, audience: Audience = Audience.buyer) -> BusinessRefusal:
        return BusinessRefusal(summary, system=self._system, operation=operation, audience=audience)


def _found(message: Message) -> Found:
    return Found(
        reference=message.ref,
        wire_key=message.key or "",
        live=message.state == "received",
        posting_date=_day(message),
    )


def _day(message: Message) -> date:
    return message.received_at.astimezone(UTC).date()
