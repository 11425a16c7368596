"""The composition root: settings -> client -> store -> connectors -> activities -> workers. Nothing imports it."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from temporalio.worker import Worker

import activities
import canonical
import connectors
import suture
import workflows
from activities.charges import Charges
from activities.costs import Costs
from activities.notes import Notes
from activities.stock import Stock
from suture.assembly import Assembly, assemble
from suture.configuration import configured_file, read
from suture.ending import ended
from suture.keys import load
from suture.people import People
from suture.policies import Policies
from suture.serving import ROLES, Role, queues
from suture.settings import Settings
from suture.store.store import Store
from suture.telemetry.context import outgoing_headers
from suture.telemetry.start import Service, start_telemetry
from suture.temporal.client import connect, exit_clean
from suture.temporal.plugin import suture_plugin
from workflows.usage_to_charge import UsageToCharge

WORKFLOWS = (UsageToCharge,)
OURS = (activities, canonical, connectors, suture, workflows)
T = TypeVar("T")


class Shadowed(Exception):
    """Another project's packages of the same names are imported in place of ours."""


def main() -> None:
    """Serve the roles asked for until SIGTERM or SIGINT; exit 0, 1 where polling died, 2 for a wrong configuration."""
    arguments = argparse.ArgumentParser(prog="worker", description="Serve Suture's workflows and activities.")
    arguments.add_argument("--role", choices=ROLES, action="append", help="repeatable; all roles by default")
    roles: tuple[Role, ...] = tuple(arguments.parse_args().role or ROLES)

    def run() -> int:
        if strangers := shadowed(OURS):
            raise Shadowed("; ".join(strangers))
        return asyncio.run(serve(read(configured_file(os.environ)), roles))

    exit_clean(ended("worker", run, known=(Shadowed,)))


async def serve(settings: Settings, roles: Sequence[Role]) -> int:
    """Open pools and engines around all workers, serve, and close them in the opposite order."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    service: Service = "worker" if set(roles) == set(ROLES) else roles[0]
    telemetry = start_telemetry(settings.telemetry, service=service, mask=settings.privacy.patient_numbers)
    async with AsyncExitStack() as stack:
        stack.callback(telemetry.stop)
        keyring = load(settings.keys.file)
        store = await stack.enter_async_context(Store.open(settings.store.url, keyring))
        connecting = connect(settings.temporal, plugins=[suture_plugin(keyring)], runtime=telemetry.runtime)
        client = await unless(stop, connecting)
        if client is None:
            return 0
        assembly = assemble(settings, outgoing=outgoing_headers)
        stack.push_async_callback(assembly.close)
        notes = Notes(store.runs, store.effects, store.work_items, People(settings.people), Policies(settings))
        served = queues(roles, settings=settings, workflows=WORKFLOWS, notes=notes.all(), calls=calls(assembly, store))

        async def died(_: BaseException) -> None:
            stop.set()

        if not served:
            print(f"worker: {', '.join(roles)} has nothing to serve in this version", file=sys.stderr)
            return 2
        workers = [queue.worker(client, build_id=version("suture"), on_fatal_error=died) for queue in served]
        for queue in served:
            print(f"worker serves {queue.name}", flush=True)
        print(f"worker ready: {', '.join(roles)}; {settings.temporal.address}", flush=True)
        dead = await run_all(workers, stop)
    for error in dead:
        print(f"worker: polling died: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
    return 1 if dead else 0


async def run_all(workers: Sequence[Worker], stop: asyncio.Event) -> list[BaseException]:
    """Run them until it is time to stop or one of them dies, then stop them all; answers what they died of.

    As context managers, each would cancel this task when it dies, and so cut short the stopping of the others.
    """
    running = [asyncio.create_task(worker.run()) for worker in workers]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, *running], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    print("worker stops", flush=True)
    await asyncio.gather(*(worker.shutdown() for worker in workers))
    ended = await asyncio.gather(*running, return_exceptions=True)
    return [error for error in ended if error is not None]


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work answers; none where it was time to stop before."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return await working
    working.cancel()
    return None


def calls(assembly: Assembly, store: Store) -> Mapping[str, Sequence[Callable[..., Any]]]:
    """The activities of each system: those of every domain that it serves."""
    served: dict[str, list[Callable[..., Any]]] = {name: [] for name in assembly.systems}
    for name, inventory in assembly.inventory.items():
        served[name] += Stock(inventory, store.effects).all()
    for name, billing in assembly.billing.items():
        served[name] += Charges(billing, store.effects, store.vault).all()
    for name, finance in assembly.finance.items():
        served[name] += Costs(finance, store.effects).all()
    return served


def shadowed(ours: Sequence[ModuleType]) -> list[str]:
    """The packages that some other project's of the same common name hides; each with what to do."""
    home = Path(__file__).resolve().parent
    found = {module.__name__: Path(str(module.__file__)).resolve().parents[1] for module in ours}
    return [
        f"{name} is imported from {place}, not from {home}: install suture in an environment of its own"
        for name, place in found.items()
        if place != home
    ]


if __name__ == "__main__":
    main()
