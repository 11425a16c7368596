"""The dispatcher against a real Temporal server: every event reaches its run, whatever closed, failed or was away."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from opentelemetry import trace
from pydantic import BaseModel
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter

from canonical.documents.work_item import Cause, Decision
from canonical.effect import EffectState, Posted
from canonical.envelope import Envelope
from canonical.identity import BUSINESS_KEY, CORRELATION_ID, FACILITY, RunName
from canonical.memory import InboxState
from suture.dispatch import Dispatcher, Pace
from suture.store.inbox import Accepted, Arrival, Waiting
from suture.store.store import Store
from suture.temporal.dev_server import DevServer
from suture.temporal.server_binary import find_binary
from tests.conftest import StartTemporal
from tests.support.documents import arrival, intent, projection, run_name

EAGER = Pace(
    stored_for=timedelta(0), started_for=timedelta(0), again_after=timedelta(0), call=timedelta(seconds=5), refusals=2
)


class Start(BaseModel):
    """A start payload."""

    workflow_id: str
    correlation_id: str
    closing: str | None


def start(name: RunName, correlation_id: str, closing: str | None, at: datetime) -> Start:
    return Start(workflow_id=name.workflow_id, correlation_id=correlation_id, closing=closing)


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    """A server of this module's own: no worker of another test must take up the runs that are started here."""
    folder = tmp_path_factory.mktemp("temporal")
    binary = await find_binary(environ=os.environ)
    async with DevServer(binary, database=folder / "temporal.db", log=folder / "temporal.log") as server:
        yield server


async def connect(server: DevServer) -> Client:
    return await Client.connect(server.address, data_converter=pydantic_data_converter)


@pytest.fixture
async def client(server: DevServer) -> Client:
    return await connect(server)


@pytest.fixture
def dispatcher(client: Client, store: Store) -> Dispatcher:
    return Dispatcher(client, store, start, EAGER)


@pytest.fixture
def number() -> str:
    return f"U-{uuid4().hex[:12]}"


Accept = Callable[..., Awaitable[Waiting]]


@pytest.fixture
def accept(store: Store) -> Accept:
    """Stores an event; the rest of an arrival by name."""

    async def accept(number: str, *, type: str = "usage.reported", **changes: object) -> Waiting:
        event: Arrival = arrival(number, id=f"evt-{uuid4().hex[:8]}", at=datetime.now(UTC), type=type)
        answer = await store.inbox.accept(event.model_copy(update=changes))
        assert isinstance(answer, Accepted)
        return await store.inbox.get(answer.id)

    return accept


async def heard(handle: WorkflowHandle[object, object]) -> list[str]:
    """The ids of the events in a run's history."""
    history = await handle.fetch_history()
    ids = []
    for event in history.events:
        if event.HasField("workflow_execution_signaled_event_attributes"):
            signal = event.workflow_execution_signaled_event_attributes
            assert signal.signal_name == "receive"
            ids.append((await pydantic_data_converter.decode(signal.input.payloads, [Envelope]))[0].id)
    return ids


async def started_with(handle: WorkflowHandle[object, object]) -> Start:
    history = await handle.fetch_history()
    payloads = history.events[0].workflow_execution_started_event_attributes.input.payloads
    return Start.model_validate((await pydantic_data_converter.decode(payloads, [Start]))[0])


async def close(store: Store, client: Client, number: str, *, ordinal: int = 1, closing: str | None = "{}") -> None:
    """What is left of a run that has closed: Temporal refuses it, the store has its closing state."""
    await client.get_workflow_handle(run_name(number, ordinal=ordinal).workflow_id).terminate()
    if closing is not None:
        closed = projection(number, ordinal=ordinal, outcome="posted", closed=datetime.now(UTC))
        await store.runs.project(closed, closing=closing)


async def test_an_event_starts_its_run_and_waits_for_it_to_be_recorded(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    event = await accept(number)
    assert await dispatcher.dispatch_now(event.id)
    handle = client.get_workflow_handle(run_name(number).workflow_id)
    described = await handle.describe()
    attributes = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert described.workflow_type == "usage-to-charge" and described.task_queue == "transactions"
    assert attributes[CORRELATION_ID] == event.correlation_id
    assert (attributes[FACILITY], attributes[BUSINESS_KEY]) == ("NORTH", event.business_key)
    assert await described.static_summary() == f"usage.reported {number} from inventory, NORTH"
    assert await heard(handle) == [event.envelope.id]
    assert (await started_with(handle)).closing is None
    stored = await store.inbox.get(event.id)
    assert (stored.state, stored.workflow_id) == (InboxState.started, run_name(number).workflow_id)
    await store.runs.recorded(
        [f"inventory:{event.envelope.id}"], workflow_id=run_name(number).workflow_id, at=datetime.now(UTC)
    )
    assert (await store.inbox.get(event.id)).state is InboxState.recorded


async def test_fifty_deliveries_at_once_are_one_run(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    events = [await accept(number) for _ in range(5)]
    assert all(await asyncio.gather(*(dispatcher.dispatch_now(event.id) for event in events * 10)))
    handle = client.get_workflow_handle(run_name(number).workflow_id)
    assert set(await heard(handle)) == {event.envelope.id for event in events}


async def test_a_document_for_a_closed_run_starts_the_next_with_its_closing_state(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    for ordinal in (1, 2):
        await dispatcher.dispatch_now((await accept(number)).id)
        await close(store, client, number, ordinal=ordinal, closing=f'{{"ordinal": {ordinal}}}')
    event = await accept(number)
    assert await dispatcher.dispatch_now(event.id)
    third = client.get_workflow_handle(run_name(number, ordinal=3).workflow_id)
    assert await heard(third) == [event.envelope.id]
    assert (await started_with(third)).closing == '{"ordinal": 2}'
    assert (await store.inbox.get(event.id)).workflow_id == run_name(number, ordinal=3).workflow_id


async def test_a_run_that_is_about_to_close_still_hears(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await dispatcher.dispatch_now((await accept(number)).id)
    await store.runs.project(projection(number, outcome="posted", closed=datetime.now(UTC)), closing="{}")
    event = await accept(number)
    assert await dispatcher.dispatch_now(event.id)
    assert event.envelope.id in await heard(client.get_workflow_handle(run_name(number).workflow_id))


async def test_a_closed_run_that_temporal_forgot_is_not_started_anew(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await store.runs.project(projection(number, outcome="posted", closed=datetime.now(UTC)), closing='{"kept": 1}')
    assert await dispatcher.dispatch_now((await accept(number)).id)
    assert (
        await started_with(client.get_workflow_handle(run_name(number, ordinal=2).workflow_id))
    ).closing == '{"kept": 1}'


async def test_an_event_that_its_run_recorded_before_closing_starts_no_other(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    event = await accept(number)
    await dispatcher.dispatch_now(event.id)
    await store.runs.recorded(
        [f"inventory:{event.envelope.id}"], workflow_id=run_name(number).workflow_id, at=datetime.now(UTC)
    )
    await client.get_workflow_handle(run_name(number).workflow_id).terminate()
    await dispatcher.dispatch_now(event.id)
    second = client.get_workflow_handle(run_name(number, ordinal=2).workflow_id)
    with pytest.raises(Exception, match="not found"):
        await second.describe()
    assert (await store.inbox.get(event.id)).state is InboxState.recorded


async def test_a_run_that_wrote_and_left_no_closing_state_needs_a_person(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await dispatcher.dispatch_now((await accept(number)).id)
    run = run_name(number).workflow_id
    await store.effects.intend(intent(f"{run}:stock:1", workflow_id=run), at=datetime.now(UTC))
    await store.effects.settle(
        f"{run}:stock:1", EffectState.applied, at=datetime.now(UTC), posted=Posted(reference="M-1")
    )
    await close(store, client, number, closing=None)
    event = await accept(number)
    assert not await dispatcher.dispatch_now(event.id)
    assert (await store.inbox.get(event.id)).state is InboxState.refused
    [listed] = await store.work_items.open_items(correlation_id=event.correlation_id)
    assert listed.item.cause is Cause.event_refused
    await store.event_items.decide(
        listed.item.item_id, decision=Decision.retry, person="ann", reason="", at=datetime.now(UTC)
    )
    assert not await dispatcher.dispatch_now(event.id), "nothing has changed: the question is asked again"
    assert len(await store.work_items.open_items(correlation_id=event.correlation_id)) == 1


async def test_a_run_that_wrote_nothing_needs_no_closing_state(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await dispatcher.dispatch_now((await accept(number)).id)
    await close(store, client, number, closing=None)
    assert await dispatcher.dispatch_now((await accept(number)).id)
    assert (await started_with(client.get_workflow_handle(run_name(number, ordinal=2).workflow_id))).closing is None


async def test_news_of_a_subject_wakes_all_who_wait_and_nobody_else(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    runs = [run_name(f"{number}-{n}").workflow_id for n in range(3)]
    for n in range(3):
        await dispatcher.dispatch_now((await accept(f"{number}-{n}")).id)
    for run in runs[:2]:
        await store.runs.await_subject(run, [f"item:{number}"])
    await client.get_workflow_handle(runs[1]).terminate()
    news = await accept(number, type="item.approved", business_key=f"item:{number}")
    assert await dispatcher.dispatch_now(news.id)
    assert news.envelope.id in await heard(client.get_workflow_handle(runs[0]))
    assert news.envelope.id not in await heard(client.get_workflow_handle(runs[2]))
    assert (await store.inbox.get(news.id)).state is InboxState.started
    await store.runs.recorded([f"inventory:{news.envelope.id}"], workflow_id=runs[0], at=datetime.now(UTC))
    assert (await store.inbox.get(news.id)).state is InboxState.recorded


async def test_news_that_nobody_waits_for_is_done(
    store: Store, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    news = await accept(number, type="item.approved", business_key=f"item:{number}")
    assert await dispatcher.dispatch_now(news.id)
    done = await store.inbox.get(news.id)
    assert (done.state, done.note) == (InboxState.recorded, "nobody waited")


async def test_an_outcome_goes_to_its_run_or_the_one_after_it_and_starts_none(
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    run = run_name(number)
    await dispatcher.dispatch_now((await accept(number)).id)
    outcome = {"type": "charge.posted", "business_key": run.business_key, "workflow_id": run.workflow_id}
    event = await accept(number, **outcome)
    assert await dispatcher.dispatch_now(event.id)
    assert event.envelope.id in await heard(client.get_workflow_handle(run.workflow_id))
    await close(store, client, number)
    await dispatcher.dispatch_now((await accept(number)).id)
    await store.runs.project(projection(number, ordinal=2))
    second = await accept(number, **outcome)
    assert await dispatcher.dispatch_now(second.id)
    assert second.envelope.id in await heard(client.get_workflow_handle(run.next().workflow_id))
    await close(store, client, number, ordinal=2)
    third = await accept(number, **outcome)
    assert await dispatcher.dispatch_now(third.id)
    done = await store.inbox.get(third.id)
    assert (done.state, done.note) == (InboxState.recorded, "the run had closed")


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
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    known = await accept(number)
    await dispatcher.dispatch_now(known.id)
    lost = await accept(number)
    await store.inbox.started(lost.id, workflow_id=run_name(number).workflow_id, at=datetime.now(UTC))
    gone = await accept(f"{number}-gone")
    await store.inbox.started(gone.id, workflow_id=run_name(f"{number}-gone").workflow_id, at=datetime.now(UTC))
    assert await dispatcher.sweep() == 2
    handle = client.get_workflow_handle(run_name(number).workflow_id)
    assert await heard(handle) == [known.envelope.id, lost.envelope.id]
    assert await heard(client.get_workflow_handle(run_name(f"{number}-gone").workflow_id)) == [gone.envelope.id]
    assert await dispatcher.sweep() == 0


async def test_a_refusal_is_tried_again_then_a_person_is_asked_and_others_go_on(
    store: Store, client: Client, accept: Accept, number: str
) -> None:
    def picky(name: RunName, correlation_id: str, closing: str | None, at: datetime) -> BaseModel:
        if name.number == number:
            raise KeyError("no route")
        return start(name, correlation_id, closing, at)

    dispatcher = Dispatcher(client, store, picky, EAGER)
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
    store: Store, client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    too_long = RunName(process="p" * 400, facility="NORTH", source="s" * 300, number="n" * 400).business_key
    event = await accept(number, business_key=too_long)
    for _ in range(2):
        assert not await dispatcher.dispatch_now(event.id)
    assert (await store.inbox.get(event.id)).state is InboxState.refused


async def test_the_run_is_started_in_the_trace_of_its_event(
    store: Store, client: Client, accept: Accept, number: str
) -> None:
    seen: list[str] = []

    def look(name: RunName, correlation_id: str, closing: str | None, at: datetime) -> BaseModel:
        seen.append(format(trace.get_current_span().get_span_context().trace_id, "032x"))
        return start(name, correlation_id, closing, at)

    event = arrival(number, id=number).model_copy(update={"at": datetime.now(UTC)})
    traced = event.envelope.model_copy(update={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    answer = await store.inbox.accept(event.model_copy(update={"envelope": traced}))
    assert isinstance(answer, Accepted)
    assert await Dispatcher(client, store, look, EAGER).dispatch_now(answer.id)
    assert seen == ["ab" * 16]
    assert not trace.get_current_span().get_span_context().is_valid


async def test_a_document_that_cannot_be_opened_keeps_no_other_waiting(
    store: Store, dispatcher: Dispatcher, accept: Accept, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    from suture.store.inbox import INBOX

    damaged, whole = await accept(number), await accept(f"{number}-whole")
    await store._database.execute(INBOX.update().where(INBOX.c.id == damaged.id).values(document=b"x"))
    assert await dispatcher.sweep() == 1
    assert (await store.inbox.get(whole.id)).state is InboxState.started
    assert "cannot be opened" in caplog.text
