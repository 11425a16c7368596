"""Tells a database that cannot be had now, or is none, from a defect in what it was asked."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from suture.store.errors import StoreUnavailable

AWAY = (OperationalError, InterfaceError, PoolTimeout, sqlite3.OperationalError, psycopg.OperationalError)
"""Prepared statements raise the drivers' own errors, all others SQLAlchemy's."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def available(otherwise: str) -> Iterator[None]:
    """Let what is asked of the database in the block fail with `StoreUnavailable` where it is away or damaged."""
    try:
        yield
    except AWAY as failure:
        raise StoreUnavailable(otherwise) from failure
    except (DBAPIError, sqlite3.DatabaseError) as failure:
        if not _is_damaged(failure.orig if isinstance(failure, DBAPIError) else failure):
            raise
        raise StoreUnavailable(
            "[store] url: the file is not a readable database; stop every process, then restore it from its backup"
        ) from failure


def _is_damaged(failure: BaseException | None) -> bool:
    # Extended codes hold the plain one in their last byte.
    code = getattr(failure, "sqlite_errorcode", None)
    return isinstance(failure, sqlite3.DatabaseError) and code is not None and code & 0xFF in _DAMAGED
