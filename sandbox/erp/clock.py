"""The ERP's own clock: the machine's time plus an offset that the control endpoint sets."""

import time
from datetime import UTC, datetime

from sandbox.erp.database import Database


class Clock:
    """Time as this system sees it; the offset survives a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = database.row("SELECT CONTENT FROM SETTING WHERE NAME = 'CLOCK_OFFSET'")
        self.offset = float(row["CONTENT"]) if row else 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.offset

    def shift(self, offset: float) -> None:
        """Set the offset."""
        with self._database.transaction() as change:
            change.execute("INSERT OR REPLACE INTO SETTING VALUES ('CLOCK_OFFSET', ?)", (str(offset),))
        self.offset = offset

    def stamp(self) -> str:
        """Now as the vendor writes it: YYYYMMDDHHMMSS, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y%m%d%H%M%S")
