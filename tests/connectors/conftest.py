"""The order desk and the FHIR server, each running for every test of its connector."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from connectors.systems.sandbox_supplier.connector import SandboxSupplier
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.fields import NAMED
from connectors.systems.tryton.settings import TrytonSettings
from tests.connectors.contract.peer import Peer
from tests.connectors.contract.peers.tryton_orders import TrytonOrdersPeer
from tests.connectors.desk import build
from tests.connectors.tryton_fields import Named
from tests.sandbox.supplier_process import Desk, desk
from tests.support.fhir import FhirServer, running_server


@pytest.fixture(scope="session", autouse=True)
def named_to_tryton() -> Iterator[None]:
    """Every field that the connector has named by the end is one whose drift is seen."""
    named, call = Named(), TrytonClient._call

    async def recorded(self: TrytonClient, operation: str, params: Sequence[Any], **more: Any) -> Any:
        # Whoever has called the method that calls this: tests ask Tryton too, for what the connector never does.
        if sys._getframe(2).f_globals["__name__"].startswith("connectors."):
            named.add(operation, params)
        return await call(self, operation, params, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrytonClient, "_call", recorded)
        yield
    assert not named.beyond(NAMED), f"to be added to connectors/systems/tryton/fields.py: {named.beyond(NAMED)}"


@pytest_asyncio.fixture(scope="session")
async def supplier(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("supplier")) as started:
        yield started


@pytest_asyncio.fixture
async def order_desk(supplier: Desk) -> AsyncIterator[SandboxSupplier]:
    connector = build(supplier)
    yield connector
    await supplier.system.control("DELETE", "faults")
    await connector.close()


@pytest_asyncio.fixture(scope="session")
async def fhir(tmp_path_factory: pytest.TempPathFactory) -> FhirServer:
    return await running_server(tmp_path_factory.mktemp("fhir"))


@pytest_asyncio.fixture(scope="module")
async def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Peer]:
    """What a module is about by its `PEER`."""
    started: Peer = request.module.PEER()
    await started.start(tmp_path_factory.mktemp(started.name))
    yield started
    await started.stop()


@pytest_asyncio.fixture
async def system(peer: Peer) -> AsyncIterator[Any]:
    """Its connector."""
    connector = peer.connect()
    yield connector
    await connector.close()


@pytest_asyncio.fixture(scope="module")
async def tryton_orders(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TrytonOrdersPeer]:
    started = TrytonOrdersPeer()
    await started.start(tmp_path_factory.mktemp("tryton-orders"))
    yield started
    await started.stop()


@pytest_asyncio.fixture
async def procurement(tryton_orders: TrytonOrdersPeer) -> AsyncIterator[Any]:
    connector = tryton_orders.connect()
    yield connector
    await connector.close()


@pytest_asyncio.fixture
async def tryton_itself(tryton_orders: TrytonOrdersPeer, tmp_path: Path) -> AsyncIterator[TrytonClient]:
    """Whoever works in Tryton, with every right: a buyer, a receiver."""
    (tmp_path / "admin").write_text("admin")
    settings = TrytonSettings(
        base_url=tryton_orders.url, database="suture", login="admin", password_file=tmp_path / "admin"
    )
    client = TrytonClient(settings.client("tryton", outgoing=dict), settings)
    yield client
    await client.close()


@pytest.fixture
def number() -> str:
    """Of an order that nobody else has."""
    return f"PO-{uuid4().hex[:10]}"
