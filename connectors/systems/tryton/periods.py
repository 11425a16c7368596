"""The accounting periods of the company, as far as the journal of costs is open in them."""

from datetime import date

from canonical.errors import Audience, PeriodClosed
from canonical.period import Period
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Row, TrytonClient

_FIELDS = ["name", "start_date", "end_date", "state", "journals.journal", "journals.state"]


class Periods:
    """Standard periods alone: those for adjustments lie within others, and nothing of the day's work is booked there."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, journal: str) -> None:
        self._client = client
        self._catalogue = catalogue
        self._journal = journal

    async def all(self) -> tuple[Period, ...]:
        """Every period, the oldest first; closed also where the journal of costs alone is closed in it."""
        journal = await self._catalogue.coded("account.journal", self._journal)
        rows = await self._rows()
        periods = [
            Period(name=row["name"], first=row["start_date"], last=row["end_date"], open=_is_open(row, journal))
            for row in rows
        ]
        return tuple(sorted(periods, key=lambda period: period.first))

    async def open_on(self, day: date) -> int:
        """The id of the period that takes a day; `PeriodClosed` where it is closed, or there is none. Asked anew each time."""
        journal = await self._catalogue.coded("account.journal", self._journal)
        rows = await self._rows(["start_date", "<=", day], ["end_date", ">=", day])
        if not rows:
            raise self._closed("Tryton has no period for the posting date")
        if not _is_open(rows[0], journal):
            raise self._closed("the period of the posting date is closed")
        return int(rows[0]["id"])

    async def _rows(self, *clauses: list[object]) -> list[Row]:
        standard = [["company", "=", await self._client.company()], ["type", "=", "standard"]]
        return await self._client.rows("account.period", [*standard, *clauses], _FIELDS)

    def _closed(self, why: str) -> PeriodClosed:
        return PeriodClosed(why, system=self._client.system, operation="account.move.create", audience=Audience.finance)


def _is_open(row: Row, journal: int | None) -> bool:
    return row["state"] == "open" and not any(
        one["journal"] == journal and one["state"] == "closed" for one in row["journals."]
    )
