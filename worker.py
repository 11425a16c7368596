"""The composition root: settings -> client -> store -> connectors -> activities -> workers. Nothing imports it."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

import activities
import canonical
import connectors
import suture
import workflows
from activities.books import Books
from activities.charges import Charges
from activities.costs import Costs
from activities.mailing import Mailing
from activities.notes import Notes
from activities.procuring import Procuring
from activities.stock import Stock
from activities.storekeeping import Storekeeping
from activities.supplying import Supplying
from suture.assembly import Assembly, assemble
from suture.configuration import configured_file, read
from suture.dispatch import Dispatcher
from suture.ending import ended
from suture.intake import Intake
from suture.keys import load
from suture.mail import Mail
from suture.people import People
from suture.policies import Policies
from suture.schedules import AGAIN_AFTER, apply_schedules
from suture.serving import ROLES, Role, queues
from suture.settings import Settings
from suture.starting import Starter
from suture.store.store import Store
from suture.telemetry.context import outgoing_headers
from suture.telemetry.start import Service, start_telemetry
from suture.temporal.client import connect, exit_clean
from suture.temporal.plugin import suture_plugin
from workflows.par_sweep import ParSweep
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest
from workflows.supplier_invoice import SupplierInvoice
from workflows.usage_to_charge import UsageToCharge

WORKFLOWS = (UsageToCharge, ReplenishmentRequest, ReplenishmentApproval, ReceiptToInvoice, SupplierInvoice, ParSweep)
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
        theirs: Mapping[str, Sequence[Callable[..., Any]]] = {}
        bears: Mapping[str, int] = {}
        if "systems" in roles:
            # Nobody else reads the credentials of systems.
            assembly = assemble(settings, outgoing=outgoing_headers)
            stack.push_async_callback(assembly.close)
            theirs, bears = calls(assembly, store), assembly.bears
        own = own_calls(settings, client, store)
        served = queues(roles, settings=settings, workflows=WORKFLOWS, notes=own, calls=theirs, bears=bears)

        async def died(_: BaseException) -> None:
            stop.set()

        if not served:
            print(f"worker: {', '.join(roles)} has nothing to serve in this version", file=sys.stderr)
            return 2
        if "transactions" in roles:
            await set_down_schedules(client, settings)
            stack.callback(asyncio.create_task(keep_schedules(client, settings)).cancel)
        workers = [queue.worker(client, build_id=version("suture"), on_fatal_error=died) for queue in served]
        for queue in served:
            print(f"worker serves {queue.name}", flush=True)
        print(f"worker ready: {', '.join(roles)}; {settings.temporal.address}", flush=True)
        dead = await run_all(workers, stop)
    for error in dead:
        print(f"worker: polling died: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
    return 1 if dead else 0


async def set_down_schedules(client: Client, settings: Settings) -> None:
    """What starts by the clock; a server that will not have it is no reason to serve nothing."""
    try:
        await apply_schedules(client, settings)
    except RPCError:
        logging.getLogger(__name__).warning("schedules could not be set down; the next start of a worker tries again")


async def keep_schedules(client: Client, settings: Settings, *, again_after: timedelta = AGAIN_AFTER) -> None:
    """Set them down again and again, for whoever serves a facility may change with the day."""
    while True:
        await asyncio.sleep(again_after.total_seconds())
        await set_down_schedules(client, settings)


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


def own_calls(settings: Settings, client: Client, store: Store) -> Sequence[Callable[..., Any]]:
    """The activities on the engine's own store, and those by which one run tells another."""
    notes = Notes(
        store.runs, store.effects, store.work_items, People(settings.people, store.delegations), Policies(settings)
    )
    intake = Intake(store, facilities=settings.facilities, patient_numbers=settings.privacy.patient_numbers)
    mail = Mail(intake, Dispatcher(client=client, store=store, start=Starter(settings)))
    return (*notes.all(), *Mailing(mail, store.order_book).all())


def calls(assembly: Assembly, store: Store) -> Mapping[str, Sequence[Callable[..., Any]]]:
    """The activities of each system: those of every domain that it serves."""
    served: dict[str, list[Callable[..., Any]]] = {name: [] for name in assembly.systems}
    for name, inventory in assembly.inventory.items():
        served[name] += Stock(inventory, store.effects).all()
    for name, billing in assembly.billing.items():
        served[name] += Charges(billing, store.effects, store.vault).all()
    for name, finance in assembly.finance.items():
        served[name] += Costs(finance, store.effects).all()
    for name, storeroom in assembly.storerooms.items():
        served[name] += Storekeeping(storeroom, store.vault).all()
    for name, procurement in assembly.procurement.items():
        served[name] += Procuring(procurement).all()
    for name, supplier in assembly.suppliers.items():
        served[name] += Supplying(supplier).all()
    for name, keeper in (dict(assembly.storerooms) | dict(assembly.procurement) | dict(assembly.suppliers)).items():
        served[name] += Books(keeper.declares, keeper.books(), store.effects).all()
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
