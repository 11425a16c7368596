"""The system's own clock: real time plus an offset that control may set, and the vendor's date formats."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from sandbox.billing.database import Database


class Clock:
    """Real time shifted by a stored offset."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._offset = float(database.setting("clock_offset") or 0.0)

    @property
    def offset(self) -> float:
        """Seconds by which this clock runs ahead of real time."""
        return self._offset

    def shift(self, offset: float) -> None:
        """Set the offset from real time."""
        self._database.keep_setting("clock_offset", repr(offset))
        self._offset = offset

    def now(self) -> float:
        """Epoch seconds by this clock."""
        return time.time() + self._offset

    def today(self) -> date:
        """The posting date now."""
        return datetime.fromtimestamp(self.now(), UTC).date()

    def stamp(self) -> str:
        """The moment now as the vendor writes it."""
        return vendor_time(self.now())


def vendor_time(epoch: float) -> str:
    """A moment as MM/DD/YYYY HH:MM:SS, always UTC in this product."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%m/%d/%Y %H:%M:%S")


def vendor_date(iso: str | None) -> str | None:
    """A stored ISO date as MM/DD/YYYY."""
    return None if iso is None else f"{iso[5:7]}/{iso[8:10]}/{iso[0:4]}"


def iso_date(text: str) -> str:
    """MM/DD/YYYY as the ISO date that is stored (sorts by time); ValueError when it is no date."""
    if len(text) != 10 or not text.isascii():
        raise ValueError("must be a date written MM/DD/YYYY")
    try:
        return datetime.strptime(text, "%m/%d/%Y").date().isoformat()
    except ValueError:
        raise ValueError("must be a date written MM/DD/YYYY") from None
