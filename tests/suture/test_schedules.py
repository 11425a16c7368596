"""The sweep of par levels asks the systems that serve its facility now, also when no worker was started since."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, ScheduleActionStartWorkflow
from temporalio.service import RPCError

from canonical.documents.par_sweep import SweepStart
from suture.configuration import read
from suture.keys import Keyring
from suture.schedules import apply_schedules
from suture.settings import Settings
from suture.temporal.plugin import suture_plugin
from tests.conftest import StartTemporal
from tests.support.hospital import write_hospital
from tests.support.house import eventually
from worker import keep_schedules

SWEEP = "par-sweep:NORTH:schedule:par"
ROUTES = """
    { domain = "procurement", system = "erp", since = 2026-01-01 },
    { domain = "supplier", system = "erp", since = 2026-01-01 },
    { domain = "inventory", system = "billing", since = 2026-07-01 },
]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A facility that orders, and moves its stock on the first of July."""
    file = write_hospital(tmp_path)
    file.write_text(file.read_text().replace("\n]\n", ROUTES, 1))
    return read(file)


@pytest.fixture
async def client(start_temporal: StartTemporal) -> Client:
    server = await start_temporal()
    return await Client.connect(server.address, plugins=[suture_plugin(Keyring.make())])


async def asks(client: Client) -> str:
    """The inventory system that the sweep asks."""
    action = (await client.get_schedule_handle(SWEEP).describe()).schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    [start] = await client.data_converter.decode(list(action.args), [SweepStart])
    return str(start.context.leg("inventory").system)


async def test_the_sweep_follows_its_facility_to_another_system(client: Client, settings: Settings) -> None:
    june, july = datetime(2026, 6, 30, 18, tzinfo=UTC), datetime(2026, 7, 1, 18, tzinfo=UTC)
    await apply_schedules(client, settings, now=june)
    assert await asks(client) == "inventory"
    await apply_schedules(client, settings, now=july)
    assert await asks(client) == "billing"


async def test_a_worker_sets_them_down_again_and_again(client: Client, settings: Settings) -> None:
    keeping = asyncio.create_task(keep_schedules(client, settings, again_after=timedelta(milliseconds=50)))

    async def there() -> bool | None:
        try:
            await client.get_schedule_handle(SWEEP).describe()
        except RPCError:
            return None
        return True

    try:
        for _ in range(2):
            assert await eventually(there)
            await client.get_schedule_handle(SWEEP).delete()
    finally:
        keeping.cancel()
