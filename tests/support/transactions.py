"""Counts what a store's database is asked to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from suture.store.store import Store


@dataclass
class Counted:
    """Writing transactions that were begun, and statements in them."""

    transactions: int = 0
    statements: int = 0


@contextmanager
def counted(store: Store) -> Iterator[Counted]:
    """Count while the block lasts."""
    engine, count = store._database.engine, Counted()

    def begun(_connection: Any) -> None:
        count.transactions += 1

    def asked(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            count.statements += 1

    heard = (("begin", begun), ("before_cursor_execute", asked))
    for name, listener in heard:
        event.listen(engine, name, listener)
    try:
        yield count
    finally:
        for name, listener in heard:
            event.remove(engine, name, listener)
