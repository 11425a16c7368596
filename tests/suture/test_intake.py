"""The intake: numbers become tokens, documents are completed and valid, events find the run that they belong to."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.documents.usage import Usage, UsageCorrection
from canonical.documents.work_item import Cause, Decision
from canonical.effect import EffectState, Posted
from canonical.identity import wire_key
from canonical.inbound import EVERY_FACILITY, EventType, Inbound, InvalidEvent
from canonical.memory import InboxState
from suture.intake import Intake
from suture.store.inbox import Accepted, Conflict, Waiting
from suture.store.store import Store
from tests.support.documents import ACCOUNT, CASE, NOON, intent, reported, run_name, usage


@dataclass(frozen=True)
class Books:
    """A facility as the intake sees it."""

    timezone: str
    legal_entity: str


FACILITIES = {"NORTH": Books("America/Chicago", "Mercy North"), "SOUTH": Books("Pacific/Auckland", "Mercy South")}
RAW = b'{"n": 1, "sent": "a", "meta": {"try": 1, "kept": 1}}'


@pytest.fixture
def intake(store: Store) -> Intake:
    return Intake(store, facilities=FACILITIES, ignored={"rewriter": ["sent", "meta.try"]})


def event(type: EventType, number: str, *, id: str = "evt-9", **data: Any) -> Inbound:
    return Inbound(id=id, type=type, facility="NORTH", number=number, time=NOON, data=data)


async def taken(store: Store, intake: Intake, inbound: Inbound, *, source: str = "inventory") -> Waiting:
    answer = await intake.take(inbound, source=source, raw=RAW)
    assert isinstance(answer, Accepted) and not answer.duplicate
    return await store.inbox.get(answer.id)


async def test_a_use_is_stored_with_tokens_and_all_that_the_door_knows(store: Store, intake: Intake) -> None:
    stored = await taken(store, intake, reported(number="U-1"))
    use = Usage.model_validate(stored.envelope.data)
    assert (use.legal_entity, use.facility, use.source, use.number) == ("Mercy North", "NORTH", "inventory", "U-1")
    assert use.received is not None and (datetime.now(UTC) - use.received).total_seconds() < 60
    assert stored.business_key == "usage-to-charge:NORTH:inventory:U-1"
    assert CASE not in stored.envelope.model_dump_json() and ACCOUNT not in stored.envelope.model_dump_json()
    assert use.account is not None
    for token, clear in ((use.surgical_case, CASE), (use.account, ACCOUNT)):
        assert await store.vault.reveal(token, purpose="test", correlation_id="") == clear


async def test_a_number_of_the_hospitals_own_form_does_not_travel_on_as_a_lot(store: Store) -> None:
    own = Intake(store, facilities=FACILITIES, patient_numbers=["PT[0-9]{7}"])
    stored = await taken(store, own, reported(number="U-7", lot="PT7700123"))
    assert stored.envelope.data["lot"].startswith("id_")
    assert "7700123" not in stored.envelope.model_dump_json()


@pytest.mark.parametrize(
    ("facility", "occurred", "service_date"),
    [
        ("NORTH", "2026-11-22T03:30:00Z", "2026-11-21"),
        ("NORTH", "2026-11-22T06:00:00Z", "2026-11-22"),
        ("NORTH", "2026-07-22T04:59:59Z", "2026-07-21"),
        ("SOUTH", "2026-11-22T11:00:00Z", "2026-11-23"),
        ("SOUTH", "2026-11-22T10:59:59Z", "2026-11-22"),
    ],
)
async def test_the_service_date_is_the_day_at_the_facility(
    store: Store, intake: Intake, facility: str, occurred: str, service_date: str
) -> None:
    use = reported(occurred=occurred).model_copy(update={"facility": facility})
    assert (await taken(store, intake, use)).envelope.data["service_date"] == service_date


async def test_a_service_date_that_was_said_stays(store: Store, intake: Intake) -> None:
    stored = await taken(store, intake, reported(service_date="2026-01-02"))
    assert stored.envelope.data["service_date"] == "2026-01-02"


async def test_a_correction_joins_the_use_that_it_corrects(store: Store, intake: Intake) -> None:
    use = await taken(store, intake, reported())
    fields = {"occurred": "2026-11-23T00:00:00Z", "correction": "K-1", "kind": "wrong-item"}
    inbound = event(EventType.usage_corrected, "U-1", **fields, replacement=usage(item="4715"))
    stored = await taken(store, intake, inbound)
    assert (stored.business_key, stored.correlation_id) == (use.business_key, use.correlation_id)
    correction = UsageCorrection.model_validate(stored.envelope.data)
    assert correction.replacement is not None
    replacement = correction.replacement
    assert replacement.surgical_case == use.envelope.data["surgical_case"]
    assert (replacement.number, replacement.facility, str(replacement.service_date)) == ("U-1", "NORTH", "2026-11-21")


async def test_a_token_stays_a_token(store: Store, intake: Intake) -> None:
    case = await store.vault.tokenise("case", CASE)
    assert (await taken(store, intake, reported(surgical_case=case))).envelope.data["surgical_case"] == case


async def test_a_token_of_another_kind_is_refused(store: Store, intake: Intake) -> None:
    with pytest.raises(InvalidEvent, match=r"data\.surgical_case"):
        await intake.take(reported(surgical_case=await store.vault.tokenise("acct", CASE)), source="inventory", raw=RAW)


async def test_ids_that_could_say_anything_are_replaced_by_a_keyed_hash(store: Store, intake: Intake) -> None:
    stored = await taken(store, intake, reported(number="Doe, John 1961", id="evt of Doe"))
    for name in (stored.envelope.id, stored.envelope.subject):
        assert name.startswith("id_") and "Doe" not in name
    assert stored.business_key == run_name(stored.envelope.subject).business_key
    clear = await store.vault.reveal(stored.envelope.subject, purpose="test", correlation_id="")
    assert clear == "Doe, John 1961"
    again = await intake.take(reported(number="Doe, John 1961", id="evt of Doe"), source="inventory", raw=RAW)
    assert isinstance(again, Accepted) and again.duplicate


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "SECRET"}, "data.quantity"),
        ({"quantity": "-1"}, "data.quantity"),
        ({"disposition": "SECRET"}, "data.disposition"),
        ({"patient_name": "SECRET"}, "data.patient_name"),
        ({"SECRET NAME": 1}, "data.*"),
        ({"occurred": "SECRET"}, "data.occurred"),
        ({"occurred": None}, "data.occurred"),
        ({"occurred": "2026-11-22T03:30:00"}, "data.occurred"),
        ({"occurred": "0001-01-01T00:00:00Z"}, "data.occurred"),
        ({"surgical_case": None}, "data.surgical_case"),
        ({"surgical_case": "\ud800SECRET"}, "data.surgical_case"),
        ({"surgical_case": 17}, "data.surgical_case"),
        ({"account": ["SECRET"]}, "data.account"),
        ({"account": " "}, "data.account"),
        ({"item": None}, "data"),
        ({"location": "SECRET\x00"}, "data.location"),
        ({"already_posted": {"stock": {"SECRET": 1}}}, "data.already_posted.stock"),
    ],
)
async def test_what_is_wrong_is_named_and_its_value_is_not(
    store: Store, intake: Intake, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidEvent) as invalid:
        await intake.take(reported(**change), source="inventory", raw=RAW)
    assert invalid.value.field == field
    assert "SECRET" not in str(invalid.value)
    assert await store.inbox.find(source="inventory", event_id="evt-1") is None, "what is refused is not remembered"
    assert isinstance(await intake.take(reported(), source="inventory", raw=RAW), Accepted)


async def test_a_facility_that_nobody_configured_is_refused(intake: Intake) -> None:
    with pytest.raises(InvalidEvent, match="facility"):
        await intake.take(reported().model_copy(update={"facility": "EAST"}), source="inventory", raw=RAW)


async def test_the_same_id_with_another_body_is_a_conflict_and_a_work_item(store: Store, intake: Intake) -> None:
    first = await intake.take(reported(), source="inventory", raw=b"one")
    for _ in range(2):
        other = await intake.take(reported(quantity="3"), source="inventory", raw=b"two")
        assert isinstance(other, Conflict) and other.correlation_id == first.correlation_id
    [listed] = await store.work_items.open_items()
    assert listed.item.cause is Cause.conflicting_content
    assert listed.item.item_id.startswith("inbox:inventory:") and '"quantity":"3"' in listed.item.evidence
    assert CASE not in listed.item.evidence
    await store.event_items.decide(
        listed.item.item_id, decision=Decision.acknowledge, person="ann", reason="vendor's fault", at=NOON
    )
    assert await store.work_items.open_items() == ()
    assert [act.who for act in await store.audit.acts(subject=listed.item.item_id)] == ["ann"]


async def test_a_vendor_that_rewrites_its_bodies_is_not_in_conflict(intake: Intake) -> None:
    rewritten = json.dumps({"sent": "b", "meta": {"kept": 1, "try": 2}, "n": 1}, indent=2).encode()
    await intake.take(reported(), source="rewriter", raw=RAW)
    assert isinstance(await intake.take(reported(), source="rewriter", raw=rewritten), Accepted)
    other = rewritten.replace(b'"kept": 1', b'"kept": 2')
    assert isinstance(await intake.take(reported(), source="rewriter", raw=other), Conflict)


async def test_a_charges_outcome_goes_to_the_run_that_sent_it(store: Store, intake: Intake) -> None:
    use = await taken(store, intake, reported())
    charge = intent("charge-key", workflow_id=run_name(ordinal=2).workflow_id, correlation_id=use.correlation_id)
    await store.effects.intend(charge, at=NOON)
    await store.effects.settle(charge.key, EffectState.applied, at=NOON, posted=Posted(reference="C-1"))
    inbound = event(EventType.charge_posted, wire_key(charge.key), reference="C-1", standing="posted")
    stored = await taken(store, intake, inbound, source="billing")
    assert (stored.business_key, stored.workflow_id) == (use.business_key, run_name(ordinal=2).workflow_id)
    assert stored.correlation_id == use.correlation_id
    assert stored.envelope.data["wire_key"] == wire_key(charge.key)


async def test_an_outcome_of_a_charge_nobody_sent_is_refused_and_a_work_item(store: Store, intake: Intake) -> None:
    inbound = event(EventType.charge_rejected, "A" * 26, reference="C-1", standing="rejected", reason="no such patient")
    stored = await taken(store, intake, inbound, source="billing")
    assert stored.state is InboxState.refused
    [listed] = await store.work_items.open_items()
    assert listed.item.cause is Cause.event_refused and Decision.retry in listed.item.decisions
    assert listed.item.correlation_id == stored.correlation_id
    await store.event_items.decide(listed.item.item_id, decision=Decision.retry, person="ann", reason="", at=NOON)
    assert (await store.inbox.get(stored.id)).state is InboxState.stored


@pytest.mark.parametrize(
    ("type", "number", "kind"),
    [
        (EventType.item_approved, "4739", "item:4739"),
        (EventType.account_opened, CASE, "account:case_"),
        (EventType.case_changed, CASE, "case:case_"),
    ],
)
async def test_news_of_a_subject_is_addressed_to_the_subject(
    store: Store, intake: Intake, type: EventType, number: str, kind: str
) -> None:
    stored = await taken(store, intake, event(type, number, account=ACCOUNT))
    assert stored.business_key.startswith(kind)
    assert stored.envelope.data["account"].startswith("acct_")
    assert CASE not in stored.envelope.model_dump_json() + stored.business_key


async def test_news_may_concern_every_facility_and_a_document_may_not(store: Store, intake: Intake) -> None:
    everywhere = {"facility": EVERY_FACILITY}
    news = event(EventType.item_approved, "4739").model_copy(update=everywhere)
    assert (await taken(store, intake, news)).business_key == "item:4739"
    with pytest.raises(InvalidEvent, match="facility"):
        await intake.take(reported().model_copy(update=everywhere), source="inventory", raw=RAW)


async def test_a_trace_that_is_none_is_left_out(store: Store, intake: Intake) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    for n, (given_trace, kept) in enumerate(((trace, trace), ("00-\x00", ""), (trace + "\n", ""), ("", ""))):
        answer = await intake.take(reported(id=f"evt-{n}"), source="inventory", raw=RAW, traceparent=given_trace)
        assert isinstance(answer, Accepted)
        assert (await store.inbox.get(answer.id)).envelope.traceparent == kept


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    type=st.sampled_from(EventType),
    id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
    number=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64),
    raw=st.binary(max_size=50),
    changes=st.dictionaries(st.sampled_from([*usage(), "replacement", "kind", "x"]), ANYTHING, max_size=4),
)
async def test_whatever_comes_is_accepted_or_named(
    store: Store, intake: Intake, type: EventType, id: str, number: str, raw: bytes, changes: dict[str, Any]
) -> None:
    inbound = Inbound(id=id, type=type, facility="NORTH", number=number, time=NOON, data=usage() | changes)
    try:
        answer = await intake.take(inbound, source="rewriter", raw=raw, traceparent=id)
    except InvalidEvent as invalid:
        assert invalid.field and invalid.expected
    else:
        assert answer.correlation_id.startswith("c-")


@pytest.mark.parametrize("field", ["occurred", "recorded", "service_date"])
async def test_a_number_is_no_time(intake: Intake, field: str) -> None:
    with pytest.raises(InvalidEvent, match=f"data.{field}"):
        await intake.take(reported(**{field: 0}), source="inventory", raw=b"{}")
