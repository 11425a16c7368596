"""Books in this process: documents of one kind, each written once under its wire key and taken back in place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from canonical.effect import Found, Posted
from canonical.errors import BusinessRefusal, Failure

D = TypeVar("D")


@dataclass
class Documents:
    """What one system has posted: references in order, each with the wire key it came under."""

    prefix: str
    posted: dict[str, Found] = field(default_factory=dict)
    _under: dict[str, list[str]] = field(default_factory=dict)

    def post(self, wire_key: str, *, quantity: Decimal | None = None, amount: Decimal | None = None) -> Posted:
        """Keep a document and answer its reference."""
        reference = f"{self.prefix}{len(self.posted) + 1:08d}"
        self.posted[reference] = Found(reference=reference, wire_key=wire_key, quantity=quantity, amount=amount)
        self._under.setdefault(wire_key, []).append(reference)
        return Posted(reference=reference)

    def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All documents under these keys, as quickly however many there are."""
        references = (reference for key in wire_keys for reference in self._under.get(key, ()))
        return tuple(self.posted[reference] for reference in sorted(references))

    def kill(self, reference: str, *, reason: str = "") -> None:
        """Take a document back in place."""
        self.posted[reference] = self.posted[reference].model_copy(update={"live": False, "reason": reason})


class InProcessBook(Generic[D]):
    """The book of one kind of document: a `canonical.ports.Book` that answers at once.

    `refuses` and `held_by` say in words why a document is not written, or not taken back. `counts` hears of each that is
    written (1) or taken back (-1), and answers the quantity in it. `refusal` is raised instead, for as long as it is set.
    """

    def __init__(
        self,
        prefix: str,
        *,
        refuses: Callable[[D], str] = lambda _: "",
        held_by: Callable[[D], str] = lambda _: "",
        counts: Callable[[D, int], Decimal | None] = lambda _, times: None,
    ) -> None:
        self.refusal: Failure | None = None
        self._documents = Documents(prefix)
        self._contents: dict[str, D] = {}
        self._refuses = refuses
        self._held_by = held_by
        self._counts = counts

    @property
    def standing(self) -> tuple[D, ...]:
        """The documents that were not taken back, in the order in which they were posted."""
        return tuple(document for _, document in self.by_reference)

    @property
    def by_reference(self) -> tuple[tuple[str, D], ...]:
        """The same, each with its reference."""
        posted = self._documents.posted.values()
        return tuple((one.reference, self._contents[one.reference]) for one in posted if one.live)

    async def post(self, document: D, *, wire_key: str) -> Posted:
        """Keep it; the same key answers the first document."""
        self._check()
        for known in self._documents.find((wire_key,)):
            return Posted(reference=known.reference)
        self._check(self._refuses(document))
        posted = self._documents.post(wire_key, quantity=self._counts(document, 1))
        self._contents[posted.reference] = document
        return posted

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Take it back in place; asked again, it answers the same."""
        self._check()
        found = self._documents.posted.get(reference)
        if found is None:
            raise _refused("there is no such document")
        if found.live:
            self._check(self._held_by(self._contents[reference]))
            self._documents.kill(reference)
            self._counts(self._contents[reference], -1)
        return Posted(reference=f"R{reference}", posting_date=on)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All documents under these keys."""
        return self._documents.find(wire_keys)

    async def get(self, reference: str) -> Found | None:
        """A document by reference."""
        return self._documents.posted.get(reference)

    def _check(self, why_not: str = "") -> None:
        if self.refusal is not None:
            raise self.refusal
        if why_not:
            raise _refused(why_not)


def _refused(summary: str) -> BusinessRefusal:
    return BusinessRefusal(summary, system="in process", operation="book")
