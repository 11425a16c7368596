"""What every test may use: a real Temporal server, the real sandbox processes, a real PostgreSQL server.

What cannot be started fails the tests that need it; nothing is skipped.
"""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from suture import free_port as ports
from suture.free_port import free_port
from suture.temporal.dev_server import DevServer
from suture.temporal.server import Server, temporal_server
from suture.temporal.server_binary import find_binary
from tests.support import fhir, tryton
from tests.support.postgresql import PostgreSQL, postgresql_server
from tests.support.sandbox import Sandbox

# Each process of the tests is compiled once, as an installed one is, but not into the checkout.
os.environ |= {
    "PYTHONPYCACHEPREFIX": str(Path(gettempdir()) / f"suture-bytecode-{os.getuid()}"),
    "PYTHONDONTWRITEBYTECODE": "",
}

# Where several processes run tests side by side, none is offered the port that another is about to listen on.
_nth, _all = (os.environ.get(f"PYTEST_XDIST_WORKER{more}", "gw0").removeprefix("gw") for more in ("", "_COUNT"))
ports.OFFERED = ports.OFFERED[int(_nth) :: max(int(_all), 1)]

BOOTS_WITHIN = 420
"""Seconds: a FHIR server boots in 20 on an idle machine, and in six times that where much else runs; Tryton in 6."""

StartSandbox = Callable[..., Awaitable[Sandbox]]
StartTemporal = Callable[..., Awaitable[DevServer]]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main() -> Generator[None, Any, Any]:
    """Leave without tearing the interpreter down: threads of the Temporal SDK may touch it then, and crash."""
    code = yield
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code or 0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where the gate runs, a test that could not be run has failed."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and the gate skips nothing: {report.longrepr}"
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a server that nobody here wrote runs last, and the first such test waits for it."""
    for item in items:
        by_name = {"real", "peers"} & set(item.path.stem.split("_"))
        if by_name or any(name in item.nodeid for name in ("fhir", "tryton")):
            item.add_marker(pytest.mark.real)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(BOOTS_WITHIN))


@pytest.fixture(scope="session", autouse=True)
async def real_systems_end() -> AsyncIterator[None]:
    """Each is started by the first test that asks for it."""
    yield
    fhir.end_server()
    await tryton.end_server()


@pytest.fixture(scope="session")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """The Temporal server of this session; `temporal.own` is its process, unless another one was named."""
    async with temporal_server(tmp_path_factory.mktemp("temporal"), environ=os.environ) as server:
        yield server


@pytest.fixture
async def start_temporal(tmp_path: Path) -> AsyncIterator[StartTemporal]:
    """Starts a private Temporal server, to be stopped, killed and restarted at will; options as for `DevServer`."""
    servers: list[DevServer] = []

    async def start(**options: Any) -> DevServer:
        folder = tmp_path / f"temporal-{len(servers)}"
        binary = await find_binary(environ=os.environ)
        servers.append(DevServer(binary, database=folder / "temporal.db", log=folder / "temporal.log", **options))
        await servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        await server.stop()


@pytest.fixture(scope="session")
async def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), gateway=f"http://127.0.0.1:{free_port()}")
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def sandbox(_sandbox: Sandbox) -> Sandbox:
    """The sandbox systems of this session, without faults; nobody listens for their webhooks."""
    await _sandbox.calm()
    return _sandbox


@pytest.fixture
async def start_sandbox(tmp_path: Path) -> AsyncIterator[StartSandbox]:
    """Starts a private set of sandbox systems; `gateway` is where their webhooks go."""
    started: list[Sandbox] = []

    async def start(*, gateway: str, seed: int = 1, scale: int = 1) -> Sandbox:
        folder = tmp_path / f"sandbox-{len(started)}"
        folder.mkdir()
        started.append(Sandbox(folder, gateway=gateway, seed=seed, scale=scale))
        await started[-1].start()
        return started[-1]

    yield start
    for sandbox in started:
        await sandbox.stop()


@pytest.fixture(scope="session")
async def postgresql(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PostgreSQL]:
    """The PostgreSQL server of this session."""
    async with postgresql_server(os.environ) as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """A fresh empty database, by URL."""
    url = postgresql.create_database()
    yield url
    postgresql.drop_database(url)
