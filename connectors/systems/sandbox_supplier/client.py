"""The calls to the order desk's API, in its own words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from connectors.protocols.answer import Answer
from connectors.protocols.openapi import schema_of, title_and_version
from connectors.protocols.rest import RestClient
from connectors.protocols.searching import portions
from connectors.systems.sandbox_supplier import refusals
from connectors.systems.sandbox_supplier.shapes import AcknowledgementPaper, Acknowledgements, Message, Messages

KEY = "Idempotency-Key"
Collection = Literal["orders", "order-changes", "replacements", "returns"]
SENDING: Mapping[Collection, str] = {
    "orders": "place_order",
    "order-changes": "change_order",
    "replacements": "request_replacement",
    "returns": "request_return",
}
NOUNS: Mapping[Collection, str] = {
    "orders": "order",
    "order-changes": "change",
    "replacements": "replacement",
    "returns": "return",
}


class DeskClient:
    """Each method is one operation of the desk's; all raise leaves of `canonical.errors`."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    async def send(self, collection: Collection, message: Mapping[str, Any], *, key: str) -> tuple[Message, bool]:
        """Send a message; also says whether it was here already, under the same key."""
        answer = await self._write(SENDING[collection], f"/x1/{collection}", message, key=key)
        return answer.parse(Message), answer.headers.get("idempotent-replay") == "true"

    async def withdraw(self, collection: Collection, ref: str, *, key: str) -> Message:
        """Give a message back; one that was given back before answers the first time."""
        path = f"/x1/{collection}/{ref}/withdrawal"
        return (await self._write(f"withdraw_{NOUNS[collection]}", path, None, key=key)).parse(Message)

    async def read(self, collection: Collection, ref: str) -> Message | None:
        """One message by the desk's own reference."""
        operation = f"read_{NOUNS[collection]}"
        answer = await self._rest.read(operation, f"/x1/{collection}/{ref}", also=refusals.REFUSING)
        if refusals.problem(answer) == refusals.NOT_THERE:
            return None
        return answer.accepted(refusals.refusal).parse(Message)

    async def find(self, collection: Collection, keys: Sequence[str]) -> list[Message]:
        """All messages under any of these keys."""
        found: list[Message] = []
        for some in portions(keys):
            params = [("key", each) for each in some]
            answer = await self._rest.read(f"find_{NOUNS[collection]}", f"/x1/{collection}", params=params)
            found += answer.parse(Messages).messages
        return found

    async def acknowledgements(self, number: str) -> list[AcknowledgementPaper]:
        """What was said of the orders under a number, page by page."""
        found: list[AcknowledgementPaper] = []
        after: int | None = 0
        while after is not None:
            params = {"number": number, "after": str(after)}
            answer = await self._rest.read("list_acknowledgements", "/x1/acknowledgements", params=params)
            page = answer.parse(Acknowledgements)
            found += page.papers
            after = page.more_after
        return found

    async def version(self) -> str:
        """The API's version; asked with the credential, so that a bad one shows."""
        await self._rest.read("list_partners", "/x1/partners")
        return await title_and_version(self._rest)

    async def schema(self) -> Mapping[str, str]:
        """Every field of the API."""
        return await schema_of(self._rest)

    async def close(self) -> None:
        """Give back the connections."""
        await self._rest.close()

    async def _write(self, operation: str, path: str, body: Mapping[str, Any] | None, *, key: str) -> Answer:
        answer = await self._rest.write(operation, path, json=body, headers={KEY: key}, also=refusals.REFUSING)
        return answer.accepted(refusals.refusal)


def is_reference(text: str) -> bool:
    """Whether it has the form of the desk's own references."""
    return re.fullmatch(r"[A-Z]{2}-[0-9]{6,12}", text) is not None
