"""The whole benchmark: one Temporal server, a worker for each workflow, rounds by turns, and then the gateway."""

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from bench.bare_trade import BareTradeSubject, shape_of
from bench.figures import Flood, Report, Trade, ratios
from bench.flood import flood
from bench.hospital import NOBODY, Place, furnish
from bench.matching import measure
from bench.measured_worker import MeasuredWorker
from bench.rounds import HISTORIES, Bench
from bench.server_cpu import ServerCpu
from bench.subjects import BareSubject, Subject, WholeSubject
from bench.trade import NeedSubject, OrderSubject
from suture.dispatch import Dispatcher, Pace
from suture.intake import Intake
from suture.keys import load
from suture.starting import Starter
from suture.store.store import Store
from suture.temporal.client import connect
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import temporal_server

Say = Callable[[str], None]
TRADES: tuple[tuple[str, type[NeedSubject] | type[OrderSubject]], ...] = (
    ("replenishment-approval: a need, its basket, its order", NeedSubject),
    ("receipt-to-invoice: an order and its invoice", OrderSubject),
)
"""What is measured beside usage-to-charge."""


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much is measured: runs of each workflow over all rounds, how many in flight, events for the gateway,
    invoices for the match."""

    runs: int = 480
    concurrency: int = 50
    rounds: int = 4
    alone: int = 20
    events: int = 3000
    clients: int = 100
    invoices: int = 200


async def run(extent: Extent, folder: Path, *, say: Say) -> Report:
    """Measure everything in an empty folder."""
    load_before = os.getloadavg()[0]
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(temporal_server(folder / "temporal", environ=os.environ, say=say))
        place = furnish(folder / "hospital", temporal=server.address)
        bare_worker = MeasuredWorker("bare", server.address, log=folder / "bare-worker.log")
        whole_worker = MeasuredWorker("whole", server.address, str(place.folder), log=folder / "whole-worker.log")
        cpu = ServerCpu(server.address)
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        bare = Bench(BareSubject(client), await stack.enter_async_context(bare_worker), cpu)
        opened = await _open(stack, place, at_once=extent.concurrency)
        whole = Bench(WholeSubject(*opened), await stack.enter_async_context(whole_worker), cpu)
        await _by_turns(bare, whole, extent, say=say)
        workers = (bare.worker, whole.worker)
        trade = [
            await _trade(what, client, subject(*opened), workers, cpu, extent, say=say) for what, subject in TRADES
        ]
        first, second = await bare.figures(), await whole.figures()
        floods = await _floods(folder, place, extent, say=say)
    return Report(
        runs=extent.runs,
        concurrency=extent.concurrency,
        cores=os.cpu_count() or 1,
        load_before=round(load_before, 2),
        bare=first,
        usage_to_charge=second,
        ratios=ratios(first, second),
        trade=tuple(trade),
        gateway=floods,
        matching=measure(extent.invoices),
    )


async def _trade(
    what: str,
    client: Client,
    subject: Subject,
    workers: tuple[MeasuredWorker, MeasuredWorker],
    cpu: ServerCpu,
    extent: Extent,
    *,
    say: Say,
) -> Trade:
    """A process of ordering or paying beside bare workflows of the shape that its own have, on the same workers."""
    ours = Bench(subject, workers[1], cpu)
    await ours.warm_up(HISTORIES, concurrency=extent.concurrency)
    each = await ours.of_each_workflow()
    shapes = tuple(map(shape_of, each))
    bare = Bench(BareTradeSubject(client, shapes), workers[0], cpu)
    say(f"{what}; beside it {', '.join(shapes)}")
    await _by_turns(bare, ours, extent, say=say)
    first, second = await bare.figures(), await ours.figures()
    return Trade(what=what, shapes=shapes, each=each, bare=first, ours=second, ratios=ratios(first, second))


async def _by_turns(bare: Bench, whole: Bench, extent: Extent, *, say: Say) -> None:
    each = max(1, extent.runs // extent.rounds)
    for one in (bare, whole):
        await one.warm_up(min(each, extent.concurrency), concurrency=extent.concurrency)
    for number in range(extent.rounds):
        # By turns also within a pair, so that neither always comes first.
        pair = (bare, whole) if number % 2 == 0 else (whole, bare)
        for one in pair:
            await one.measure(each, concurrency=extent.concurrency)
        for one in pair:
            await one.measure_alone(max(1, extent.alone // extent.rounds))
        rates = [each / one.rounds[-1].seconds for one in (bare, whole)]
        say(f"round {number + 1} of {extent.rounds}: bare {rates[0]:.1f}, ours {rates[1]:.1f} runs/s")


async def _open(stack: AsyncExitStack, place: Place, *, at_once: int) -> tuple[Client, Store, Intake, Dispatcher]:
    settings = place.settings()
    keyring = load(settings.keys.file)
    store = await stack.enter_async_context(Store.open(settings.store.url, keyring))
    client = await connect(settings.temporal, plugins=[suture_plugin(keyring)])
    intake = Intake(store, facilities=settings.facilities)
    return client, store, intake, Dispatcher(client, store, Starter(settings), Pace(at_once=at_once))


async def _floods(folder: Path, place: Place, extent: Extent, *, say: Say) -> tuple[Flood, ...]:
    """First where Temporal is away, then with runs that start and a worker that carries them out meanwhile."""
    say(f"gateway: {extent.events} events from {extent.clients} clients, twice")
    alone = furnish(folder / "gateway-alone", temporal=NOBODY)
    away = await flood(alone, events=extent.events, clients=extent.clients, dispatching=False)
    return away, await flood(place, events=extent.events, clients=extent.clients, dispatching=True)
