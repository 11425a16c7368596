"""The plugin: one configuration for client, worker and replayer, on a real server."""

import base64
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio import activity
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.plugin import SimplePlugin
from temporalio.worker import Replayer, Worker
from temporalio.workflow import NondeterminismError

from canonical.effect import Posted
from suture.keys import Keyring
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import Server
from tests.suture.edge_flows import PLANT, Edge, EdgeStart, Shelf, Word, start

KEYRING = Keyring.make()


async def _connect(temporal: Server, plugin: SimplePlugin) -> Client:
    return await Client.connect(temporal.address, namespace=temporal.namespace, plugins=[plugin])


@asynccontextmanager
async def _working(client: Client, shelf: Shelf) -> AsyncIterator[str]:
    queue = f"edge-{uuid.uuid4().hex}"
    async with Worker(client, task_queue=queue, workflows=[Edge], activities=shelf.all, build_id="test"):
        yield queue


async def _begin(client: Client, queue: str, payload: EdgeStart) -> WorkflowHandle[Edge, Posted]:
    return await client.start_workflow(Edge.run, payload, id=payload.context.workflow_id, task_queue=queue)


def _number() -> str:
    return uuid.uuid4().hex[:12]


async def _stored(handle: WorkflowHandle[Edge, Posted]) -> bytes:
    """What the server keeps of the run."""
    return History(events=(await handle.fetch_history()).events).SerializeToString()


async def test_what_the_server_keeps_holds_no_value_and_the_run_reads_it_all(temporal: Server) -> None:
    client = await _connect(temporal, suture_plugin(KEYRING))
    async with _working(client, Shelf()) as queue:
        handle = await _begin(client, queue, start(_number(), queue))
        assert (await handle.result()).reference == "M-1"
    kept = await _stored(handle)
    for plant in (PLANT.encode(), b"OR-1", b"M-1", base64.b64encode(PLANT.encode())):
        assert plant not in kept


async def test_without_a_codec_the_same_look_finds_every_plant(temporal: Server) -> None:
    client = await _connect(temporal, suture_plugin(None))
    async with _working(client, Shelf()) as queue:
        handle = await _begin(client, queue, start(_number(), queue))
        await handle.result()
    kept = await _stored(handle)
    assert PLANT.encode() in kept and b"OR-1" in kept and b"M-1" in kept


async def test_the_vendors_words_in_a_failure_are_sealed_and_reach_the_caller(temporal: Server) -> None:
    client = await _connect(temporal, suture_plugin(KEYRING))
    async with _working(client, Shelf(fails=True)) as queue:
        handle = await _begin(client, queue, start(_number(), queue))
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert isinstance(failed.value.cause, ActivityError)
    cause = failed.value.cause.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "rejected" and PLANT in str(cause.details)
    kept = await _stored(handle)
    assert PLANT.encode() not in kept and b"refused by the shelf" not in kept


async def test_a_fresh_sealed_history_replays_after_a_rotation(temporal: Server) -> None:
    client = await _connect(temporal, suture_plugin(KEYRING))
    async with _working(client, Shelf()) as queue:
        handle = await _begin(client, queue, start(_number(), queue))
        await handle.result()
    text = (await handle.fetch_history()).to_json()
    history = WorkflowHistory.from_json(handle.id, text)
    await Replayer(workflows=[Edge], plugins=[suture_plugin(KEYRING.rotated())]).replay_workflow(history)


async def test_a_kept_plain_history_replays_only_where_plain_is_allowed(temporal: Server) -> None:
    client = await _connect(temporal, suture_plugin(None))
    async with _working(client, Shelf()) as queue:
        handle = await _begin(client, queue, start(_number(), queue))
        await handle.result()
    history = await handle.fetch_history()
    for plugin in (suture_plugin(None), suture_plugin(KEYRING, permissive=True)):
        await Replayer(workflows=[Edge], plugins=[plugin]).replay_workflow(history)
    with pytest.raises(NondeterminismError):
        await Replayer(workflows=[Edge], plugins=[suture_plugin(KEYRING)]).replay_workflow(history)


async def test_a_run_started_in_clear_fails_with_words_and_is_not_tried_for_ever(temporal: Server) -> None:
    plain, ours = await _connect(temporal, suture_plugin(None)), await _connect(temporal, suture_plugin(KEYRING))
    async with _working(ours, Shelf()) as queue:
        handle = await _begin(plain, queue, start(_number(), queue))
        with pytest.raises(WorkflowFailureError) as failed:
            await ours.get_workflow_handle(handle.id).result()
    assert "in clear is refused" in str(failed.value.cause)


async def test_a_start_that_does_not_fit_fails_the_run(temporal: Server) -> None:
    client = await _connect(temporal, suture_plugin(KEYRING))
    async with _working(client, Shelf()) as queue:
        handle = await client.start_workflow("edge", {"context": 1}, id=f"edge:N:s:{_number()}", task_queue=queue)
        with pytest.raises(WorkflowFailureError):
            await handle.result()


async def test_a_signal_in_clear_is_dropped_and_the_run_goes_on(temporal: Server) -> None:
    plain, ours = await _connect(temporal, suture_plugin(None)), await _connect(temporal, suture_plugin(KEYRING))
    async with _working(ours, Shelf()) as queue:
        handle = await _begin(ours, queue, start(_number(), queue, waits=True))
        stranger = plain.get_workflow_handle_for(Edge.run, handle.id)
        await stranger.signal(Edge.receive, Word(said="from the outside"))
        # An update in clear is refused to the caller, and tells that the signal before it was taken and dropped.
        with pytest.raises(WorkflowUpdateFailedError):
            await stranger.execute_update("say", Word(said="me too"))
        await handle.signal(Edge.receive, Word(said="go"))
        assert (await handle.result()).reference == "M-1"
    assert PLANT.encode() not in await _stored(handle)


@activity.defn(name="stock.move")
async def _answers(order: RawValue) -> Posted:
    """Somebody with access to the server but without keys, in a system's place."""
    return Posted(reference="M-9")


async def test_an_answer_in_clear_stops_the_task_and_not_the_run(temporal: Server) -> None:
    """An activity completed by hand, from the command line: the run must not fail, for then nothing would be undone."""
    plain, ours = await _connect(temporal, suture_plugin(None)), await _connect(temporal, suture_plugin(KEYRING))
    async with _working(ours, Shelf()) as queue:
        # Nobody serves the system's queue: the stranger answers in its place.
        absent = f"{queue}-absent"
        handle = await _begin(ours, queue, start(_number(), absent))
        async with Worker(plain, task_queue=absent, activities=[_answers], build_id="test"):
            async for event in _events(handle):
                if event.HasField("workflow_task_failed_event_attributes"):
                    break
        description = await handle.describe()
        assert description.status is not None and description.status.name == "RUNNING"
        await handle.terminate()


async def _events(handle: WorkflowHandle[Edge, Posted]) -> AsyncIterator[HistoryEvent]:
    async for event in handle.fetch_history_events(wait_new_event=True):
        yield event
