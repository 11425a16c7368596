"""The database behind the store: SQLite by default, PostgreSQL by URL. Statements run off the event loop.

On SQLite every writing transaction is `BEGIN IMMEDIATE` on the one writer thread of the process, and reads run on a few
threads of their own. `synchronous=FULL`: with the write-ahead log, NORMAL keeps every commit over the end of a process,
but may lose the last ones when the power fails, and an event that was answered with 202 is never sent again.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure
from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.expression import ClauseElement

from suture.store.availability import available
from suture.store.errors import StoreError
from suture.store.prepared import Prepared
from suture.store.writer import Writer

T = TypeVar("T")
READERS = 4
CONNECTIONS = 8
BUSY_MILLISECONDS = 10_000
TRIES = 5


class Database:
    """Runs reads and writes; each is one short transaction that never spans an await."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = writing_engine(url)
        self._writer = Writer(self.engine) if self.is_sqlite else None
        self._reading = _sqlite_engine(url, begin="BEGIN", read_only=True) if self.is_sqlite else self.engine
        self._threads = ThreadPoolExecutor(READERS if self.is_sqlite else CONNECTIONS, thread_name_prefix="store")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run the work in one writing transaction; returns after the commit. A deadlock runs the work again."""
        with available("the store cannot be written now"):
            queued = (
                asyncio.wrap_future(self._writer.submit(work))
                if self._writer is not None
                else asyncio.get_running_loop().run_in_executor(self._threads, self._write, work)
            )
            # A caller that goes away must not make it look undone.
            return await asyncio.shield(queued)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run the work in one reading transaction."""
        with available("the store cannot be read now"):
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, work)

    async def execute(self, statement: Executable) -> int:
        """Run one writing statement; answers how many rows it touched."""
        return await self.write(lambda connection: connection.execute(statement).rowcount)

    def insert(self, table: Table) -> Any:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`, in the database's own words."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def prepare(self, statement: ClauseElement, parameters: Sequence[str] | None = None) -> Prepared:
        """A statement of the hot path, compiled now; `parameters` are the columns of an insert."""
        return Prepared(statement, self.engine.dialect, parameters)

    async def close(self) -> None:
        """Finish what is queued and give back the connections."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._threads.shutdown()
        self._reading.dispose()
        self.engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._reading.begin() as connection:
            return work(connection)

    def _write(self, work: Callable[[Connection], T]) -> T:
        for _ in range(TRIES - 1):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except (DeadlockDetected, SerializationFailure):
                continue
            except DBAPIError as failure:
                if not isinstance(failure.orig, DeadlockDetected | SerializationFailure):
                    raise
        with self.engine.begin() as connection:
            return work(connection)


def writing_engine(url: str) -> Engine:
    """An engine whose transactions may write."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, begin="BEGIN IMMEDIATE")
    driver = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(driver, pool_size=CONNECTIONS, max_overflow=0, pool_pre_ping=True, pool_timeout=10)


def server_of(url: str) -> str:
    """The name and version of what serves a database that can be reached."""
    engine = writing_engine(url)
    try:
        with engine.connect():
            version = engine.dialect.server_version_info or ()
            return f"{engine.dialect.name} {'.'.join(map(str, version))}"
    finally:
        engine.dispose()


def _sqlite_engine(url: str, *, begin: str, read_only: bool = False) -> Engine:
    if make_url(url).database in (None, "", ":memory:"):
        raise StoreError("the store needs a file: sqlite:///<path>")
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=READERS,
        connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # Python's own transaction handling would begin late, and deferred; we begin ourselves.
        connection.isolation_level = None
        for pragma in ("synchronous=FULL", "foreign_keys=ON", f"query_only={'ON' if read_only else 'OFF'}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
