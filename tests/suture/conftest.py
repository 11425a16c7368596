"""A migrated store on each database, and what the documents in these tests have in common."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh migrated database."""
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    migrate(url)
    return str(url)


@pytest.fixture
def keyring() -> Keyring:
    """Keys of this test alone."""
    return Keyring.make()


@pytest.fixture
async def store(store_url: str, keyring: Keyring) -> AsyncIterator[Store]:
    """A store on each database in turn."""
    async with Store.open(store_url, keyring) as store:
        yield store
