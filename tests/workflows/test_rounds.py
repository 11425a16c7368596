"""Runs that ended outside their own story are found, and their questions go to a person."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from canonical.documents.usage_run import UsageRun
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.memory import RunProjection
from canonical.policy import Ladder, Rung
from canonical.run import Standing
from suture.rounds import Rounds
from suture.store.store import Store
from suture.store.work_item_table import WORK_ITEMS
from tests.support.house import LATER, SOON, House, eventually
from tests.support.trouble import Trouble, refusal


async def test_the_questions_of_a_terminated_run_become_one_that_somebody_can_answer(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("terminated"))
    (asked,) = await house.items()
    await handle.terminate("by mistake")
    rounds = Rounds(house.client, house.store)

    async def settled() -> bool | None:
        return True if await rounds.make() else None

    await eventually(settled)
    (left,) = await house.items()
    assert left.item.cause is Cause.left_behind
    assert left.item.charge_at_risk == asked.item.charge_at_risk
    assert asked.item.item_id not in left.item.question
    (run,) = await house.store.runs.find(workflow_id=handle.id)
    assert run.outcome == "terminated"
    assert await rounds.make() == 0
    await house.items(1)


async def test_a_row_that_cannot_be_opened_keeps_no_other_run_from_being_settled(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    Trouble(house.billing, "post_charge").before(*[refusal()] * 2)
    handles = [await house.report(await house.usage(number)) for number in ("broken", "whole")]
    items = {listed.item.workflow_id: listed.item for listed in await house.items(2)}
    broken, whole = (items[handle.id] for handle in handles)
    await evidence_of(house.store, broken.item_id, b"of another key")
    for handle in handles:
        await handle.terminate("by mistake")
        await listed_as_terminated(house, handle)
    rounds = Rounds(house.client, house.store)
    began = rounds.since

    assert await rounds.make() == 1
    assert "an ended run could not be settled" in caplog.messages
    assert await closed(house, handles[1].id)
    assert not await closed(house, handles[0].id)
    assert (await house.store.work_items.get(whole.item_id)).closed_at is not None
    # The next round looks as far back, and settles it once it can be opened.
    assert rounds.since == began
    sealed = house.store.keyring.seal(b"", f"work-item:{broken.item_id}:evidence".encode())
    await evidence_of(house.store, broken.item_id, sealed)
    assert await rounds.make() == 1
    assert await closed(house, handles[0].id)


async def listed_as_terminated(house: House, handle: WorkflowHandle[Any, Any]) -> None:
    """Wait until a round would find the run: what Temporal lists is written a moment after the run has ended."""

    async def listed() -> bool | None:
        query = f'WorkflowId = "{handle.id}" AND ExecutionStatus = "Terminated"'
        return True if [one async for one in house.client.list_workflows(query)] else None

    await eventually(listed)


async def closed(house: House, workflow_id: str) -> bool | None:
    """Whether the projection of a run is closed."""
    (run,) = await house.store.runs.find(workflow_id=workflow_id)
    return run.closed is not None or None


async def evidence_of(store: Store, item_id: str, sealed: bytes) -> None:
    """Put other bytes in the place of what is sealed."""
    change = WORK_ITEMS.update().where(WORK_ITEMS.c.item_id == item_id).values(evidence=sealed)
    await store.work_items._database.execute(change)


class Unheard:
    """A client that knows no runs, and once says something that nobody expects."""

    def __init__(self) -> None:
        self.asked = 0

    async def list_workflows(self, _: str) -> AsyncIterator[None]:
        """Fail the first time."""
        self.asked += 1
        if self.asked == 1:
            raise LookupError("nobody expects this")
        return
        yield


async def test_rounds_go_on_after_whatever_happened_in_one(house: House, caplog: pytest.LogCaptureFixture) -> None:
    client = Unheard()
    rounds = Rounds(cast(Client, client), house.store)
    running = asyncio.create_task(rounds.run(every=timedelta(0)))

    async def asked_again() -> bool | None:
        return client.asked > 2 or None

    await eventually(asked_again)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert caplog.messages == ["a round over ended runs failed, and is made again"]


async def test_a_run_that_was_reset_is_no_ended_run_and_its_question_can_be_decided(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal(), refusal())
    handle = await house.report(await house.usage("reset"))
    (listed,) = await house.items()
    history = await handle.fetch_history()
    done = [event.event_id for event in history.events if event.HasField("workflow_task_completed_event_attributes")]
    await house.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=house.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=handle.first_execution_run_id),
            reason="an operator went back",
            workflow_task_finish_event_id=done[1],
            request_id="reset-1",
        )
    )

    await listed_as_terminated(house, handle)
    assert await Rounds(house.client, house.store).make() == 0
    (still,) = await house.items()
    assert still.item.item_id == listed.item.item_id
    await house.resolve(still.item.item_id, Decision.retry)
    state = await house.client.get_workflow_handle(handle.id, result_type=UsageRun).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
    assert len(house.inventory.documents.posted) == len(house.finance.documents.posted) == 1


async def test_an_overdue_item_that_no_run_looks_after_climbs_the_ladder(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("left-alone"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.abandon)
    await handle.result()
    (left,) = await house.items()
    rungs = (Rung(after=LATER), Rung(after=LATER, to=Audience.finance))
    rounds = Rounds(house.client, house.store, Ladder(rungs=rungs))
    assert await rounds.escalate() == 0
    await overdue(house.store, left.item.item_id)
    assert await rounds.escalate() == 1
    await overdue(house.store, left.item.item_id)
    assert await rounds.escalate() == 1
    (climbed,) = await house.items()
    assert (climbed.item.owner, climbed.item.escalations) == (Audience.finance, 2)
    await overdue(house.store, left.item.item_id)
    assert await rounds.escalate() == 0


async def test_a_run_that_is_under_way_looks_after_its_own_items(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    await house.report(await house.usage("looked-after"))
    (listed,) = await house.items()
    await overdue(house.store, listed.item.item_id)
    assert await Rounds(house.client, house.store).escalate() == 0


async def overdue(store: Store, item_id: str) -> None:
    """Let an item be due a moment ago."""
    change = WORK_ITEMS.update().where(WORK_ITEMS.c.item_id == item_id)
    await store.work_items._database.execute(change.values(due=datetime.now(UTC) - SOON))


@dataclass
class Listing:
    """A client that still lists an ended run which Temporal has deleted since."""

    client: Client
    ended: WorkflowExecutionStatus
    workflow_id: str

    async def list_workflows(self, _: str) -> AsyncIterator[SimpleNamespace]:
        """That one run."""
        yield SimpleNamespace(id=self.workflow_id, status=self.ended, close_time=None)

    def get_workflow_handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """As the real one, which knows no such run."""
        return self.client.get_workflow_handle(workflow_id)


async def test_a_run_that_was_deleted_after_it_was_terminated_is_settled_like_any_other(house: House) -> None:
    context = house.context("deleted")
    gone = RunProjection(
        workflow_id=context.workflow_id,
        business_key=context.name.business_key,
        ordinal=1,
        correlation_id=context.correlation_id,
        process=context.name.process,
        facility=context.name.facility,
        stage="stock",
        started=datetime.now(UTC),
    )
    await house.store.runs.project(gone)
    listing = Listing(house.client, WorkflowExecutionStatus.TERMINATED, context.workflow_id)
    assert await Rounds(cast(Client, listing), house.store).make() == 1
    (left,) = await house.items()
    assert left.item.cause is Cause.left_behind
