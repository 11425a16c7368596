"""A migrated store on each database, empty at the start of each test; keys of the test's own; a dispatcher."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from suture.dispatch import Dispatcher
from suture.keys import Keyring
from suture.store.database import writing_engine
from suture.store.inbox import Accepted, Arrival, Waiting
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.store.tables import METADATA
from suture.temporal.dev_server import DevServer
from suture.temporal.plugin import suture_plugin
from suture.temporal.server_binary import find_binary
from tests.conftest import StartTemporal
from tests.support.at_work import AtWork
from tests.support.command_line import command_line
from tests.support.dispatching import EAGER, Accept, connect, start
from tests.support.documents import arrival
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


@pytest.fixture(scope="session")
async def quiet_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    """The dispatcher's own server: no worker of another test must take up the runs that are started here."""
    folder = tmp_path_factory.mktemp("temporal")
    binary = await find_binary(environ=os.environ)
    async with DevServer(binary, database=folder / "temporal.db", log=folder / "temporal.log") as server:
        yield server


@pytest.fixture
async def quiet_client(quiet_server: DevServer) -> Client:
    """A client of the quiet server."""
    return await connect(quiet_server)


@pytest.fixture
def dispatcher(quiet_client: Client, store: Store) -> Dispatcher:
    """A dispatcher that sweeps up everything at once."""
    return Dispatcher(quiet_client, store, start, EAGER)


@pytest.fixture
def number() -> str:
    """A usage number that no other test has: runs outlive tests."""
    return f"U-{uuid4().hex[:12]}"


@pytest.fixture
def accept(store: Store) -> Accept:
    """Stores an event; the rest of an arrival by name."""

    async def accept(number: str, *, type: str = "usage.reported", **changes: object) -> Waiting:
        event: Arrival = arrival(number, id=f"evt-{uuid4().hex[:8]}", at=datetime.now(UTC), type=type)
        answer = await store.inbox.accept(event.model_copy(update=changes))
        assert isinstance(answer, Accepted)
        return await store.inbox.get(answer.id)

    return accept


@pytest.fixture
async def engine(tmp_path: Path, start_temporal: StartTemporal) -> AsyncIterator[AtWork]:
    """A hospital on a Temporal server of its own; nobody works yet."""
    server = await start_temporal()
    line = command_line(tmp_path, temporal=server.address)
    async with line.store() as store:
        yield AtWork(line, await Client.connect(server.address, plugins=[suture_plugin(store.keyring)]), store)
