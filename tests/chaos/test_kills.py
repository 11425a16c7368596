"""The worker killed in the middle of every write, Temporal and the gateway killed, a run deleted: the ledgers agree."""

import sqlite3
from base64 import b64decode
from contextlib import closing

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest

from canonical.effect import EffectState
from canonical.identity import RunName
from canonical.memory import InboxState
from suture.store.inbox import Waiting
from tests.chaos.kills import SPOTS, Aftermath, Held, Spot, kill_the_worker
from tests.chaos.ledgers import Ledgers
from tests.chaos.requests import repeated_blindly, requests, told_of
from tests.chaos.uses import NOT_USED, Expected, Use, another_quantity
from tests.support.engine import until
from tests.support.engine_running import EngineOfProcesses
from tests.support.front_door import signed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
async def aftermath(processes: EngineOfProcesses) -> Aftermath:
    return await kill_the_worker(processes)


@pytest.fixture
def held(aftermath: Aftermath, spot: Spot) -> Held:
    """The write that was under way, once its use has come to rest."""
    held = aftermath.held[spot]
    if held.failure is not None:
        raise held.failure
    return held


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_the_ledgers_agree_after_a_kill_at(aftermath: Aftermath, held: Held, spot: Spot) -> None:
    assert aftermath.ledgers.wrong(held.expected) == []
    assert [item.step for item in held.asked] == (["credit"] if spot.write.billed else [])
    assert held.known_as is EffectState.intended


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_the_next_worker_looks_before_it_repeats(aftermath: Aftermath, held: Held, spot: Spot) -> None:
    write, log = spot.write, aftermath.log[spot.write.system]
    story = told_of(log, system=write.system, operation=write.operation, wire=held.wire, sought=held.sought)
    assert not repeated_blindly(story)
    assert "look-up" in story[story.index("write") :]


def test_no_system_holds_what_belongs_to_no_use_after_the_kill(aftermath: Aftermath) -> None:
    uses = [one.expected.use for one in aftermath.held.values()]
    assert aftermath.ledgers.orphans(uses, since=aftermath.before) == []


async def test_temporal_killed_in_a_run_and_the_gateway_between_storing_and_starting(
    processes: EngineOfProcesses,
) -> None:
    engine, under_way, stored = processes, Use.nth(100), Use.nth(101)
    inventory = engine.sandbox.inventory
    barrier = await engine.barrier(inventory, "book_movement", "applied", under_way.wire("stock"))
    await engine.capture(under_way.body())
    await engine.reached(inventory, barrier)
    engine.temporal.kill()
    await engine.order(inventory, f"{barrier}/release")
    await engine.capture(stored.body())
    event_id, _ = reported(engine, stored)

    async def accepted() -> Waiting | None:
        return await engine.store.inbox.find(source="inventory", event_id=event_id)

    event = await until(accepted, what="the event in the inbox")
    engine.gateway.kill()
    assert (await engine.store.inbox.get(event.id)).state is InboxState.stored
    await engine.temporal.start()
    await engine.start_gateway()
    for use in (under_way, stored):
        assert await engine.to_rest(use.name) == ()
        assert Ledgers.of(engine.sandbox).wrong(Expected.of(use)) == []


async def test_a_run_deleted_from_temporal_is_not_told_again_and_can_still_be_corrected(
    processes: EngineOfProcesses,
) -> None:
    engine, use, other = processes, Use.nth(102), Use.nth(103)
    await engine.capture(use.body())
    await engine.to_rest(use.name)
    await delete(engine, use.name)
    before = await writes(engine, use)

    event_id, body = reported(engine, use)
    own = signed(body, secret=hook_secret(engine), event_id=event_id)
    again = await engine.http.post(f"{engine.gateway_url}/v1/events/inventory", content=body, headers=own)
    first = await engine.store.inbox.find(source="inventory", event_id=event_id)
    assert first is not None
    assert (again.status_code, again.json()["correlation_id"]) == (200, first.envelope.correlationid)
    await engine.capture(other.body())
    await engine.to_rest(other.name)
    for name in (use.name, use.name.next()):
        assert await engine.status(name.workflow_id) is None
    assert await writes(engine, use) == before

    await engine.correct(use.number, NOT_USED)
    assert await engine.to_rest(use.name.next(), reports=2) == ()
    assert Ledgers.of(engine.sandbox).wrong(Expected.of(use, 0)) == []


async def test_a_correction_that_overtakes_its_report(processes: EngineOfProcesses) -> None:
    engine, use = processes, Use.nth(104)
    await engine.order(engine.sandbox.inventory, "hooks", {"kind": "hold", "count": 1})
    await engine.capture(use.body())
    await engine.correct(use.number, another_quantity(5))

    async def overtaken() -> bool | None:
        run = await engine.run(use.name)
        return (run is not None and run.stage == "looking up") or None

    await until(overtaken, what="a run that has heard of the correction alone")
    assert Ledgers.of(engine.sandbox).keys(use).isdisjoint(one.key for one in Ledgers.of(engine.sandbox).movements)
    await engine.order(engine.sandbox.inventory, "hooks/release")
    assert await engine.to_rest(use.name, reports=2) == ()
    assert Ledgers.of(engine.sandbox).wrong(Expected.of(use, 5)) == []


async def test_an_older_correction_that_comes_late_changes_nothing(processes: EngineOfProcesses) -> None:
    engine, use = processes, Use.nth(105)
    await engine.capture(use.body())
    await engine.to_rest(use.name)
    await engine.order(engine.sandbox.inventory, "hooks", {"kind": "hold", "count": 1})
    await engine.correct(use.number, another_quantity(5))
    await engine.correct(use.number, another_quantity(4))
    assert await engine.to_rest(use.name, reports=2) == ()
    await engine.order(engine.sandbox.inventory, "hooks/release")
    assert await engine.to_rest(use.name, reports=3) == ()
    assert Ledgers.of(engine.sandbox).wrong(Expected.of(use, 4)) == []


@pytest.mark.parametrize(
    ("step", "system", "operation"),
    [
        ("stock", "inventory", "book_movement"),
        ("charge", "billing", "post_charge"),
        ("cost", "erp", "post_journal"),
    ],
)
async def test_a_correction_that_comes_while_a_write_is_under_way(
    processes: EngineOfProcesses, step: str, system: str, operation: str
) -> None:
    engine, use = processes, Use.nth({"stock": 106, "charge": 107, "cost": 108}[step])
    where = getattr(engine.sandbox, system)
    barrier = await engine.barrier(where, operation, "applied", use.wire(step))
    await engine.capture(use.body())
    await engine.reached(where, barrier)
    await engine.correct(use.number, another_quantity(4))

    async def heard() -> bool | None:
        run = await engine.run(use.name)
        told = await engine.documents(run.correlation_id) if run is not None else []
        return len([one for one in told if one.state is not InboxState.stored]) == 2 or None

    await until(heard, what="a run that was told of the correction")
    await engine.order(where, f"{barrier}/release")
    assert await engine.to_rest(use.name, reports=2) == ()
    assert Ledgers.of(engine.sandbox).wrong(Expected.of(use, 4)) == []


async def test_a_report_sent_twice_is_one_use(processes: EngineOfProcesses) -> None:
    engine, use = processes, Use.nth(109)
    await engine.order(engine.sandbox.inventory, "hooks", {"kind": "repeat", "count": 1})
    await engine.capture(use.body())
    assert await engine.to_rest(use.name) == ()
    event_id, _ = reported(engine, use)

    async def sent_twice() -> bool | None:
        listed = (await engine.order(engine.sandbox.inventory, "hooks", method="GET"))["outbox"]
        return any(one["event_id"] == event_id and one["attempts"] == 2 for one in listed) or None

    await until(sent_twice, what="the second delivery")
    assert Ledgers.of(engine.sandbox).wrong(Expected.of(use)) == []
    assert await engine.status(use.name.next().workflow_id) is None


def hook_secret(engine: EngineOfProcesses) -> bytes:
    """What the inventory system signs its webhooks with."""
    return b64decode(engine.sandbox.inventory.hook_secret_file.read_text().removeprefix("whsec_"))


def reported(engine: EngineOfProcesses, use: Use) -> tuple[str, bytes]:
    """The event that reported a use: its id and its body, as the inventory system has them in its outbox."""
    query = "SELECT event_id, body FROM outbox WHERE type = 'use.captured' AND instr(body, ?)"
    with closing(sqlite3.connect(f"file:{engine.sandbox.inventory.database}?mode=ro", uri=True)) as database:
        [(event_id, body)] = database.execute(query, (use.number,)).fetchall()
    return event_id, body.encode()


async def writes(engine: EngineOfProcesses, use: Use) -> int:
    """How often anything was written for a use."""
    keys = Ledgers.of(engine.sandbox).keys(use)
    logs = [await requests(engine, system) for system in engine.sandbox.systems]
    return sum(one.key in keys for log in logs for one in log if not one.query)


async def delete(engine: EngineOfProcesses, name: RunName) -> None:
    """Delete a run from Temporal, and wait until it is gone."""
    await engine.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=engine.client.namespace, workflow_execution=WorkflowExecution(workflow_id=name.workflow_id)
        )
    )

    async def gone() -> bool | None:
        return await engine.status(name.workflow_id) is None or None

    await until(gone, what="a run that is deleted")
