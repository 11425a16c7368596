"""The one SQLite connection of the process, its transactions and its stored settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.billing.schema import TABLES


class Database:
    """A write-ahead-logged database; every change is one short BEGIN IMMEDIATE transaction."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL: a killed process loses nothing; only a power cut could take the last commits with it.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block does, or nothing of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def setting(self, name: str) -> str | None:
        """A stored setting, or None when it was never set."""
        found = self.row("SELECT value FROM setting WHERE name = ?", name)
        return None if found is None else str(found["value"])

    def keep_setting(self, name: str, value: str) -> None:
        """Store a setting so that it survives a restart."""
        with self.transaction() as tx:
            tx.execute(
                "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def close(self) -> None:
        """Close the connection; the write-ahead file is folded in."""
        self._connection.close()
