"""A burst of movements at a Tryton through the engine's own worker: what its limits on the task queue are good for."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle

from activities.stock import Stock
from bench.figures import Latency
from bench.real import documents
from bench.real.burst_flow import Burst
from bench.real.figures import BurstFigures
from bench.real.tryton import Both
from canonical.asking.writing import MoveStock
from canonical.documents.usage_run import STOCK
from canonical.effect import Posted
from canonical.identity import TRANSACTIONS_QUEUE, RunName, system_queue
from canonical.run import Leg, RunContext
from suture.keys import Keyring
from suture.serving import Queue
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.tables import Temporal
from suture.temporal.client import connect
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import temporal_server

Limit = tuple[int, float | None]
"""`concurrency` and `rate_per_second`, as in `hospital.toml`."""


async def bursts(
    both: Both, limits: Sequence[Limit], *, movements: int, folder: Path, say: Callable[[str], None]
) -> tuple[BurstFigures, ...]:
    """So many movements at once under each limit, one after another."""
    folder.mkdir(parents=True)
    # Without a limit calls fail by the dozen: that is what the figures tell.
    for name in ("suture.activities", "temporalio.activity"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    figures = []
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(temporal_server(folder, environ=os.environ))
        keyring = Keyring.make()
        url = f"sqlite:///{folder / 'suture.db'}"
        migrate(url)
        store = await stack.enter_async_context(Store.open(url, keyring))
        client = await connect(Temporal(address=server.address), plugins=[suture_plugin(keyring)])
        for limit in limits:
            figures.append(await _burst(both, client, store, limit, movements))
            say(f"{movements} movements at once, {figures[-1].limit}: {figures[-1].seconds} s")
    return tuple(figures)


async def _burst(both: Both, client: Client, store: Store, limit: Limit, movements: int) -> BurstFigures:
    concurrency, rate = limit
    name = f"tryton-{uuid4().hex[:6]}"
    moving = Queue(
        name=system_queue(name),
        activities=Stock(both.ours, store.effects).all(),
        concurrency=concurrency,
        rate_per_second=rate,
    )
    queues = (Queue(name=f"{TRANSACTIONS_QUEUE}-{name}", workflows=(Burst,)), moving)
    wire = both.wire
    calls, busy, wire.most = wire.calls, wire.busy, 0
    async with AsyncExitStack() as stack:
        for queue in queues:
            worker = queue.worker(client, build_id=version("suture"), on_fatal_error=_died)
            await stack.enter_async_context(worker)
        began = perf_counter()
        handles = [
            await client.start_workflow(Burst.run, _order(name), id=uuid4().hex, task_queue=queues[0].name)
            for _ in range(movements)
        ]
        posted = await asyncio.gather(*map(_posted, handles))
        seconds = perf_counter() - began
        attempts = [await _attempts(handle) for handle in handles]
    took = [each for each in posted if each is not None]
    return BurstFigures(
        limit=f"{concurrency} at once" + (f", {rate:g} a second" if rate else ""),
        movements=movements,
        seconds=round(seconds, 1),
        latency=Latency.of(took or [0.0]),
        calls=wire.calls - calls,
        busy=wire.busy - busy,
        most_under_way=wire.most,
        retried=sum(attempts) - movements,
        failed=movements - len(took),
    )


async def _posted(handle: WorkflowHandle[Burst, Posted]) -> float | None:
    """Seconds until it was posted; none where its attempts were used up, which a person would be asked about."""
    try:
        await handle.result()
    except WorkflowFailureError:
        return None
    told = await handle.describe()
    return (told.close_time - told.start_time).total_seconds() if told.close_time else None


async def _attempts(handle: WorkflowHandle[Burst, Posted]) -> int:
    started = [
        event.activity_task_started_event_attributes
        async for event in handle.fetch_history_events()
        if event.HasField("activity_task_started_event_attributes")
    ]
    return max((each.attempt for each in started), default=0)


def _order(system: str) -> MoveStock:
    name = RunName(process="usage-to-charge", facility=documents.FACILITY, source="bench", number=uuid4().hex[:12])
    leg = Leg(domain="inventory", system=system, queue=system_queue(system))
    context = RunContext(name=name, correlation_id=f"c-{name.number}", currency="USD", route=(leg,))
    return MoveStock(context=context, ledger=STOCK.sending(context.workflow_id), movement=documents.movement())


async def _died(error: BaseException) -> None:
    raise error
