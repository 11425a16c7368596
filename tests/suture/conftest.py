"""A migrated store on each database, empty at the start of each test, and keys of the test's own."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from suture.keys import Keyring
from suture.store.database import writing_engine
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.store.tables import METADATA
from tests.support.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: migrating anew for every test takes longer than most of them."""
    path = tmp_path_factory.mktemp("store") / "store.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_database(postgresql: PostgreSQL) -> Iterator[str]:
    """A migrated PostgreSQL database, to be emptied before each test."""
    url = postgresql.create_database()
    migrate(url)
    yield url
    postgresql.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated store that holds nothing."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated_file"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path}/store.db"
    url: str = request.getfixturevalue("migrated_database")
    engine = writing_engine(url)
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
    return url


@pytest.fixture
def keyring() -> Keyring:
    """Keys of this test alone."""
    return Keyring.make()


@pytest.fixture
async def store(store_url: str, keyring: Keyring) -> AsyncIterator[Store]:
    """A store on each database in turn."""
    async with Store.open(store_url, keyring) as store:
        yield store
