"""Hospitals that several tests share: a watched one, with the first transaction it ever saw, and one to be killed."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from canonical.memory import RunProjection
from suture.demo.uses import Use, posts
from suture.temporal.dev_server import DevServer
from suture.temporal.server_binary import find_binary
from tests.support.collector import Collected
from tests.support.engine_hospital import Timing
from tests.support.engine_running import EngineOfProcesses, engine_of_processes
from tests.support.house import eventually
from tests.support.observed import WITHIN, Observed, observed_hospital

FIRST = Use(number="U-1", says="a guide wire", at="NORTH OR-1", case=1, item=4702, lot="L4702A", end=posts(1))


@dataclass(frozen=True)
class FirstTransaction:
    """One use from webhook to close, in a hospital that had seen nothing before it."""

    trace: str
    parent: str
    run: RunProjection
    spans: list[Collected]
    metrics: dict[str, str]
    requests: dict[str, list[dict[str, Any]]]
    """The request log of each sandbox system."""


@dataclass(frozen=True)
class Watched:
    """The hospital, and what was seen of its first transaction before anything else happened in it."""

    hospital: Observed
    first: FirstTransaction


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A call that is held must not lose patience because other tests take the machine."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("alone")


@pytest.fixture(scope="session")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """A hospital of real processes, after its first transaction."""
    async with observed_hospital(tmp_path_factory.mktemp("watched") / "hospital") as hospital:
        yield Watched(hospital, await _first_transaction(hospital))


async def _first_transaction(hospital: Observed) -> FirstTransaction:
    trace, parent = token_hex(16), token_hex(8)
    await hospital.capture(FIRST.body(0), traceparent=f"00-{trace}-{parent}-01")
    run = await hospital.closed(FIRST.number)

    async def spans() -> list[Collected] | None:
        """All of them: each process has sent its last when the run and both webhooks are there."""
        sent = hospital.collector.of_trace(trace)
        known = {span.id for span in sent} | {parent}
        names = [span.name for span in sent]
        ended = "RunWorkflow:usage-to-charge" in names and names.count("HandleSignal:receive") == 2
        calls = {span.id for span in sent if span.name.startswith(tuple(f"{name} " for name in hospital.house.systems))}
        answered = calls <= {span.parent for span in sent}
        return sent if ended and answered and all(span.parent in known for span in sent) else None

    async def worker_metrics() -> str | None:
        text = await hospital.metrics("worker")
        return text if "suture_end_to_end_seconds_count" in text else None

    metrics = {"worker": await eventually(worker_metrics, within=WITHIN), "gateway": await hospital.metrics("gateway")}
    return FirstTransaction(
        trace=trace,
        parent=parent,
        run=run,
        spans=await eventually(spans, within=WITHIN),
        metrics=metrics,
        requests={system: await hospital.requests(system) for system in hospital.house.systems},
    )


@pytest.fixture(scope="session")
async def processes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EngineOfProcesses]:
    """An engine whose gateway, worker and Temporal are processes of its own, to be killed and started again.

    Calls are slow to give up, so that many requests can be held at barriers before the worker is killed.
    """
    folder = tmp_path_factory.mktemp("processes")
    server = DevServer(
        await find_binary(environ=os.environ),
        database=folder / "temporal" / "temporal.db",
        log=folder / "temporal" / "log",
        # A run is deleted only once the server has noted that it has done with it, by default every 30 seconds.
        dynamic_config={"history.transferProcessorUpdateAckInterval": "1s"},
    )
    async with server, engine_of_processes(folder, server, timing=Timing(call=15, in_flight=4, attempt=16)) as engine:
        yield engine
