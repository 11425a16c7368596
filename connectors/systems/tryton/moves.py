"""Moves of the ledger: made as drafts under a wire key, and posted; a draft that the engine has left is carried on.

The key is the `description` of the move: nothing changes it once the move is posted, and Tryton can search it. A draft
counts in no ledger, and the period cannot be closed while it is there: whoever meets one posts it, or deletes it where
Tryton refuses that.
"""

import re
from contextlib import suppress
from datetime import date

from canonical.errors import Audience, BusinessRefusal, Failure, Rejected
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Domain, Row, TrytonClient
from connectors.systems.tryton.periods import Periods
from connectors.systems.tryton.refusals import OutOfTurn, not_known, refused

MOVE, POSTED = "account.move", "posted"
_OWNER = Audience.finance
FIELDS = [
    *("description", "state", "date", "origin", "create_uid"),
    *(f"lines.{field}" for field in ("debit", "credit", "description")),
]
WHOLE = [
    *FIELDS,
    *(f"lines.{field}" for field in ("account", "party", "second_currency", "tax_lines")),
    *(f"lines.analytic_lines.{field}" for field in ("debit", "credit", "account")),
]
"""What must be known of a move to reverse it."""


class Moves:
    """Those that the engine writes are all of one journal of Tryton's, named by its code."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, periods: Periods, journal: str) -> None:
        self._client = client
        self._catalogue = catalogue
        self._periods = periods
        self._journal = journal

    async def rows(self, domain: Domain, fields: list[str]) -> list[Row]:
        """Those that match, the oldest first."""
        return await self._client.rows(MOVE, [domain], fields)

    async def draft(self, values: Row, *, on: date, wire_key: str) -> int:
        """Make a draft of a day; `PeriodClosed` where the day can no longer be posted on."""
        journal = await self._catalogue.coded("account.journal", self._journal)
        if journal is None:
            raise not_known(self._client.system, MOVE, "the journal of costs", Audience.integration)
        head = {
            "company": await self._client.company(),
            "journal": journal,
            "period": await self._periods.open_on(on),
            "date": on,
            "description": wire_key,
        }
        try:
            return await self._client.create(MOVE, {**head, **values}, audience=_OWNER)
        except BusinessRefusal:
            # Closed since we asked? Tryton's own word for it does not tell that from other faults.
            await self._periods.open_on(on)
            raise

    async def post(self, record: int) -> None:
        """Post a draft, unless another has; what is refused is deleted."""
        try:
            with suppress(OutOfTurn):
                await self._client.press(MOVE, "post", record, audience=_OWNER)
        except Rejected:
            # Where this fails too it is a draft still, which the next look-up meets.
            with suppress(Failure):
                await self._client.remove(MOVE, record, audience=_OWNER)
            raise

    async def carried_on(self, row: Row) -> Row | None:
        """The move, posted by now; none where it is a draft of somebody else's, or Tryton refuses to post it."""
        if row["state"] == POSTED:
            return row
        if not await self.is_ours(row):
            return None
        try:
            await self.post(row["id"])
        except BusinessRefusal:
            return None
        return {**row, "state": POSTED}

    async def remove(self, row: Row) -> None:
        """Delete a draft that must not be posted. Another may have done it, or have posted it: then it is met again."""
        with suppress(BusinessRefusal):
            await self._client.remove(MOVE, row["id"], audience=_OWNER)

    async def is_ours(self, row: Row) -> bool:
        """Whether the engine made it: a person who copies a move in Tryton copies its key with it."""
        return bool(row["create_uid"] == await self._client.user())

    def refused(self, why: str) -> BusinessRefusal:
        """What is refused before anything is sent."""
        return refused(self._client.system, MOVE, why, _OWNER)


def reverses(row: Row) -> int | None:
    """The id of the move that this one reverses."""
    model, _, record = (row["origin"] or "").partition(",")
    return int(record) if model == MOVE else None


def reference_of(record: int) -> str:
    """How we name a move. Its number begins anew with each fiscal year."""
    return f"move-{record}"


def record_of(reference: str) -> int | None:
    """The id in a reference of ours."""
    match = re.fullmatch(r"move-([1-9][0-9]{0,8})", reference, re.ASCII)
    return int(match[1]) if match else None
