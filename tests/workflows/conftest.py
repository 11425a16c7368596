"""A house for workflow tests, on the session's Temporal server; every test runs with a cache of runs and without one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import Server
from tests.support.house import House


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """The keys of this session."""
    return Keyring.make()


@pytest.fixture
async def store(tmp_path: Path, keyring: Keyring) -> AsyncIterator[Store]:
    """A migrated store of the test's own."""
    url = f"sqlite:///{tmp_path / 'suture.db'}"
    migrate(url)
    async with Store.open(url, keyring) as opened:
        yield opened


@pytest.fixture(scope="session")
async def client(temporal: Server, keyring: Keyring) -> Client:
    """A client whose payloads are sealed."""
    return await Client.connect(temporal.address, plugins=[suture_plugin(keyring)])


@pytest.fixture(params=[1000, 0], ids=["cached", "replayed"])
async def house(client: Client, store: Store, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """The house, open; `replayed` keeps no run in memory, so that each of its tasks replays its whole history."""
    options = {"max_cached_workflows": request.param}
    async with House(client=client, store=store, worker_options=options).open() as opened:
        yield opened
