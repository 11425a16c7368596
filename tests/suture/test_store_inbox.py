"""The inbox: one delivery counts once, a business key has one correlation id, and nothing that is not done is lost."""

import asyncio
import re

import pytest

from canonical.memory import InboxState
from suture.store.inbox import Accepted, Conflict
from suture.store.store import Store
from tests.support.documents import NOON, arrival, later, projection, run_name


async def test_an_event_is_accepted_once_and_answered_the_same(store: Store) -> None:
    first = await store.inbox.accept(arrival())
    again = await store.inbox.accept(arrival())
    assert isinstance(first, Accepted) and not first.duplicate
    assert again == first.model_copy(update={"duplicate": True})
    assert first.business_key == "usage-to-charge:NORTH:inventory:U-1"
    assert re.fullmatch("c-[a-z2-7]{26}", first.correlation_id)


async def test_the_same_id_with_another_content_is_a_conflict_and_changes_nothing(store: Store) -> None:
    first = await store.inbox.accept(arrival(item="4711"))
    other = await store.inbox.accept(arrival(item="4712", fingerprint="g"))
    assert isinstance(first, Accepted) and isinstance(other, Conflict)
    assert other.correlation_id == first.correlation_id
    assert (await store.inbox.get(first.id)).envelope.data == {"item": "4711"}


async def test_events_of_one_business_key_share_a_correlation_id(store: Store) -> None:
    answers = [await store.inbox.accept(arrival(id=f"evt-{n}")) for n in range(3)]
    other = await store.inbox.accept(arrival("U-2", id="evt-9"))
    assert len({answer.correlation_id for answer in answers}) == 1
    assert other.correlation_id != answers[0].correlation_id
    found = await store.inbox.of_correlation(answers[0].correlation_id)
    assert [event.envelope.id for event in found] == ["evt-0", "evt-1", "evt-2"]


async def test_a_thousand_deliveries_at_once_are_one_event(store: Store) -> None:
    answers = await asyncio.gather(*(store.inbox.accept(arrival()) for _ in range(1000)))
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len(accepted) == 1000
    assert [answer.duplicate for answer in accepted].count(False) == 1
    assert len({(answer.id, answer.correlation_id) for answer in accepted}) == 1


async def test_what_is_stored_comes_back_with_its_correlation_and_trace(store: Store) -> None:
    event = arrival(serial="S-1")
    traced = event.model_copy(update={"envelope": event.envelope.model_copy(update={"traceparent": "00-a-b-01"})})
    accepted = await store.inbox.accept(traced)
    assert isinstance(accepted, Accepted)
    waiting = await store.inbox.get(accepted.id)
    assert waiting.envelope == traced.envelope.model_copy(update={"correlationid": accepted.correlation_id})
    assert waiting.state is InboxState.stored and waiting.received_at == NOON


async def test_what_is_not_done_is_found_by_its_age(store: Store) -> None:
    rows = []
    for n in range(4):
        answer = await store.inbox.accept(arrival(f"U-{n}", id=f"evt-{n}", at=later(minutes=n)))
        assert isinstance(answer, Accepted)
        rows.append(answer.id)
    await store.inbox.started(rows[0], workflow_id=run_name("U-0").workflow_id, at=later(minutes=5))
    await store.inbox.done(rows[1], at=later(minutes=5), note="nobody waited")
    await store.inbox.tried(rows[2], at=later(minutes=6), note="UNAVAILABLE")
    stored = await store.inbox.not_done(InboxState.stored, received_before=later(minutes=9))
    assert [event.id for event in stored] == [rows[3], rows[2]], "what was tried longest ago comes first"
    fresh = await store.inbox.not_done(InboxState.stored, received_before=later(minutes=3))
    assert [event.id for event in fresh] == [rows[2]]
    untried = await store.inbox.not_done(
        InboxState.stored, received_before=later(minutes=9), tried_before=later(minutes=6)
    )
    assert [event.id for event in untried] == [rows[3]]
    both = await store.inbox.not_done(InboxState.stored, InboxState.started, received_before=later(minutes=9))
    assert {event.id for event in both} == {rows[0], rows[2], rows[3]}


async def test_a_run_records_its_own_events_only(store: Store) -> None:
    for n in range(3):
        await store.inbox.accept(arrival(f"U-{n % 2}", id=f"evt-{n}"))
    await store.runs.recorded(
        ["inventory:evt-0", "inventory:evt-1"], workflow_id=run_name("U-0", ordinal=2).workflow_id, at=NOON
    )
    states = {}
    for n in range(3):
        event = await store.inbox.find(source="inventory", event_id=f"evt-{n}")
        assert event is not None
        states[n] = event.state
    assert states == {0: InboxState.recorded, 1: InboxState.stored, 2: InboxState.stored}


async def test_what_was_recorded_is_never_only_started_again(store: Store) -> None:
    accepted = await store.inbox.accept(arrival())
    assert isinstance(accepted, Accepted)
    await store.runs.recorded(["inventory:evt-1"], workflow_id=run_name().workflow_id, at=NOON)
    await store.inbox.started(accepted.id, workflow_id=run_name().workflow_id, at=NOON)
    await store.inbox.refused(accepted.id, at=NOON, note="too late")
    assert (await store.inbox.get(accepted.id)).state is InboxState.recorded


async def test_a_subjects_event_is_done_when_all_who_waited_have_recorded_it(store: Store) -> None:
    event = arrival(id="news").model_copy(update={"business_key": "item:4739"})
    accepted = await store.inbox.accept(event)
    assert isinstance(accepted, Accepted)
    runs = [run_name(f"U-{n}").workflow_id for n in range(3)]
    for run in runs:
        await store.runs.await_subject(run, ["item:4739", "account:x"])
    await store.runs.await_subject(runs[2], ["account:x"])
    assert await store.waits.address(accepted.id, "item:4739") == tuple(runs[:2])
    await store.inbox.started(accepted.id, workflow_id=None, at=NOON)
    for run, state in zip(runs[:2], (InboxState.started, InboxState.recorded), strict=True):
        await store.runs.recorded(["inventory:news"], workflow_id=run, at=NOON)
        assert (await store.inbox.get(accepted.id)).state is state
    assert await store.waits.left(accepted.id) == ()


async def test_a_closed_run_waits_for_nothing(store: Store) -> None:
    accepted = await store.inbox.accept(arrival())
    assert isinstance(accepted, Accepted)
    run = run_name().workflow_id
    await store.runs.await_subject(run, ["item:4739"])
    await store.runs.project(projection(closed=later(hours=1), outcome="posted"), closing="{}")
    assert await store.waits.address(accepted.id, "item:4739") == ()


async def test_a_document_that_was_moved_to_another_event_does_not_open(store: Store) -> None:
    from suture.keys import SealBroken
    from suture.store.inbox_table import INBOX

    first = await store.inbox.accept(arrival())
    other = await store.inbox.accept(arrival("U-2", id="evt-2"))
    assert isinstance(first, Accepted) and isinstance(other, Accepted)
    document = INBOX.alias().c
    await store._database.execute(
        INBOX.update()
        .where(INBOX.c.id == other.id)
        .values(
            document=INBOX.alias("a")
            .select()
            .with_only_columns(document.document)
            .where(document.id == first.id)
            .scalar_subquery()
        )
    )
    with pytest.raises(SealBroken):
        await store.inbox.get(other.id)


async def test_what_a_run_creates_is_registered_under_its_own_correlation_id(store: Store) -> None:
    assert await store.correlations.register("order:NORTH:erp:PO-1", "c-run", at=NOON) == "c-run"
    assert await store.correlations.register("order:NORTH:erp:PO-1", "c-other", at=NOON) == "c-run"
    assert await store.correlations.find("order:NORTH:erp:PO-1") == "c-run"
    assert await store.correlations.find("order:NORTH:erp:PO-2") is None
