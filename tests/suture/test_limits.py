"""The limits on a system's task queue: never more calls under way there than its configuration or its declaration says."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client

from bench.hospital import furnish
from suture.serving import Queue, queues
from suture.temporal.server import Server
from tests.suture.limited_flow import CALL, Limited

CALLS = 24


@dataclass
class Busy:
    """A system that is slow, and counts who is there at once."""

    under_way: int = 0
    most: int = 0

    @activity.defn(name=CALL)
    async def call(self, number: int) -> int:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        # Long enough that everybody who is let in meets.
        await asyncio.sleep(0.2)
        self.under_way -= 1
        return number


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_no_more_calls_are_under_way_than_the_limit_says(temporal: Server, concurrency: int) -> None:
    client, busy, name = await Client.connect(temporal.address), Busy(), f"limited-{uuid4().hex[:8]}"
    served = Queue(name=name, workflows=(Limited,), activities=(busy.call,), concurrency=concurrency)
    async with served.worker(client, build_id="test", on_fatal_error=died):
        started = [
            await client.start_workflow(
                Limited.run, number, id=uuid4().hex, task_queue=name, execution_timeout=timedelta(minutes=1)
            )
            for number in range(CALLS)
        ]
        assert [await handle.result() for handle in started] == list(range(CALLS))
    assert busy.most == concurrency


def test_a_system_is_given_what_it_bears_unless_the_configuration_says_how_much(tmp_path: Path) -> None:
    place = furnish(tmp_path / "hospital")
    silent = place.config.read_text().replace("concurrency = 100\n", "", 1)
    place.config.write_text(silent)
    served = queues(
        ("systems",),
        settings=place.settings(),
        workflows=(),
        notes=(),
        calls={"inventory": (), "erp": ()},
        bears={"inventory": 4, "erp": 4},
    )
    assert [queue.concurrency for queue in served] == [4, 100]


async def died(error: BaseException) -> None:
    raise error
