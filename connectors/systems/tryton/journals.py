"""Journals of cost: moves of the ledger, made as drafts and posted; a reversal is a move whose origin is the journal.

The wire key is the `description` of the move: nothing changes it once the move is posted, and Tryton can search it. A
draft counts in no ledger, and the period cannot be closed while it is there: whoever looks up posts what the engine has
left, or deletes what Tryton refuses to post. Of several drafts to reverse one journal the oldest is posted and the others
are deleted, so that two who reverse at once, or a call that arrives late, reverse it once.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal

from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Failure, Rejected
from connectors.protocols.searching import portions
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Domain, Row, TrytonClient
from connectors.systems.tryton.entries import created, quantity_of
from connectors.systems.tryton.periods import Periods
from connectors.systems.tryton.refusals import OutOfTurn, not_known, refused

_MOVE, _POSTED, _OWNER = "account.move", "posted", Audience.finance
_FIELDS = [
    *("description", "state", "date", "origin", "create_uid"),
    *(f"lines.{field}" for field in ("debit", "credit", "description")),
]
_WHOLE = [
    *_FIELDS,
    *(f"lines.{field}" for field in ("account", "party", "second_currency", "tax_lines")),
    *(f"lines.analytic_lines.{field}" for field in ("debit", "credit", "account")),
]


class Journals:
    """All of one journal of Tryton's, named by its code."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, periods: Periods, journal: str) -> None:
        self._client = client
        self._catalogue = catalogue
        self._periods = periods
        self._journal = journal

    async def post(self, entries: Row, *, on: date, wire_key: str) -> Posted:
        """Make the draft and post it; `PeriodClosed` where the day can no longer be posted on."""
        record = await self._drafted(entries, on=on, wire_key=wire_key)
        await self._confirmed(record)
        return Posted(reference=_reference(record), posting_date=on)

    async def reverse(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """The same entries the other way; a journal that is reversed already answers its first reversal."""
        original = await self._row(reference, _WHOLE)
        if original is None or _reverses(original) is not None:
            raise refused(self._client.system, f"{_MOVE}.create", "there is no such journal to reverse", _OWNER)
        reversal = await self._reversal(original["id"])
        if reversal is None:
            entries = {"origin": f"{_MOVE},{original['id']}", "lines": created(*self._contra(original, on))}
            await self._drafted(entries, on=on, wire_key=wire_key)
            reversal = await self._reversal(original["id"])
        if reversal is None:
            raise refused(self._client.system, f"{_MOVE}.post", "Tryton refuses to post the reversal", _OWNER)
        return Posted(reference=_reference(reversal["id"]), posting_date=reversal["date"])

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All journals under these keys, with whether they are reversed; reversals are not answered."""
        rows: list[Row] = []
        for some in portions(wire_keys):
            rows += await self._rows(_or_reversing(["description", "in", list(some)]), _FIELDS)
        return await self._founds(rows)

    async def get(self, reference: str) -> Found | None:
        """A journal by our reference; none for a reversal, and for a draft that is not the engine's."""
        record = _record(reference)
        found = await self._founds(await self._rows(_or_reversing(["id", "=", record]), _FIELDS)) if record else ()
        return found[0] if found else None

    async def _founds(self, rows: list[Row]) -> tuple[Found, ...]:
        """Each journal among the rows; what else is among them are their reversals."""
        found = []
        for row in rows:
            if _reverses(row) is not None:
                continue
            posted = await self._carried_on(row)
            if posted is not None:
                reversals = [one for one in rows if _reverses(one) == row["id"]]
                found.append(_found(posted, live=await self._settled(reversals) is None))
        return tuple(found)

    async def _row(self, reference: str, fields: list[str]) -> Row | None:
        """A posted journal by our reference."""
        record = _record(reference)
        rows = await self._rows(["id", "=", record], fields) if record else []
        return await self._carried_on(rows[0]) if rows else None

    async def _reversal(self, record: int) -> Row | None:
        """The move that reverses a journal."""
        return await self._settled(await self._rows(["origin", "=", f"{_MOVE},{record}"], _FIELDS))

    async def _settled(self, reversals: list[Row]) -> Row | None:
        """The one of the reversals of a journal that counts; drafts of the engine's beside it are deleted."""
        standing = [row for row in reversals if row["state"] == _POSTED]
        for row in reversals:
            if row["state"] == _POSTED:
                continue
            if standing:
                await self._removed(row)
            elif (posted := await self._carried_on(row)) is not None:
                standing = [posted]
        return standing[0] if standing else None

    async def _carried_on(self, row: Row) -> Row | None:
        """The row, posted by now; none where it is a draft of somebody else's, or Tryton refuses to post it."""
        if row["state"] == _POSTED:
            return row
        if not await self._is_ours(row):
            return None
        try:
            await self._confirmed(row["id"])
        except BusinessRefusal:
            return None
        return {**row, "state": _POSTED}

    async def _drafted(self, values: Row, *, on: date, wire_key: str) -> int:
        journal = await self._catalogue.coded("account.journal", self._journal)
        if journal is None:
            raise not_known(self._client.system, _MOVE, "the journal of costs", Audience.integration)
        head = {
            "company": await self._client.company(),
            "journal": journal,
            "period": await self._periods.open_on(on),
            "date": on,
            "description": wire_key,
        }
        try:
            return await self._client.create(_MOVE, {**head, **values}, audience=_OWNER)
        except BusinessRefusal:
            # Closed since we asked? Tryton's own word for it does not tell that from other faults.
            await self._periods.open_on(on)
            raise

    async def _confirmed(self, record: int) -> None:
        """Post it, unless another has; what is refused is deleted."""
        try:
            with suppress(OutOfTurn):
                await self._client.press(_MOVE, "post", record, audience=_OWNER)
        except Rejected:
            # Where this fails too it is a draft still, which the next look-up meets.
            with suppress(Failure):
                await self._client.remove(_MOVE, record, audience=_OWNER)
            raise

    async def _removed(self, row: Row) -> None:
        if await self._is_ours(row):
            # Another who looks at the same time may have done it.
            with suppress(Rejected):
                await self._client.remove(_MOVE, row["id"], audience=_OWNER)

    async def _is_ours(self, row: Row) -> bool:
        """A person who copies a journal in Tryton copies its key with it: only what the engine drafted is carried on."""
        return bool(row["create_uid"] == await self._client.user())

    async def _rows(self, domain: Domain, fields: list[str]) -> list[Row]:
        return await self._client.rows(_MOVE, [domain], fields)

    def _contra(self, original: Row, on: date) -> list[Row]:
        lines = original["lines."]
        if any(line["party"] or line["second_currency"] or line["tax_lines"] for line in lines):
            raise refused(
                self._client.system,
                f"{_MOVE}.create",
                "a journal with taxes, a party or another currency is reversed by a person in Tryton",
                _OWNER,
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


def _or_reversing(clause: list[object]) -> Domain:
    """Moves that match, and those whose origin is one that does."""
    field, *rest = clause
    return ["OR", clause, [f"origin.{field}", *rest, _MOVE]]


def _reverses(row: Row) -> int | None:
    """The id of the move that this one reverses."""
    model, _, record = (row["origin"] or "").partition(",")
    return int(record) if model == _MOVE else None


def _reference(record: int) -> str:
    return f"move-{record}"


def _record(reference: str) -> int | None:
    match = re.fullmatch(r"move-([1-9][0-9]{0,8})", reference, re.ASCII)
    return int(match[1]) if match else None


def _found(row: Row, *, live: bool) -> Found:
    return Found(
        reference=_reference(row["id"]),
        wire_key=row["description"] or "",
        live=live,
        quantity=quantity_of(row["lines."]),
        amount=sum((line["debit"] for line in row["lines."]), Decimal(0)),
        posting_date=row["date"],
    )
