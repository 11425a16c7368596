"""Decides work items that no running run answers for: events that never reached one, and runs that have closed."""

from datetime import UTC, datetime

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import (
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from canonical.documents.work_item import Decided, Decision, Resolution, WorkItem
from canonical.identity import TRANSACTIONS_QUEUE, RunName
from canonical.memory import Person
from suture.cli.failures import Failed
from suture.cli.person import check_may_decide
from suture.cli.session import ANSWERS_WITHIN, start_of_run
from suture.settings import Settings
from suture.store.store import Store
from suture.temporal.search_attributes import at_start


async def decide_event(store: Store, item: WorkItem, resolution: Resolution, asks: Person) -> Decided:
    """An item of the gateway's own: the store carries the decision out, and the gateway's sweep what follows."""
    check_may_decide(asks, item)
    now = datetime.now(UTC)
    if resolution.decision not in item.decisions:
        raise Failed(f"this work item takes: {', '.join(item.decisions)}", do=f"see: suture work show {item.item_id}")
    try:
        await store.event_items.decide(
            item.item_id, decision=resolution.decision, person=asks.person, reason=resolution.reason, at=now
        )
    except ValueError as refused:
        raise Failed(str(refused), do=f"see: suture work show {item.item_id}") from None
    return Decided(item_id=item.item_id, decision=resolution.decision, person=asks.person, at=now)


async def close_here(store: Store, item: WorkItem, resolution: Resolution, asks: Person) -> Decided:
    """An item whose run has closed: it can only be acknowledged, and what it left is left for good."""
    check_may_decide(asks, item)
    if resolution.decision is not Decision.acknowledge:
        raise Failed(
            "its run has closed", do=f"to close the item too: suture work resolve {item.item_id} --acknowledge"
        )
    now = datetime.now(UTC)
    closed = await store.work_items.decided(
        item,
        resolution.decision,
        person=asks.person,
        reason=resolution.reason,
        at=now,
        action="work-item.acknowledge",
    )
    if not closed:
        raise Failed("the item is closed", do=f"see: suture work show {item.item_id}")
    return Decided(item_id=item.item_id, decision=resolution.decision, person=asks.person, at=now)


async def take_up(
    client: Client, settings: Settings, store: Store, item: WorkItem, asks: Person
) -> tuple[Decided, str]:
    """Start the run that goes on with what an abandoned or cancelled one left; that run closes the item."""
    check_may_decide(asks, item)
    name = RunName.parse(item.workflow_id)
    await _check_closed(client, name)
    closing = await store.runs.closing(name.workflow_id)
    if closing is None:
        raise Failed("its run ended without a closing state: nothing can go on from there")
    following, now = name.next(), datetime.now(UTC)
    await store.audit.append(
        who=asks.person, action="work-item.retry", subject=item.item_id, correlation_id=item.correlation_id, at=now
    )
    try:
        await client.start_workflow(
            following.process,
            start_of_run(settings)(following, item.correlation_id, closing),
            id=following.workflow_id,
            task_queue=TRANSACTIONS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=at_start(following, item.correlation_id),
            static_summary=f"takes up {name.number} from {name.source}, {name.facility}",
            rpc_timeout=ANSWERS_WITHIN,
        )
    except WorkflowAlreadyStartedError:
        raise Failed(f"{following.workflow_id} took it up before, and has closed") from None
    except LookupError:
        raise Failed(f"{name.facility} is no longer configured: no run of it can start") from None
    return Decided(item_id=item.item_id, decision=Decision.retry, person=asks.person, at=now), following.workflow_id


async def _check_closed(client: Client, name: RunName) -> None:
    try:
        described = await client.get_workflow_handle(name.workflow_id).describe(rpc_timeout=ANSWERS_WITHIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return
    if described.status is WorkflowExecutionStatus.RUNNING:
        raise Failed(f"{name.workflow_id} is about to close", do="safe to repeat in a moment")
