"""Runs: the newest projection, the sealed closing state, and acts that one run at a time answers for."""

import asyncio

from canonical.memory import Claim
from suture.store.runs import RUNS
from suture.store.store import Store
from tests.support.documents import NOON, later, projection, run_name

RUN = run_name().workflow_id


async def test_a_projection_replaces_the_one_before(store: Store) -> None:
    await store.runs.project(projection(waiting_for=("no-account",)))
    await store.runs.project(projection(stage="charge and cost"))
    assert await store.runs.find(workflow_id=RUN) == (projection(stage="charge and cost"),)


async def test_the_closing_state_is_sealed_and_kept(store: Store) -> None:
    closed = projection(closed=later(hours=1), outcome="posted", stage="closed")
    assert await store.runs.closing(RUN) is None
    await store.runs.project(closed, closing='{"used": "secret"}')
    await store.runs.project(closed)
    assert await store.runs.closing(RUN) == '{"used": "secret"}'
    row = await store._database.read(lambda connection: connection.execute(RUNS.select()).one())
    assert b"secret" not in bytes(row.closing)


async def test_a_run_that_goes_on_after_all_has_no_closing_state(store: Store) -> None:
    await store.runs.project(projection(closed=later(hours=1), outcome="posted"), closing="{}")
    await store.runs.project(projection(stage="taking back"))
    assert await store.runs.closing(RUN) is None
    assert [run.closed for run in await store.runs.find(workflow_id=RUN)] == [None]


async def test_runs_are_found_by_what_operators_ask(store: Store) -> None:
    await store.runs.project(projection(closed=later(hours=1), outcome="posted"), closing="{}")
    for ordinal in (2, 10):
        await store.runs.project(projection(ordinal=ordinal))
    await store.runs.project(projection("U-2", facility="SOUTH", correlation_id="c-2", stage="looking up"))
    key = run_name().business_key
    assert [run.ordinal for run in await store.runs.find(business_key=key)] == [1, 2, 10]
    assert [run.ordinal for run in await store.runs.find(business_key=key, open_only=True)] == [2, 10]
    assert [run.facility for run in await store.runs.find(correlation_id="c-2")] == ["SOUTH"]
    assert len(await store.runs.find(facility="NORTH", stage="stock")) == 3
    assert [run.stage for run in await store.runs.find(stage="looking up")] == ["looking up"]
    newest = await store.runs.newest(key)
    assert newest is not None and newest.ordinal == 10
    assert await store.runs.newest("nobody:N:s:1") is None


async def test_acts_are_claimed_all_or_none(store: Store) -> None:
    assert await store.runs.claim(["a", "b"], holder="run-1") == Claim(ours=True, holder="run-1")
    assert await store.runs.claim(["b", "a"], holder="run-1") == Claim(ours=True, holder="run-1")
    assert await store.runs.claim(["c", "b"], holder="run-2") == Claim(ours=False, holder="run-1")
    assert await store.runs.claim(["c"], holder="run-3") == Claim(ours=True, holder="run-3")
    await store.runs.release(holder="run-1")
    assert await store.runs.claim(["a", "b"], holder="run-2") == Claim(ours=True, holder="run-2")


async def test_of_many_who_claim_at_once_one_holds(store: Store) -> None:
    claims = await asyncio.gather(
        *(store.runs.claim(["x", "y", "z"][:: 1 if n % 2 else -1], holder=f"run-{n}") for n in range(20))
    )
    ours = [claim.holder for claim in claims if claim.ours]
    assert len(ours) <= 1
    later_claim = await store.runs.claim(["x", "y", "z"], holder="run-99")
    assert later_claim.holder in (*ours, "run-99")


async def test_waiting_replaces_what_was_waited_for(store: Store) -> None:
    await store.runs.await_subject(RUN, ["item:1", "item:2", "item:1"])
    await store.runs.await_subject(RUN, ["item:2"])
    await store.runs.recorded([], workflow_id=RUN, at=NOON)
    from suture.store.waits import WAITS

    rows = await store._database.read(lambda connection: connection.execute(WAITS.select()).all())
    assert [(row.workflow_id, row.subject) for row in rows] == [(RUN, "item:2")]
