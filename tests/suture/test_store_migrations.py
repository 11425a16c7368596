"""Migrations: they agree with the models, run once, and any other revision is refused."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError, ProgrammingError

from suture.keys import Keyring
from suture.store.database import Database, writing_engine
from suture.store.errors import StoreError, StoreNotMigrated, StoreUnavailable
from suture.store.migrate import check_revision, head, migrate, revision
from suture.store.store import Store
from suture.store.tables import METADATA
from tests.support.documents import arrival


def test_models_and_migrations_agree(store_url: str) -> None:
    engine = writing_engine(store_url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_migrating_again_does_nothing(store_url: str) -> None:
    assert revision(store_url) == head()
    assert migrate(store_url) == head()
    check_revision(store_url)


def test_many_may_migrate_at_once(tmp_path: Path, postgresql_url: str) -> None:
    for url in (f"sqlite:///{tmp_path}/deep/er/store.db", postgresql_url):
        with ThreadPoolExecutor(6) as threads:
            assert set(threads.map(migrate, [url] * 6)) == {head()}


def test_a_store_that_was_not_migrated_is_refused(tmp_path: Path, postgresql_url: str, keyring: Keyring) -> None:
    for url in (f"sqlite:///{tmp_path}/store.db", postgresql_url):
        with pytest.raises(StoreNotMigrated, match="suture store migrate"):
            Store.open(url, keyring)
    assert not (tmp_path / "store.db").exists()


def test_a_newer_revision_is_refused(tmp_path: Path, keyring: Keyring) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    with sqlite3.connect(tmp_path / "store.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    with pytest.raises(StoreNotMigrated, match="9999, which this version does not know"):
        Store.open(url, keyring)


def test_a_store_that_cannot_be_reached_is_unavailable(keyring: Keyring) -> None:
    with pytest.raises(StoreUnavailable):
        Store.open("postgresql://nobody@127.0.0.1:1/none", keyring)


@pytest.mark.parametrize("part", ["head", "page"])
async def test_a_damaged_file_is_unavailable_and_says_where_to_get_it_back(
    tmp_path: Path, keyring: Keyring, part: str
) -> None:
    file = tmp_path / "store.db"
    url = f"sqlite:///{file}"
    migrate(url)
    if part == "head":
        file.write_bytes(b"no database at all" * 1000)
        for ask in (migrate, check_revision):
            with pytest.raises(StoreUnavailable, match=r"not a readable database.*restore it from its backup"):
                ask(url)
        return
    async with Store.open(url, keyring) as store:
        with file.open("r+b") as opened:
            opened.seek(4096)
            opened.write(b"\xff" * (file.stat().st_size - 4096))
        with pytest.raises(StoreUnavailable, match="not a readable database"):
            await store.inbox.get(1)
        with pytest.raises(StoreUnavailable, match="not a readable database"):
            await store.inbox.accept(arrival("U-1"))


async def test_a_statement_that_is_wrong_is_no_unavailable_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    database = Database(url)
    twice = "INSERT INTO alembic_version SELECT version_num FROM alembic_version"
    with pytest.raises(IntegrityError):
        await database.write(lambda connection: connection.exec_driver_sql(twice))
    with pytest.raises(ProgrammingError):
        await database.write(lambda connection: connection.exec_driver_sql("SELECT ?", ((1, 2),)))
    await database.close()


def test_a_store_in_memory_is_refused() -> None:
    with pytest.raises(StoreError, match="needs a file"):
        migrate("sqlite://")


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    engine = writing_engine(url)
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
