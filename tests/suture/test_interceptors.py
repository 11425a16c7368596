"""Interceptors: activities know whose they are, a run that replays is counted once, failures tell little."""

import uuid
from collections import Counter

import pytest
from pydantic import BaseModel, ValidationError
from temporalio.client import Client
from temporalio.common import MetricMeter
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Worker

from activities.boundary import failures_cross
from canonical.errors import Audience, Failure, PeriodClosed, Transient, Uncertain
from canonical.identity import system_queue
from suture.keys import Keyring
from suture.telemetry import metrics
from suture.telemetry.context import NOWHERE, Place, correlation_id, here, outgoing_headers, place, within
from suture.temporal.interceptors.failures import Told, told
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import Server
from tests.support.meter import Meter
from tests.suture.edge_flows import Edge, Shelf, Word, start


@pytest.fixture
async def client(temporal: Server) -> Client:
    """A client as every process has it."""
    plugin = suture_plugin(Keyring.make())
    return await Client.connect(temporal.address, namespace=temporal.namespace, plugins=[plugin])


async def test_an_activity_knows_its_transaction_facility_process_and_system(client: Client) -> None:
    number = uuid.uuid4().hex[:8]
    calls = system_queue(f"shelf-{number}")
    shelf = Shelf(look=lambda: (*here(), outgoing_headers()))
    payload = start(number, calls)
    async with (
        Worker(client, task_queue=number, workflows=[Edge], activities=shelf.all, build_id="test"),
        Worker(client, task_queue=calls, activities=[shelf.move], build_id="test"),
    ):
        await client.execute_workflow(Edge.run, payload, id=payload.context.workflow_id, task_queue=number)
    in_run = {"facility": "NORTH", "process": "edge"}
    assert [seen[0] for seen in shelf.seen] == [f"c-{number}"] * 3
    assert [seen[1] for seen in shelf.seen] == [
        Place(operation="item.opened", **in_run),
        Place(operation="stock.move", system=f"shelf-{number}", **in_run),
        Place(operation="item.closed", **in_run),
    ]
    assert shelf.seen[1][2] == {"X-Correlation-Id": f"c-{number}"}
    assert correlation_id.get() == "" and place.get() == NOWHERE


async def test_a_run_that_replays_at_every_task_is_counted_once(client: Client) -> None:
    number, counts = uuid.uuid4().hex[:8], Counter[str]()
    metrics.use(Meter(counts))
    payload = start(number, number, waits=True)
    try:
        async with Worker(
            client,
            task_queue=number,
            workflows=[Edge],
            activities=Shelf().all,
            build_id="test",
            max_cached_workflows=0,
        ):
            handle = await client.start_workflow(Edge.run, payload, id=payload.context.workflow_id, task_queue=number)
            heard = await handle.execute_update("say", Word(said="go"), result_type=Word)
            assert heard == Word(said="heard go")
            await handle.result()
    finally:
        metrics.use(MetricMeter.noop)
    assert counts == {
        "suture_activity_attempts": 3,
        "suture_effects": 1,
        "suture_end_to_end": 1,
    }


@pytest.mark.parametrize(
    ("leaf", "category"), [(Transient, "transient"), (Uncertain, "uncertain"), (PeriodClosed, "period-closed")]
)
def test_a_failure_is_told_by_category_and_system(leaf: type[Failure], category: str) -> None:
    with pytest.raises(ApplicationError) as crossed, failures_cross():
        raise leaf("summary", system="erp", operation="post", audience=Audience.finance, evidence="MRN 1", status=503)
    assert told(crossed.value) == Told(category, "erp", "post", 503)


def test_a_fault_of_ours_is_told_by_its_type_alone() -> None:
    class Model(BaseModel):
        number: int

    with pytest.raises(ValidationError) as invalid:
        Model.model_validate({"number": "MRN 1"})
    assert told(invalid.value) == Told("invalid-data", foreseen=False)
    assert told(KeyError("MRN 1")) == Told("KeyError", foreseen=False)
    assert told(ApplicationError("MRN 1")) == Told("application", foreseen=False)
    assert told(CancelledError()) == Told("cancelled")


def test_a_place_is_left_as_it_was_found() -> None:
    with within("c-1", Place(facility="NORTH")):
        with pytest.raises(RuntimeError), within("c-2"):
            assert outgoing_headers() == {"X-Correlation-Id": "c-2"}
            raise RuntimeError
        assert here() == ("c-1", Place(facility="NORTH"))
    assert here() == ("", NOWHERE)
