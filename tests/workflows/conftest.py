"""Houses for workflow tests, on the session's Temporal server; every run of a test is replayed at the test's end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import Server
from tests.support.house import House
from tests.support.payables import Payables
from tests.support.trade_house import TradeHouse
from workflows.supplier_invoice import SupplierInvoice
from workflows.usage_to_charge import UsageToCharge

OpenTradeHouse = Callable[..., Awaitable[TradeHouse]]


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


@pytest.fixture
def furniture() -> dict[str, Any]:
    """What stands in the house in place of what answers at once; a module may say otherwise."""
    return {}


@pytest.fixture
async def house(client: Client, store: Store, keyring: Keyring, furniture: dict[str, Any]) -> AsyncIterator[House]:
    """The house, open."""
    async with House(client=client, store=store, **furniture).open() as opened:
        yield opened
        await _replay(client, store, keyring, [UsageToCharge])


@pytest.fixture
async def trade_houses(client: Client, store: Store, keyring: Keyring) -> AsyncIterator[Callable[..., TradeHouse]]:
    """Makes a house for ordering, receiving and paying, to be opened by the test once it is furnished."""
    houses: list[TradeHouse] = []

    def furnish(*workflows: type, **furniture: Any) -> TradeHouse:
        houses.append(TradeHouse(client=client, store=store, workflows=workflows, **furniture))
        return houses[-1]

    yield furnish
    for house in houses:
        await _replay(house.client, store, keyring, house.workflows)


async def _replay(client: Client, store: Store, keyring: Keyring, workflows: Sequence[type]) -> None:
    """Replay every run that the store knows, but those that a test has deleted."""
    replayer = Replayer(workflows=workflows, plugins=[suture_plugin(keyring)])
    for run in await store.runs.find():
        try:
            history = await client.get_workflow_handle(run.workflow_id).fetch_history()
        except RPCError as gone:
            if gone.status is not RPCStatusCode.NOT_FOUND:
                raise
            continue
        await replayer.replay_workflow(history)


@pytest.fixture
async def trade_house(trade_houses: Callable[..., TradeHouse]) -> AsyncIterator[OpenTradeHouse]:
    """Opens such a house for these workflows at once."""
    async with AsyncExitStack() as stack:

        async def open_house(*workflows: type) -> TradeHouse:
            return await stack.enter_async_context(trade_houses(*workflows).open())

        yield open_house


@pytest.fixture
async def payables(trade_house: OpenTradeHouse) -> Payables:
    """Accounts payable of a house that is open for invoices."""
    return Payables(await trade_house(SupplierInvoice))
