"""The dispatcher when something is away, lost, refused or damaged: nothing is lost, and nothing blocks the rest."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry import trace
from pydantic import BaseModel
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from canonical.identity import TRANSACTIONS_QUEUE, RunName
from canonical.memory import InboxState
from suture.dispatch import Dispatcher, Pace
from suture.store.inbox import Accepted
from suture.store.inbox_table import INBOX
from suture.store.store import Store
from tests.conftest import StartTemporal
from tests.support.dispatching import EAGER, Accept, connect, heard, start
from tests.support.documents import arrival, run_name


async def test_with_temporal_away_events_wait_and_are_delivered_when_it_is_back(
    store: Store, start_temporal: StartTemporal, accept: Accept, number: str
) -> None:
    server = await start_temporal()
    pace = Pace(stored_for=timedelta(0), again_after=timedelta(0), call=timedelta(seconds=1))
    dispatcher = Dispatcher(await connect(server), store, start, pace)
    server.kill()
    events = [await accept(f"{number}-{n}") for n in range(3)]
    assert not any([await dispatcher.dispatch_now(event.id) for event in events])
    assert await dispatcher.sweep() == 0
    assert {(await store.inbox.get(event.id)).state for event in events} == {InboxState.stored}
    assert await store.work_items.open_items() == ()
    await server.start()
    async with asyncio.timeout(30):
        while await store.inbox.not_done(InboxState.stored, received_before=datetime.now(UTC)):
            await dispatcher.sweep()
    for n in range(3):
        run = dispatcher.client.get_workflow_handle(run_name(f"{number}-{n}").workflow_id)
        assert (await run.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_a_dispatcher_that_never_reached_temporal_refuses_nothing(
    store: Store, accept: Accept, number: str
) -> None:
    client = await Client.connect("127.0.0.1:1", lazy=True, data_converter=pydantic_data_converter)
    dispatcher = Dispatcher(client, store, start, EAGER)
    event = await accept(number)
    for _ in range(4):
        assert not await dispatcher.dispatch_now(event.id)
    assert await dispatcher.sweep() == 0
    assert (await store.inbox.get(event.id)).state is InboxState.stored


async def test_the_sweep_leaves_alone_what_a_run_has_heard_and_repeats_what_it_has_not(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    known = await accept(number)
    await dispatcher.dispatch_now(known.id)
    lost = await accept(number)
    await store.inbox.started(lost.id, workflow_id=run_name(number).workflow_id, at=datetime.now(UTC))
    gone = await accept(f"{number}-gone")
    await store.inbox.started(gone.id, workflow_id=run_name(f"{number}-gone").workflow_id, at=datetime.now(UTC))
    assert await dispatcher.sweep() == 2
    handle = quiet_client.get_workflow_handle(run_name(number).workflow_id)
    assert await heard(handle) == [known.envelope.id, lost.envelope.id]
    assert await heard(quiet_client.get_workflow_handle(run_name(f"{number}-gone").workflow_id)) == [gone.envelope.id]
    assert await dispatcher.sweep() == 0


async def test_a_refusal_is_tried_again_then_a_person_is_asked_and_others_go_on(
    store: Store, quiet_client: Client, accept: Accept, number: str
) -> None:
    def picky(name: RunName, correlation_id: str, closing: str | None, at: datetime, kept_in: str | None) -> BaseModel:
        if name.number == number:
            raise KeyError("no route")
        return start(name, correlation_id, closing, at)

    dispatcher = Dispatcher(quiet_client, store, picky, EAGER)
    bad, good = await accept(number), await accept(f"{number}-good")
    assert await dispatcher.sweep() == 1
    assert (await store.inbox.get(bad.id)).state is InboxState.stored
    assert (await store.inbox.get(good.id)).state is InboxState.started
    await dispatcher.sweep()
    refused = await store.inbox.get(bad.id)
    assert (refused.state, refused.refusals) == (InboxState.refused, 2)
    [listed] = await store.work_items.open_items(correlation_id=bad.correlation_id)
    assert listed.item.question == "an event usage.reported from inventory was refused again and again"


async def test_temporals_own_refusal_is_believed_in_the_end(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    too_long = RunName(process="p" * 400, facility="NORTH", source="s" * 300, number="n" * 400).business_key
    event = await accept(number, business_key=too_long)
    for _ in range(2):
        assert not await dispatcher.dispatch_now(event.id)
    assert (await store.inbox.get(event.id)).state is InboxState.refused


async def test_the_run_is_started_in_the_trace_of_its_event(
    store: Store, quiet_client: Client, accept: Accept, number: str
) -> None:
    seen: list[str] = []

    def look(name: RunName, correlation_id: str, closing: str | None, at: datetime, kept_in: str | None) -> BaseModel:
        seen.append(format(trace.get_current_span().get_span_context().trace_id, "032x"))
        return start(name, correlation_id, closing, at)

    event = arrival(number, id=number).model_copy(update={"at": datetime.now(UTC)})
    traced = event.envelope.model_copy(update={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    answer = await store.inbox.accept(event.model_copy(update={"envelope": traced}))
    assert isinstance(answer, Accepted)
    assert await Dispatcher(quiet_client, store, look, EAGER).dispatch_now(answer.id)
    assert seen == ["ab" * 16]
    assert not trace.get_current_span().get_span_context().is_valid


async def test_a_document_that_cannot_be_opened_keeps_no_other_waiting(
    store: Store, dispatcher: Dispatcher, accept: Accept, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, whole = await accept(number), await accept(f"{number}-whole")
    await store._database.execute(INBOX.update().where(INBOX.c.id == damaged.id).values(document=b"x"))
    assert await dispatcher.sweep() == 1
    assert (await store.inbox.get(whole.id)).state is InboxState.started
    assert "cannot be opened" in caplog.text


@workflow.defn(name="usage-to-charge", sandboxed=False)
class Fails:
    """A run that cannot take its start payload."""

    @workflow.signal(name="receive")
    def receive(self, document: dict[str, object]) -> None:
        """It hears what it will never carry out."""

    @workflow.run
    async def run(self, start: dict[str, object]) -> None:
        """Fail."""
        raise ApplicationError("not the form that it takes", non_retryable=True)


async def test_an_event_whose_run_failed_is_not_told_to_run_after_run_but_to_a_person(
    store: Store, start_temporal: StartTemporal, accept: Accept, number: str
) -> None:
    server = await start_temporal()
    client = await connect(server)
    dispatcher = Dispatcher(client, store, start, EAGER)
    event = await accept(number)
    runs = [client.get_workflow_handle(run_name(number, ordinal=n).workflow_id) for n in (1, 2)]
    async with Worker(client, task_queue=TRANSACTIONS_QUEUE, workflows=[Fails], build_id="test"):
        assert await dispatcher.dispatch_now(event.id)
        with pytest.raises(WorkflowFailureError):
            await runs[0].result()
        for _ in range(EAGER.refusals):
            await dispatcher.sweep()
    assert (await store.inbox.get(event.id)).state is InboxState.refused
    (listed,) = await store.work_items.open_items()
    assert listed.item.decisions == ("retry", "acknowledge")
    with pytest.raises(RPCError, match="not found"):
        await runs[1].describe()
