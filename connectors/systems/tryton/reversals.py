"""Reversals: a move with the same entries the other way, whose origin is the move that it reverses.

Tryton refuses no second one. So each is a draft first, and whoever meets several posts the oldest and deletes the others: a
call that arrives late leaves a draft that never counts. Two that were posted in the same moment are both there once each
has posted its own and looks again: the later is then reversed itself, in the same way.
"""

from datetime import date

from connectors.systems.tryton.client import Row
from connectors.systems.tryton.entries import created
from connectors.systems.tryton.moves import FIELDS, MOVE, POSTED, WHOLE, Moves


class Reversals:
    """Of journals, and of reversals that are one too many."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def reverse(self, original: Row, known: list[Row], *, on: date, wire_key: str) -> Row:
        """The reversal of a posted move read as a whole; where it is reversed already, the first."""
        first = await self.of(original["id"], known)
        if first is not None:
            return first
        entries = {"origin": f"{MOVE},{original['id']}", "lines": created(*self._contra(original, on))}
        await self._moves.draft(entries, on=on, wire_key=wire_key)
        made = await self.of(original["id"], await self._read(original["id"]))
        if made is None:
            raise self._moves.refused("Tryton refuses to post the reversal")
        return made

    async def of(self, record: int, known: list[Row]) -> Row | None:
        """The one among the reversals of a move that counts, once all that were begun are brought to their end."""
        posted, drafts = await self._told_apart(known)
        if drafts and not posted:
            for row in drafts:
                if await self._moves.carried_on(row) is not None:
                    break
            posted, drafts = await self._told_apart(await self._read(record))
        if posted:
            for row in drafts:
                await self._moves.remove(row)
            for row in posted[1:]:
                await self._one_too_many(row)
        return posted[0] if posted else None

    async def _one_too_many(self, row: Row) -> None:
        if await self._moves.is_ours(row):
            [whole] = await self._moves.rows(["id", "=", row["id"]], WHOLE)
            again = await self._read(row["id"])
            await self.reverse(whole, again, on=whole["date"], wire_key=whole["description"])

    async def _read(self, record: int) -> list[Row]:
        return await self._moves.rows(["origin", "=", f"{MOVE},{record}"], FIELDS)

    async def _told_apart(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """Those that count, and drafts of the engine's; what a person has drafted is left alone."""
        drafts = [row for row in rows if row["state"] != POSTED and await self._moves.is_ours(row)]
        return [row for row in rows if row["state"] == POSTED], drafts

    def _contra(self, original: Row, on: date) -> list[Row]:
        lines = original["lines."]
        if any(line["party"] or line["second_currency"] or line["tax_lines"] for line in lines):
            raise self._moves.refused(
                "a journal with taxes, a party or another currency is reversed by a person in Tryton"
            )
        return [
            {
                **_swapped(line),
                "description": line["description"],
                "analytic_lines": created(*({**_swapped(one), "date": on} for one in line["analytic_lines."])),
            }
            for line in lines
        ]


def _swapped(line: Row) -> Row:
    return {"account": line["account"], "debit": line["credit"], "credit": line["debit"]}
