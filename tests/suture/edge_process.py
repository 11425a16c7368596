"""A process with all telemetry on: takes an event as the gateway would, runs it, calls a vendor, and leaves cleanly."""

import asyncio
import json
import logging
import sys
import urllib.request
from datetime import timedelta

from opentelemetry import trace
from temporalio.client import WorkflowFailureError
from temporalio.worker import Worker

from canonical.identity import system_queue
from connectors.protocols.rest import RestClient
from suture.keys import Keyring
from suture.tables import Prometheus, Telemetry, Temporal
from suture.telemetry import metrics
from suture.telemetry.context import Place, continued, outgoing_headers, traceparent, within
from suture.telemetry.start import start_telemetry
from suture.temporal.client import connect, exit_clean
from suture.temporal.plugin import suture_plugin
from tests.suture.edge_flows import PLANT, UNSAMPLED, Edge, Shelf, start


async def main(address: str, namespace: str, collector: str, vendor: str, prometheus: str, number: str) -> None:
    """One transaction that is posted and one that the vendor refuses, then what the Prometheus endpoint says."""
    telemetry = start_telemetry(
        Telemetry(otlp_endpoint=collector, prometheus=Prometheus(worker=prometheus)), service="worker"
    )
    client = await connect(
        Temporal(address=address, namespace=namespace),
        plugins=[suture_plugin(Keyring.make())],
        runtime=telemetry.runtime,
        patience=timedelta(seconds=10),
    )
    rest = RestClient(system="shelf", base_url=vendor, token="t", outgoing=outgoing_headers)

    async def call() -> None:
        await rest.read("look", "/items/4711", params={"serial": PLANT})

    shelf, queue, calls = Shelf(call=call), f"edge-{number}", system_queue(f"shelf-{number}")
    async with (
        Worker(client, task_queue=queue, workflows=[Edge], activities=shelf.all, build_id="test"),
        Worker(client, task_queue=calls, activities=[shelf.move], build_id="test"),
    ):
        for fails in (False, True):
            shelf.fails = fails
            payload = start(f"{number}-{int(fails)}", calls)
            # The gateway: a span of its own, the event in the inbox, and later a start that goes on from what it kept.
            with within(payload.context.correlation_id, Place(facility="NORTH")):
                with (
                    continued("" if fails else UNSAMPLED),
                    trace.get_tracer("test").start_as_current_span(f"webhook?q={PLANT}") as span,
                ):
                    span.set_attributes({"url.path": f"/v1/events/x?{PLANT}", "patient": PLANT})
                    kept = traceparent()
                metrics.events_accepted(source="inventory", facility="NORTH", process="edge")
                logging.getLogger("test").warning("event stored, %s", PLANT)
            with continued(kept):
                handle = await client.start_workflow(
                    Edge.run, payload, id=payload.context.workflow_id, task_queue=queue
                )
            try:
                await handle.result()
            except WorkflowFailureError:
                logging.getLogger("test").exception("refused")
        exposed = await asyncio.to_thread(urllib.request.urlopen, f"http://{prometheus}/metrics")
        print(json.dumps({"metrics": exposed.read().decode()}))
    await rest.close()
    telemetry.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    exit_clean()
