"""Runs the contract over every system, and where a test is about documents over every ledger that a system keeps."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest

from canonical.ports import System
from suture.connector.ledgers import CHARGE
from tests.connectors.contract.kept import Kept
from tests.connectors.contract.peer import Peer
from tests.connectors.contract.peers.fhir_billing import FhirBillingPeer
from tests.connectors.contract.peers.sandbox_billing import BillingPeer
from tests.connectors.contract.peers.sandbox_erp import ErpPeer
from tests.connectors.contract.peers.sandbox_inventory import InventoryPeer
from tests.connectors.contract.peers.sandbox_supplier import SupplierPeer
from tests.connectors.contract.peers.tryton import TrytonPeer
from tests.connectors.contract.peers.tryton_finance import TrytonFinancePeer
from tests.connectors.contract.peers.tryton_invoices import TrytonInvoicesPeer
from tests.connectors.contract.peers.tryton_orders import TrytonOrdersPeer
from tests.connectors.contract.trouble import STALLS

PEERS: tuple[type[Peer], ...] = (
    InventoryPeer,
    BillingPeer,
    ErpPeer,
    SupplierPeer,
    FhirBillingPeer,
    TrytonPeer,
    TrytonFinancePeer,
    TrytonOrdersPeer,
    TrytonInvoicesPeer,
)


ABOUT: Mapping[str, Callable[[type[Peer]], Iterable[str]]] = {
    "ledger": lambda peer: peer.ledgers,
    "charge": lambda peer: [name for name in peer.ledgers if name == CHARGE],
    "refusal": lambda peer: peer.refusals,
    "trouble": lambda peer: sorted(peer.troubles - STALLS.keys()),
    "stall": lambda peer: sorted(peer.troubles & STALLS.keys()),
}
"""What a test may ask for beside the system: it is run once for each that the system has."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every system, with every one of what the test is about."""
    names: list[str] = ["peer"]
    rows: list[tuple[Any, ...]] = [(peer,) for peer in PEERS]
    for name, of in ABOUT.items():
        if name in metafunc.fixturenames:
            names, rows = [*names, name], [(*row, one) for row in rows for one in of(row[0])]
    ids = ["-".join([row[0].name, *map(str, row[1:])]) for row in rows]
    metafunc.parametrize(names, rows, ids=ids, indirect=["peer"], scope="session")


@pytest.fixture(scope="session")
async def live() -> AsyncIterator[dict[type[Peer], Peer]]:
    """The systems that were started; each by the first test that needs it."""
    started: dict[type[Peer], Peer] = {}
    yield started
    async with AsyncExitStack() as stack:
        for peer in started.values():
            stack.push_async_callback(peer.stop)


@pytest.fixture(scope="session")
async def peer(
    request: pytest.FixtureRequest, live: dict[type[Peer], Peer], tmp_path_factory: pytest.TempPathFactory
) -> Peer:
    """The system under test."""
    kind: type[Peer] = request.param
    if kind not in live:
        live[kind] = kind()
        await live[kind].start(tmp_path_factory.mktemp(kind.name))
    return live[kind]


@pytest.fixture(scope="session")
async def system(peer: Peer) -> AsyncIterator[System]:
    """Its connector."""
    connector = peer.connect()
    yield connector
    await connector.close()


@pytest.fixture(autouse=True)
async def calm(peer: Peer) -> AsyncIterator[None]:
    """Whatever trouble the test made is over afterwards."""
    yield
    if peer.troubled:
        await peer.calm()
        peer.troubled = False


@pytest.fixture
def kept(peer: Peer, system: System, ledger: str, request: pytest.FixtureRequest) -> Kept:
    """One ledger of the system, with numbers and keys of the test's own."""
    return Kept(peer, system, ledger, test=request.node.name)
