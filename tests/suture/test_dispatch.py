"""The dispatcher against a real Temporal server: every event reaches the runs that it is for."""

import asyncio
from datetime import UTC, datetime

import pytest
from temporalio.client import Client

from canonical.documents.work_item import Cause, Decision
from canonical.effect import EffectState, Posted
from canonical.identity import BUSINESS_KEY, CORRELATION_ID, FACILITY
from canonical.memory import InboxState
from suture.dispatch import Dispatcher
from suture.store.store import Store
from tests.support.dispatching import Accept, close, heard, started_with
from tests.support.documents import envelope, intent, projection, run_name


async def test_an_event_starts_its_run_and_waits_for_it_to_be_recorded(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    event = await accept(number)
    assert await dispatcher.dispatch_now(event.id)
    handle = quiet_client.get_workflow_handle(run_name(number).workflow_id)
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
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    events = [await accept(number) for _ in range(5)]
    assert all(await asyncio.gather(*(dispatcher.dispatch_now(event.id) for event in events * 10)))
    handle = quiet_client.get_workflow_handle(run_name(number).workflow_id)
    assert set(await heard(handle)) == {event.envelope.id for event in events}


async def test_a_document_for_a_closed_run_starts_the_next_with_its_closing_state(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    for ordinal in (1, 2):
        await dispatcher.dispatch_now((await accept(number)).id)
        await close(store, quiet_client, number, ordinal=ordinal, closing=f'{{"ordinal": {ordinal}}}')
    event = await accept(number)
    assert await dispatcher.dispatch_now(event.id)
    third = quiet_client.get_workflow_handle(run_name(number, ordinal=3).workflow_id)
    assert await heard(third) == [event.envelope.id]
    assert (await started_with(third)).closing == '{"ordinal": 2}'
    assert (await store.inbox.get(event.id)).workflow_id == run_name(number, ordinal=3).workflow_id


async def test_a_run_that_is_about_to_close_still_hears(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await dispatcher.dispatch_now((await accept(number)).id)
    await store.runs.project(projection(number, outcome="posted", closed=datetime.now(UTC)), closing="{}")
    event = await accept(number)
    assert await dispatcher.dispatch_now(event.id)
    assert event.envelope.id in await heard(quiet_client.get_workflow_handle(run_name(number).workflow_id))


async def test_a_closed_run_that_temporal_forgot_is_not_started_anew(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await store.runs.project(projection(number, outcome="posted", closed=datetime.now(UTC)), closing='{"kept": 1}')
    assert await dispatcher.dispatch_now((await accept(number)).id)
    assert (
        await started_with(quiet_client.get_workflow_handle(run_name(number, ordinal=2).workflow_id))
    ).closing == '{"kept": 1}'


async def test_an_event_that_its_run_recorded_before_closing_starts_no_other(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    event = await accept(number)
    await dispatcher.dispatch_now(event.id)
    await store.runs.recorded(
        [f"inventory:{event.envelope.id}"], workflow_id=run_name(number).workflow_id, at=datetime.now(UTC)
    )
    await quiet_client.get_workflow_handle(run_name(number).workflow_id).terminate()
    await dispatcher.dispatch_now(event.id)
    second = quiet_client.get_workflow_handle(run_name(number, ordinal=2).workflow_id)
    with pytest.raises(Exception, match="not found"):
        await second.describe()
    assert (await store.inbox.get(event.id)).state is InboxState.recorded


async def test_a_run_that_wrote_and_left_no_closing_state_needs_a_person(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await dispatcher.dispatch_now((await accept(number)).id)
    run = run_name(number).workflow_id
    await store.effects.intend(intent(f"{run}:stock:1", workflow_id=run), at=datetime.now(UTC))
    await store.effects.settle(
        f"{run}:stock:1", EffectState.applied, at=datetime.now(UTC), posted=Posted(reference="M-1")
    )
    await close(store, quiet_client, number, closing=None)
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
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    await dispatcher.dispatch_now((await accept(number)).id)
    await close(store, quiet_client, number, closing=None)
    assert await dispatcher.dispatch_now((await accept(number)).id)
    assert (
        await started_with(quiet_client.get_workflow_handle(run_name(number, ordinal=2).workflow_id))
    ).closing is None


async def test_news_of_a_subject_wakes_all_who_wait_and_nobody_else(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    runs = [run_name(f"{number}-{n}").workflow_id for n in range(3)]
    for n in range(3):
        await dispatcher.dispatch_now((await accept(f"{number}-{n}")).id)
    for run in runs[:2]:
        await store.runs.await_subject(run, [f"item:{number}"])
    await quiet_client.get_workflow_handle(runs[1]).terminate()
    news = await accept(number, type="item.approved", business_key=f"item:{number}")
    assert await dispatcher.dispatch_now(news.id)
    assert news.envelope.id in await heard(quiet_client.get_workflow_handle(runs[0]))
    assert news.envelope.id not in await heard(quiet_client.get_workflow_handle(runs[2]))
    assert (await store.inbox.get(news.id)).state is InboxState.started
    await store.runs.recorded([f"inventory:{news.envelope.id}"], workflow_id=runs[0], at=datetime.now(UTC))
    assert (await store.inbox.get(news.id)).state is InboxState.recorded


async def test_news_wake_all_who_wait_but_the_run_that_tells_them(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    runs = [run_name(f"{number}-{n}").workflow_id for n in range(2)]
    for n, run in enumerate(runs):
        await dispatcher.dispatch_now((await accept(f"{number}-{n}")).id)
        await store.runs.await_subject(run, [f"order:{number}"])
    letter = envelope(number, type="order.moved", told_by=runs[0]).model_copy(update={"source": "suture"})
    news = await accept(number, envelope=letter, business_key=f"order:{number}")
    assert await dispatcher.dispatch_now(news.id)
    assert [letter.id in await heard(quiet_client.get_workflow_handle(run)) for run in runs] == [False, True]
    assert await store.waits.left(news.id) == (runs[1],)


async def test_news_that_nobody_waits_for_is_done(
    store: Store, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    news = await accept(number, type="item.approved", business_key=f"item:{number}")
    assert await dispatcher.dispatch_now(news.id)
    done = await store.inbox.get(news.id)
    assert (done.state, done.note) == (InboxState.recorded, "nobody waited")


async def test_an_outcome_goes_to_its_run_or_the_one_after_it_and_starts_none(
    store: Store, quiet_client: Client, dispatcher: Dispatcher, accept: Accept, number: str
) -> None:
    run = run_name(number)
    await dispatcher.dispatch_now((await accept(number)).id)
    outcome = {"type": "charge.posted", "business_key": run.business_key, "workflow_id": run.workflow_id}
    event = await accept(number, **outcome)
    assert await dispatcher.dispatch_now(event.id)
    assert event.envelope.id in await heard(quiet_client.get_workflow_handle(run.workflow_id))
    await close(store, quiet_client, number)
    await dispatcher.dispatch_now((await accept(number)).id)
    await store.runs.project(projection(number, ordinal=2))
    second = await accept(number, **outcome)
    assert await dispatcher.dispatch_now(second.id)
    assert second.envelope.id in await heard(quiet_client.get_workflow_handle(run.next().workflow_id))
    await close(store, quiet_client, number, ordinal=2)
    third = await accept(number, **outcome)
    assert await dispatcher.dispatch_now(third.id)
    done = await store.inbox.get(third.id)
    assert (done.state, done.note) == (InboxState.recorded, "the run had closed")
