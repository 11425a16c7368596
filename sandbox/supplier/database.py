"""One SQLite file, opened once; every write is a short BEGIN IMMEDIATE transaction."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


class Database:
    """All statements run on the event loop's thread and no transaction spans an await, so one connection suffices."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 10000", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def execute(self, sql: str, *values: Any) -> None:
        self._connection.execute(sql, values)

    def insert(self, table: str, row: Row) -> None:
        columns = ", ".join(row)
        self._connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
        )

    def many(self, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
        self._connection.executemany(sql, rows)

    def all(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(sql, values).fetchall()]

    def one(self, sql: str, *values: Any) -> dict[str, Any] | None:
        row = self._connection.execute(sql, values).fetchone()
        return dict(row) if row is not None else None

    def value(self, sql: str, *values: Any) -> Any:
        row = self._connection.execute(sql, values).fetchone()
        return row[0] if row is not None else None

    def close(self) -> None:
        self._connection.close()
