"""What stands in a ledger after any order of doing, undoing and late arrival, and what must be taken back to mend it.

A document that was taken back in place counts nothing. Where taking back is a document of its own (a contra movement),
the two are tied by the key of the undo, which is made from the key and the reference of what it takes back; a contra may
itself be taken back. So what a document counts is one, less what its contras count.
"""

from collections.abc import Iterable, Sequence

from canonical.effect import Found
from canonical.identity import undo_key, wire_key
from canonical.model import Frozen


class Traced(Frozen):
    """A found document with the key it was posted under and the documents that take it back."""

    key: str
    found: Found
    taken_back_by: tuple["Traced", ...] = ()

    @property
    def undo(self) -> str:
        """The key under which this document is taken back."""
        return undo_key(self.key, self.found.reference)

    @property
    def counts(self) -> int:
        """What the document still counts: 1 where it stands, 0 where it was taken back, below 0 where twice."""
        return int(self.found.stands) - sum(contra.counts for contra in self.taken_back_by)


def trace(keys: Sequence[str], found: Iterable[Found]) -> tuple[Traced, ...]:
    """Tie documents to the keys they were posted under, and each to those that take it back."""
    by_wire: dict[str, list[Found]] = {}
    for document in found:
        by_wire.setdefault(document.wire_key, []).append(document)

    def under(key: str) -> tuple[Traced, ...]:
        return tuple(
            Traced(key=key, found=one, taken_back_by=under(undo_key(key, one.reference)))
            for one in by_wire.get(wire_key(key), ())
        )

    return tuple(document for key in keys for document in under(key))


def stands(documents: Sequence[Traced]) -> tuple[Traced, ...]:
    """The documents that count, in the order in which they were found."""
    return tuple(document for document in documents if document.counts > 0)


def next_to_take_back(documents: Sequence[Traced], *, key: str, expected: int) -> Traced | None:
    """The one document to take back next so that `expected` (0 or 1) stand under the key in force, and none under others.

    The first under the key is kept. A document taken back twice is mended first: one of its contras is taken back.
    """
    for document in documents:
        if document.counts < 0:
            return stands(document.taken_back_by)[-1]
    standing = stands(documents)
    older = [document for document in standing if document.key != key]
    surplus = [*older, *[document for document in standing if document.key == key][expected:]]
    return surplus[-1] if surplus else None
