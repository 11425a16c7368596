"""The system's own clock, which control may shift; the shift is kept in the database."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.inventory.database import Database


class Clock:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.offset_seconds = float(database.value("SELECT value FROM settings WHERE name = 'clockOffset'") or 0)

    def shift(self, offset_seconds: float) -> None:
        with self._database.transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO settings (name, value) VALUES ('clockOffset', ?)", str(offset_seconds)
            )
        self.offset_seconds = offset_seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=self.offset_seconds)

    def stamp(self) -> str:
        return self.now().isoformat(timespec="milliseconds")

    def today(self, time_zone: str) -> date:
        return self.day(self.now(), time_zone)

    def day(self, moment: datetime, time_zone: str) -> date:
        return moment.astimezone(ZoneInfo(time_zone)).date()
