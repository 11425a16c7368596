"""The worker that is measured, as a process of its own: `python -m bench.worker bare|whole ADDRESS [FOLDER]`.

It says `ready`, answers each line on its input with a reading of its gauge, and ends when its input does.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.books import Books
from activities.charges import Charges
from activities.costs import Costs
from activities.mailing import Mailing
from activities.notes import Notes
from activities.procuring import Procuring
from activities.stock import Stock
from activities.storekeeping import Storekeeping
from activities.supplying import Supplying
from bench import no_ops
from bench.bare import Bare
from bench.bare_shape import BareShape
from bench.gauge import Gauge, GaugedCodec, GaugedDatabase
from bench.hospital import Place
from bench.in_process import InProcessBilling, InProcessFinance
from bench.instant import InstantProcurement, InstantStoreroom, InstantSupplier
from suture.dispatch import Dispatcher
from suture.intake import Intake
from suture.keys import load
from suture.mail import Mail
from suture.people import People
from suture.policies import Policies
from suture.serving import GRACE, ROLES, queues
from suture.starting import Starter
from suture.store.store import Store
from suture.telemetry.start import start_telemetry
from suture.temporal.client import connect, exit_clean
from suture.temporal.plugin import data_converter, suture_plugin
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest
from workflows.supplier_invoice import SupplierInvoice
from workflows.usage_to_charge import UsageToCharge

BUILD = "bench"
WORKFLOWS = [UsageToCharge, ReplenishmentRequest, ReplenishmentApproval, ReceiptToInvoice, SupplierInvoice]


async def main(kind: str, address: str, folder: Path | None) -> None:
    """Serve until the input ends."""
    gauge = Gauge()
    async with AsyncExitStack() as stack:
        if folder is None:
            await _serve_bare(stack, address)
        else:
            await _serve_whole(stack, Place(folder), gauge)
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(gauge.read().model_dump_json(), flush=True)


async def _serve_bare(stack: AsyncExitStack, address: str) -> None:
    """Temporal with pydantic payloads and its sandbox, and nothing of ours."""
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    runner = SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("bench.no_ops"),
    )
    served: list[tuple[str, list[type], Sequence[Callable[..., Any]]]] = [
        (no_ops.QUEUE, [Bare, BareShape], [no_ops.note])
    ]
    served += [(no_ops.bare_queue(system), [], no_ops.calls()) for system in no_ops.SYSTEMS]
    for queue, workflows, activities in served:
        worker = Worker(
            client,
            task_queue=queue,
            workflows=workflows,
            activities=activities,
            workflow_runner=runner,
            build_id=BUILD,
            graceful_shutdown_timeout=GRACE,
        )
        await stack.enter_async_context(worker)


async def _serve_whole(stack: AsyncExitStack, place: Place, gauge: Gauge) -> None:
    """As `worker.py` does, but with systems in this process that answer at once."""
    settings = place.settings()
    telemetry = start_telemetry(settings.telemetry, service="worker")
    stack.callback(telemetry.stop)
    keyring = load(settings.keys.file)
    store = await stack.enter_async_context(Store(GaugedDatabase(settings.store.url, gauge), keyring))
    plugin = suture_plugin(keyring)
    plugin.data_converter = replace(data_converter(keyring), payload_codec=GaugedCodec(keyring, gauge))
    client = await connect(settings.temporal, plugins=[plugin], runtime=telemetry.runtime)
    notes = Notes(store.runs, store.effects, store.work_items, People(settings.people), Policies(settings))
    intake = Intake(store, facilities=settings.facilities)
    mail = Mail(intake, Dispatcher(client=client, store=store, start=Starter(settings)))
    own = (*notes.all(), *Mailing(mail, store.order_book).all())

    async def died(error: BaseException) -> None:
        print(f"polling died: {error}", file=sys.stderr, flush=True)
        exit_clean(1)

    for queue in queues(ROLES, settings=settings, workflows=WORKFLOWS, notes=own, calls=_calls(store), bears={}):
        await stack.enter_async_context(queue.worker(client, build_id=BUILD, on_fatal_error=died))


def _calls(store: Store) -> Mapping[str, Sequence[Callable[..., Any]]]:
    effects = store.effects
    storeroom, procurement, supplier = (
        InstantStoreroom("inventory"),
        InstantProcurement("erp"),
        InstantSupplier("supplier"),
    )
    books = [Books(one.declares, one.books(), effects).all() for one in (storeroom, procurement, supplier)]
    return {
        "inventory": (*Stock(storeroom, effects).all(), *Storekeeping(storeroom, store.vault).all(), *books[0]),
        "billing": Charges(InProcessBilling("billing", "C"), effects, store.vault).all(),
        "erp": (*Costs(InProcessFinance("erp", "J"), effects).all(), *Procuring(procurement).all(), *books[1]),
        "supplier": (*Supplying(supplier).all(), *books[2]),
    }


if __name__ == "__main__":
    _, served, where, *rest = sys.argv
    asyncio.run(main(served, where, Path(rest[0]) if rest else None))
    exit_clean()
