"""A book whose system takes documents at once and says only later what became of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from canonical.effect import Found, Posted
from canonical.identity import wire_key

Said = Literal["accepted", "posted", "rejected"]


class Later:
    """Replaces the verbs of a book: what is written is only accepted, until a test says what became of it."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._said: dict[str, Said] = {}
        self.references: list[str] = []
        self.keys: list[str] = []
        self._post, self._find, self._get = book.post, book.find, book.get
        book.post, book.find, book.get = self.post, self.find, self.get

    def say(self, standing: Said) -> None:
        """What becomes of the newest document."""
        self._said[self.references[-1]] = standing

    async def post(self, document: Any, *, wire_key: str) -> Posted:
        """Take it, no more."""
        posted: Posted = await self._post(document, wire_key=wire_key)
        if posted.reference not in self.references:
            self.references.append(posted.reference)
            self.keys.append(wire_key)
        return posted.model_copy(update={"standing": "accepted"})

    async def reject(self) -> None:
        """The newest document counts for nothing: it never stood."""
        self.say("rejected")
        await self._book.take_back(self.references[-1], on=date(2026, 11, 2), wire_key=wire_key("batch"))

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """Documents under these keys, each as far as it has come."""
        return tuple(self._as_said(found) for found in await self._find(wire_keys))

    async def get(self, reference: str) -> Found | None:
        """A document as far as it has come."""
        found = await self._get(reference)
        return None if found is None else self._as_said(found)

    def _as_said(self, found: Found) -> Found:
        said = self._said.get(found.reference, "accepted")
        changes = {"standing": said} | ({"live": True, "reason": "not in this batch"} if said == "rejected" else {})
        return found.model_copy(update=changes)
