"""What Temporal knows of one run: its steps with their attempts, what is tried again, and what it waits for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import AwareDatetime
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, PendingWorkflowTaskState
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from canonical.model import Frozen
from suture.keys import SealBroken

UNREADABLE = "(sealed under a key that is gone)"
"""In place of words that cannot be opened: the rest of the history is told all the same."""
_SCHEDULED = PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED
_ENDS = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "done",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "failed",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "timed out",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "cancelled",
}


class Step(Frozen):
    """One activity: how often it was tried, how that ended; `failure` is category and summary, never evidence."""

    activity: str
    summary: str = ""
    queue: str
    state: str
    attempts: int = 0
    scheduled: AwareDatetime
    ended: AwareDatetime | None = None
    next_attempt: AwareDatetime | None = None
    failure: str = ""


class Wait(Frozen):
    """A timer that runs: what for, and until when."""

    summary: str
    until: AwareDatetime


class History(Frozen):
    """One run as Temporal has it. `task_attempts` above 1 means that the workflow's own code fails again and again;
    `task_waits_since` that it has something to do, and that no worker has taken it up."""

    status: str
    task_attempts: int = 1
    task_waits_since: AwareDatetime | None = None
    steps: tuple[Step, ...] = ()
    waits: tuple[Wait, ...] = ()


async def history(client: Client, workflow_id: str, *, within: timedelta) -> History | None:
    """The run's history; none where Temporal does not know it (any more)."""
    handle = client.get_workflow_handle(workflow_id)
    try:
        described = await handle.describe(rpc_timeout=within)
        events = [event async for event in handle.fetch_history_events(rpc_timeout=within)]
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    pending = {one.activity_id: one for one in described.raw_description.pending_activities}
    return History(
        status=status_of(described),
        task_attempts=task_attempts(described),
        task_waits_since=task_waits_since(described),
        steps=await _steps(client, events, pending),
        waits=await _waits(client, events) if described.close_time is None else (),
    )


def status_of(described: WorkflowExecutionDescription) -> str:
    """The status in Temporal's own word, in lower case."""
    return described.status.name.lower().replace("_", " ") if described.status is not None else "unknown"


def task_attempts(described: WorkflowExecutionDescription) -> int:
    """How often the pending workflow task was tried; 1 where none is pending."""
    return max(1, described.raw_description.pending_workflow_task.attempt)


def task_waits_since(described: WorkflowExecutionDescription) -> datetime | None:
    """Since when the pending workflow task waits for a worker; none where none does."""
    raw = described.raw_description
    if not raw.HasField("pending_workflow_task") or raw.pending_workflow_task.state != _SCHEDULED:
        return None
    return moment(raw.pending_workflow_task.original_scheduled_time)


async def why(client: Client, failure: Failure) -> str:
    """The category and the constant summary of a failure."""
    if not failure.ByteSize():
        return ""
    try:
        error = await client.data_converter.decode_failure(failure)
    except SealBroken:
        return UNREADABLE
    if isinstance(error, ApplicationError):
        return ": ".join(filter(None, (error.type, error.message)))
    cause = error.__cause__
    inner = f": {cause.type}: {cause.message}" if isinstance(cause, ApplicationError) else ""
    return f"{type(error).__name__}{inner}"


async def _steps(
    client: Client, events: Sequence[HistoryEvent], pending: dict[str, PendingActivityInfo]
) -> tuple[Step, ...]:
    steps: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            steps[event.event_id] = {
                "activity": scheduled.activity_type.name,
                "summary": await _text(client, event.user_metadata.summary),
                "queue": scheduled.task_queue.name,
                "scheduled": moment(event.event_time),
                "state": "waits for a worker",
            } | await _pending(client, pending.get(scheduled.activity_id))
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            started = event.activity_task_started_event_attributes
            steps[started.scheduled_event_id] |= {"attempts": started.attempt, "state": "runs"}
            steps[started.scheduled_event_id]["failure"] = await why(client, started.last_failure)
        elif event.event_type in _ENDS:
            ended = getattr(event, event.WhichOneof("attributes") or "")
            step = steps[ended.scheduled_event_id]
            step |= {"state": _ENDS[event.event_type], "ended": moment(event.event_time), "next_attempt": None}
            if "failure" in ended.DESCRIPTOR.fields_by_name:
                step["failure"] = await why(client, ended.failure)
    return tuple(Step(**step) for step in steps.values())


async def _pending(client: Client, now: PendingActivityInfo | None) -> dict[str, Any]:
    """How a step stands that has not ended: retries are in no history before the last one."""
    if now is None:
        return {}
    tried = now.attempt if now.HasField("last_started_time") else 0
    retries = now.HasField("next_attempt_schedule_time") and moment(now.next_attempt_schedule_time) > datetime.now(UTC)
    return {
        "attempts": tried,
        "state": "tries again" if retries or tried > 1 else "runs" if tried else "waits for a worker",
        "next_attempt": moment(now.next_attempt_schedule_time) if retries else None,
        "failure": await why(client, now.last_failure),
    }


async def _waits(client: Client, events: Sequence[HistoryEvent]) -> tuple[Wait, ...]:
    running: dict[int, Wait] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            lasts = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            summary = await _text(client, event.user_metadata.summary)
            running[event.event_id] = Wait(summary=summary, until=moment(event.event_time) + lasts)
        elif event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            running.pop(event.timer_fired_event_attributes.started_event_id, None)
        elif event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            running.pop(event.timer_canceled_event_attributes.started_event_id, None)
    return tuple(running.values())


async def _text(client: Client, payload: Payload) -> str:
    if not payload.metadata:
        return ""
    try:
        return str((await client.data_converter.decode([payload], [str]))[0])
    except SealBroken:
        return UNREADABLE


def moment(stamp: Timestamp) -> datetime:
    """A protobuf time as an aware one."""
    return stamp.ToDatetime(tzinfo=UTC)
