"""A person's decision reaches its run whatever happens in between, once, and only from somebody who may decide."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError

from canonical.documents.work_item import Decided, Decision, WorkItem
from canonical.identity import wire_key, write_key
from tests.chaos.ledgers import Ledgers
from tests.chaos.uses import Expected, Use
from tests.support.engine import until
from tests.support.engine_running import EngineOfProcesses
from tests.support.house import refusal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
OPERATIONS = {
    "stock": ("inventory", "book_movement"),
    "charge": ("billing", "post_charge"),
    "cost": ("erp", "post_journal"),
}


@pytest.fixture
def engine(processes: EngineOfProcesses) -> EngineOfProcesses:
    return processes


async def refused(engine: EngineOfProcesses, use: Use, *steps: str) -> tuple[WorkItem, ...]:
    """A use whose writes were refused, with what its run asks, in the order of the steps."""
    for step in steps:
        system, operation = OPERATIONS[step]
        order = {"operation": operation, "kind": "refuse", "key_contains": use.wire(step)}
        await engine.order(getattr(engine.sandbox, system), "faults", order)
    await engine.capture(use.body())
    items = await engine.waits_for_people(use.name, len(steps))
    return tuple(next(item for item in items if item.step == step) for step in steps)


async def agrees(engine: EngineOfProcesses, use: Use) -> None:
    """The use came to its end without asking anybody again, and the ledgers agree."""
    assert await engine.to_rest(use.name) == ()
    assert Ledgers.of(engine.sandbox).wrong(Expected.of(use)) == []


async def test_after_the_worker_was_killed_and_started_again(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(200), "charge")
    engine.worker.kill()
    await engine.start_worker()
    decided = await engine.resolve(item.item_id, Decision.retry, who="cora")
    assert (decided.decision, decided.person) == (Decision.retry, "cora")
    await agrees(engine, use)


async def test_while_no_worker_runs_the_decision_waits_for_one(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(201), "stock")
    engine.worker.kill()
    deciding = asyncio.create_task(engine.resolve(item.item_id, Decision.retry, who="ben"))
    await engine.start_worker()
    assert (await deciding).person == "ben"
    await agrees(engine, use)


async def test_with_two_items_open_each_is_decided_apart(engine: EngineOfProcesses) -> None:
    charge, cost = await refused(engine, use := Use.nth(202), "charge", "cost")
    await engine.resolve(cost.item_id, Decision.retry, who="dan")
    [left] = await engine.waits_for_people(use.name)
    assert left.item_id == charge.item_id
    await engine.resolve(charge.item_id, Decision.retry, who="cora")
    await agrees(engine, use)


async def test_with_temporal_killed_and_started_again(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(203), "cost")
    engine.temporal.kill()
    await engine.temporal.start()
    assert (await engine.resolve(item.item_id, Decision.retry, who="dan")).person == "dan"
    await agrees(engine, use)


async def test_twice_with_one_update_id_is_once(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(204), "charge")
    at_once = [engine.resolve(item.item_id, Decision.retry, who="cora", update="one decision") for _ in range(2)]
    first, second = await asyncio.gather(*at_once)
    later = await engine.resolve(item.item_id, Decision.retry, who="cora", update="one decision")
    assert first == second == later
    await agrees(engine, use)
    assert await engine.resolve(item.item_id, Decision.retry, who="cora", update="one decision") == first


async def test_of_two_people_at_once_one_wins_and_the_other_is_told_why(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(205), "charge")
    # Whoever wins, the charge goes out again and is held there, so that the run is open when the other one asks.
    billing, again = engine.sandbox.billing, wire_key(write_key(use.name.workflow_id, "charge", 2))
    held = await engine.barrier(billing, "post_charge", "received", again)
    answers = await asyncio.gather(
        *(engine.resolve(item.item_id, Decision.retry, who=who) for who in ("ada", "amir")), return_exceptions=True
    )
    [won] = [answer for answer in answers if isinstance(answer, Decided)]
    [lost] = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
    assert "already decided" in str(lost.cause)
    assert won.person in str(lost.cause)
    listed = await engine.store.work_items.get(item.item_id)
    assert (listed.decision, listed.decided_by) == (won.decision, won.person)
    await engine.reached(billing, held)
    await engine.order(billing, f"{held}/release")
    await agrees(engine, use)


async def test_by_somebody_without_the_right_nothing_is_decided(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(206), "charge")
    for who in ("rita", "ben", "dan"):
        words = await refusal(engine.resolve(item.item_id, Decision.retry, who=who))
        assert "needs the role revenue-integrity" in words
    assert await engine.items(use.name) == (item,)
    await engine.resolve(item.item_id, Decision.retry, who="cora")
    await agrees(engine, use)


async def test_by_nobody_s_token_nothing_is_decided(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(207), "cost")
    engine.tokens["stranger"] = "nobody has this token"
    assert "no person has this token" in await refusal(engine.resolve(item.item_id, Decision.retry, who="stranger"))
    await engine.resolve(item.item_id, Decision.retry, who="dan")
    await agrees(engine, use)


async def test_by_hand_and_the_write_that_was_refused_is_not_sent_again(engine: EngineOfProcesses) -> None:
    """Whoever accepts says under which reference it was done; nothing of ours stands in that ledger."""
    [item] = await refused(engine, use := Use.nth(208), "cost")
    await engine.resolve(item.item_id, Decision.accept, who="dan", external_reference="JE-77")
    assert await engine.to_rest(use.name) == ()
    ledgers = Ledgers.of(engine.sandbox)
    keys = ledgers.keys(use)
    assert [one for one in ledgers.journals if one.key in keys] == []
    assert all("journal" in words for words in ledgers.wrong(Expected.of(use)))


async def test_abandoned_keeps_what_is_posted_and_leaves_the_rest_to_a_person(engine: EngineOfProcesses) -> None:
    [item] = await refused(engine, use := Use.nth(209), "charge")
    await engine.resolve(item.item_id, Decision.abandon, who="cora")

    async def left() -> WorkItem | None:
        run = await engine.run(use.name)
        items = await engine.items(use.name)
        return items[0] if items and run is not None and run.outcome == "abandoned" else None

    assert (await until(left, what="the work item that an abandoned run leaves")).cause == "left-behind"
    wrong = Ledgers.of(engine.sandbox).wrong(Expected.of(use))
    assert wrong
    assert all("charge" in words for words in wrong)
