"""A statement compiled once and run by the driver itself: a third of what it costs through SQLAlchemy's layers.

For the hot path only. Parameters go through their column types as always; results come back as the driver has them, so
what is read this way are texts and numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.expression import ClauseElement

Convert = Callable[[Any], Any]


class Prepared:
    """Runs one statement; `parameters` are the columns of an insert, and are found by themselves in all others."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, parameters: Sequence[str] | None = None) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=parameters)
        self._sql = compiled.string
        self._order: Sequence[str] | None = compiled.positiontup
        self._constants: dict[str, Any] = {
            name: bind.value for name, bind in compiled.binds.items() if not bind.required and bind.value is not None
        }
        converts = {name: _convert(bind.type, dialect) for name, bind in compiled.binds.items()}
        self._converts: dict[str, Convert] = {
            name: convert for name, convert in converts.items() if convert is not None
        }

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> int:
        """Run it; answers how many rows it touched."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._sql, self._bound(parameters))
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def first(self, connection: Connection, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run it; answers the first row, if there is one."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._sql, self._bound(parameters))
            # All of them: SQLite cannot commit while a statement that returns rows is under way.
            rows = cursor.fetchall()
            return rows[0] if rows else None
        finally:
            cursor.close()

    def _bound(self, parameters: Mapping[str, Any]) -> Any:
        given = {**self._constants, **parameters}
        for name, convert in self._converts.items():
            given[name] = convert(given[name])
        return given if self._order is None else [given[name] for name in self._order]


def _convert(kind: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert
