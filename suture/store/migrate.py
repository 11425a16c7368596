"""Bringing the store's tables to this version, one process at a time, and refusing any other version."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

from suture.store.availability import available
from suture.store.database import writing_engine
from suture.store.errors import StoreNotMigrated

ADVISORY_LOCK = 7_316_842_001
"""PostgreSQL's lock for this application's migrations: any number that nobody else uses."""


def migrate(url: str) -> str:
    """Migrate to this version's revision and answer it; a second process waits, then finds nothing to do."""
    engine = writing_engine(url)
    try:
        with available("the store cannot be migrated now"), _one_at_a_time(url):
            if engine.dialect.name == "sqlite":
                # Kept in the file; on the driver's own connection, because it cannot be changed in a transaction.
                with closing(engine.raw_connection()) as driver:
                    driver.cursor().execute("PRAGMA journal_mode=WAL")
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
                command.upgrade(alembic_config(connection), "head")
    finally:
        engine.dispose()
    return head()


def check_revision(url: str) -> None:
    """`StoreNotMigrated` unless the tables are those of this version; `StoreUnavailable` where nobody answers."""
    found = revision(url)
    if found != head():
        scripts = ScriptDirectory.from_config(alembic_config())
        known = {script.revision for script in scripts.walk_revisions()}
        raise StoreNotMigrated(found, head(), newer=found is not None and found not in known)


def revision(url: str) -> str | None:
    """The revision of the store; none where it was never migrated."""
    path = _file_of(url)
    if path is not None and not path.exists():
        return None
    engine = writing_engine(url)
    try:
        with available("the store cannot be reached"), engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str:
    """The revision that this version needs."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings; the scripts are found in the installed package."""
    config = Config()
    config.set_main_option("script_location", "suture.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _file_of(url: str) -> Path | None:
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """On SQLite, a lock on a file beside the database: its own locks do not cover the change to write-ahead logging."""
    path = _file_of(url)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.migrating"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
