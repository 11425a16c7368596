"""Work items: opened once, handed on, closed once; what may hold a person's words is sealed."""

from collections import Counter
from decimal import Decimal

import pytest
from temporalio.common import MetricMeter

from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.errors import Audience
from canonical.memory import InboxState
from canonical.money import Money
from suture.store.inbox import Accepted
from suture.store.store import Store
from suture.store.work_item_table import WORK_ITEMS
from suture.telemetry import metrics
from tests.support.documents import NOON, arrival, later, projection, run_name
from tests.support.meter import Meter
from tests.support.transactions import Counted, counted

ITEM = WorkItem(
    item_id=f"{run_name().workflow_id}:charge:1",
    workflow_id=run_name().workflow_id,
    correlation_id="c-1",
    facility="NORTH",
    process="usage-to-charge",
    step="charge",
    cause=Cause.no_charge_code,
    question="item 4711 has no charge code on the service date",
    owner=Audience.revenue_integrity,
    decisions=(Decision.retry, Decision.correct),
    correctable=("item",),
    opened=NOON,
    due=later(hours=4),
    charge_at_risk=Money(amount=Decimal("19.90"), currency="USD"),
    evidence="vendor says: patient Doe",
)


async def test_an_item_is_opened_once_and_comes_back_whole(store: Store) -> None:
    await store.work_items.opened(ITEM)
    await store.work_items.opened(ITEM.model_copy(update={"question": "another"}))
    listed = await store.work_items.get(ITEM.item_id)
    assert listed.item == ITEM and listed.closed_at is None and listed.taken_by is None


async def test_what_is_opened_and_closed_is_counted_once_whoever_does_it(store: Store) -> None:
    counts = Counter[str]()
    opened, closed = "suture_work_items_opened", "suture_work_items_closed"
    metrics.use(Meter(counts))
    try:
        for _ in range(2):
            await store.work_items.opened(ITEM)
            await store.work_items.closed(ITEM.item_id, decision=None, person=None, reason="", at=NOON)
        assert (counts[opened], counts[closed]) == (1, 1)
        for _ in range(2):
            await store.work_items.reopened(ITEM.item_id)
        assert (counts[opened], counts[closed]) == (2, 1)
        asked = {"cause": Cause.event_refused, "words": "was refused", "at": NOON}
        item_id = await store.event_items.ask(arrival("U-1").envelope, **asked)
        await store.event_items.ask_again(arrival("U-1").envelope, **asked)
        assert (counts[opened], counts[closed]) == (3, 1)
        acknowledged = {"decision": Decision.acknowledge, "person": "dana", "reason": "", "at": NOON}
        await store.event_items.decide(item_id, **acknowledged)
        assert (counts[opened], counts[closed]) == (3, 2)
    finally:
        metrics.use(MetricMeter.noop)


async def test_a_run_that_asks_again_opens_its_item_again(store: Store) -> None:
    await store.work_items.asked(ITEM)
    await store.work_items.closed(ITEM.item_id, decision=Decision.retry, person="ann", reason="code added", at=NOON)
    await store.work_items.asked(ITEM)
    (listed,) = await store.work_items.open_items()
    assert (listed.item, listed.decision, listed.decided_by, listed.reason) == (ITEM, None, None, "")


async def test_whatever_a_run_asks_is_one_transaction_and_a_new_question_one_statement(store: Store) -> None:
    with counted(store) as first:
        await store.work_items.asked(ITEM)
    with counted(store) as again:
        await store.work_items.asked(ITEM)
    with counted(store) as closing:
        await store.work_items.closed(ITEM.item_id, decision=None, person=None, reason="", at=NOON)
    assert (first, again, closing) == (Counted(1, 1), Counted(1, 3), Counted(1, 1))


async def test_what_a_person_does_to_an_item_and_the_audit_of_it_are_one_transaction(store: Store) -> None:
    asked = {"cause": Cause.event_refused, "words": "was refused", "at": NOON}
    accepted = await store.inbox.accept(arrival("U-1"))
    assert isinstance(accepted, Accepted)
    await store.inbox.refused(accepted.id, at=NOON, note="no")
    item_id = await store.event_items.ask(arrival("U-1").envelope, **asked)
    audit = store.work_items._audit

    def fail(*_given: object, **_named: object) -> None:
        raise OSError("the disk is full")

    real, audit.write = audit.write, fail
    again = {"decision": Decision.retry, "person": "dana", "reason": "", "at": NOON}
    for act in (store.work_items.take(item_id, person="dana", at=NOON), store.event_items.decide(item_id, **again)):
        with pytest.raises(OSError, match="disk"):
            await act
    listed = await store.work_items.get(item_id)
    assert (listed.taken_by, listed.closed_at) == (None, None)
    assert (await store.inbox.get(accepted.id)).state is InboxState.refused

    audit.write = real
    await store.work_items.take(item_id, person="dana", at=NOON)
    await store.work_items.take(item_id, person="dana", at=NOON)
    await store.event_items.decide(item_id, **again)
    with pytest.raises(ValueError, match="closed"):
        await store.event_items.decide(item_id, **again)
    acts = [(act.who, act.action) for act in await store.audit.acts(subject=item_id)]
    assert acts == [("dana", "event.retry"), ("dana", "work-item.take")]
    assert (await store.inbox.get(accepted.id)).state is InboxState.stored


async def test_a_run_that_ended_badly_shows_so_with_its_one_item_or_not_at_all(store: Store) -> None:
    await store.work_items.opened(ITEM)
    left = ITEM.model_copy(update={"item_id": f"{ITEM.workflow_id}:ended:1", "cause": Cause.left_behind})
    ended = projection("U-1", outcome="terminated", closed=later(hours=1))
    with counted(store) as count:
        await store.runs.ended(ended, item=left, instead_of=[ITEM.item_id], reason="see there", at=later(hours=1))
    assert count.transactions == 1
    assert [one.item.item_id for one in await store.work_items.open_items()] == [left.item_id]
    assert (await store.work_items.get(ITEM.item_id)).reason == "see there"
    assert await store.runs.find(workflow_id=ended.workflow_id) == (ended,)


async def test_the_first_closing_counts(store: Store) -> None:
    await store.work_items.opened(ITEM)
    await store.work_items.closed(ITEM.item_id, decision=Decision.retry, person="ann", reason="code added", at=NOON)
    await store.work_items.closed(ITEM.item_id, decision=None, person=None, reason="", at=later(hours=1))
    await store.work_items.escalated(ITEM.item_id, owner=Audience.finance, escalations=3, due=later(days=1))
    closed = await store.work_items.get(ITEM.item_id)
    assert (closed.decision, closed.decided_by, closed.reason, closed.closed_at) == ("retry", "ann", "code added", NOON)
    assert closed.item.escalations == 0
    assert await store.work_items.open_items() == ()


async def test_an_overdue_item_goes_to_its_next_owner(store: Store) -> None:
    await store.work_items.opened(ITEM)
    await store.work_items.escalated(ITEM.item_id, owner=Audience.finance, escalations=1, due=later(days=1))
    item = (await store.work_items.get(ITEM.item_id)).item
    assert (item.owner, item.escalations, item.due) == (Audience.finance, 1, later(days=1))


async def test_one_person_takes_an_item(store: Store) -> None:
    await store.work_items.opened(ITEM)
    assert (await store.work_items.take(ITEM.item_id, person="ann", at=NOON)).taken_by == "ann"
    assert (await store.work_items.take(ITEM.item_id, person="bob", at=NOON)).taken_by == "ann"
    assert [listed.item.item_id for listed in await store.work_items.open_items(taken_by="ann")] == [ITEM.item_id]


async def test_open_items_are_filtered_and_the_one_due_first_is_on_top(store: Store) -> None:
    for n, (facility, owner) in enumerate((("SOUTH", "finance"), ("NORTH", "finance"), ("NORTH", "safety"))):
        changes = {"item_id": f"i{n}", "facility": facility, "owner": Audience(owner), "due": later(hours=9 - n)}
        await store.work_items.opened(ITEM.model_copy(update=changes))

    async def ids(**filters: object) -> list[str]:
        return [one.item.item_id for one in await store.work_items.open_items(**filters)]  # type: ignore[arg-type]

    assert await ids() == ["i2", "i1", "i0"]
    assert await ids(facility="NORTH") == ["i2", "i1"]
    assert await ids(owner=Audience.finance) == ["i1", "i0"]
    assert await ids(owner=Audience.finance, facility="SOUTH") == ["i0"]


async def test_an_unknown_item_is_a_key_error(store: Store) -> None:
    with pytest.raises(KeyError):
        await store.work_items.get("nobody")
    with pytest.raises(KeyError):
        await store.work_items.take("nobody", person="ann", at=NOON)


async def test_words_of_vendors_and_people_are_sealed_in_the_table(store: Store) -> None:
    await store.work_items.opened(ITEM)
    await store.work_items.closed(ITEM.item_id, decision=Decision.retry, person="ann", reason="for Doe", at=NOON)
    row = await store._database.read(lambda connection: connection.execute(WORK_ITEMS.select()).one())
    assert b"Doe" not in bytes(row.evidence) + bytes(row.reason)
