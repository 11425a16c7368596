"""Journals of cost: posted, reversed, and found by their keys in one call with whatever reverses them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.effect import Found, Posted
from connectors.protocols.searching import portions
from connectors.systems.tryton.client import Domain, Row
from connectors.systems.tryton.entries import quantity_of
from connectors.systems.tryton.moves import FIELDS, MOVE, WHOLE, Moves, record_of, reference_of, reverses
from connectors.systems.tryton.reversals import Reversals


class Journals:
    """A reversal is no journal: it is neither found nor got."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves
        self._reversals = Reversals(moves)

    async def post(self, entries: Row, *, on: date, wire_key: str) -> Posted:
        """Make the draft and post it."""
        record = await self._moves.draft(entries, on=on, wire_key=wire_key)
        await self._moves.post(record)
        return Posted(reference=reference_of(record), posting_date=on)

    async def reverse(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Post the reversal of a journal; where it is reversed already, answer the first."""
        rows = await self._named(reference, WHOLE)
        journals = [row for row in rows if reverses(row) is None]
        original = await self._moves.carried_on(journals[0]) if journals else None
        if original is None:
            raise self._moves.refused("there is no such journal to reverse")
        known = [row for row in rows if reverses(row) == original["id"]]
        reversal = await self._reversals.reverse(original, known, on=on, wire_key=wire_key)
        return Posted(reference=reference_of(reversal["id"]), posting_date=reversal["date"])

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys, with whether they are reversed."""
        rows: list[Row] = []
        for some in portions(wire_keys):
            rows += await self._moves.rows(_with_reversals("description", "in", list(some)), FIELDS)
        return await self._founds(rows)

    async def get(self, reference: str) -> Found | None:
        """One by our reference; none for a draft that is not the engine's."""
        found = await self._founds(await self._named(reference, FIELDS))
        return found[0] if found else None

    async def _named(self, reference: str, fields: list[str]) -> list[Row]:
        record = record_of(reference)
        return await self._moves.rows(_with_reversals("id", "=", record), fields) if record else []

    async def _founds(self, rows: list[Row]) -> tuple[Found, ...]:
        """Each journal among the rows; what else is among them are reversals."""
        found = []
        for row in rows:
            journal = await self._moves.carried_on(row) if reverses(row) is None else None
            if journal is not None:
                reversals = [one for one in rows if reverses(one) == row["id"]]
                live = await self._reversals.of(row["id"], reversals) is None
                found.append(_found(journal, live=live))
        return tuple(found)


def _with_reversals(field: str, *rest: object) -> Domain:
    """Moves that match, and those whose origin is one that does."""
    return ["OR", [field, *rest], [f"origin.{field}", *rest, MOVE]]


def _found(row: Row, *, live: bool) -> Found:
    return Found(
        reference=reference_of(row["id"]),
        wire_key=row["description"] or "",
        live=live,
        quantity=quantity_of(row["lines."]),
        amount=sum((line["debit"] for line in row["lines."]), Decimal(0)),
        posting_date=row["date"],
    )
