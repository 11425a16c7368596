"""Logging: runs that start and close, work items, attempts that fail: constant words and fields, no payloads."""

import logging
from typing import Any

import temporalio.worker
from temporalio import activity, workflow

from canonical.asking.memory import ItemClosed, ItemOpened
from canonical.documents.work_item import WorkItem
from suture.telemetry.context import here
from suture.temporal.interceptors.failures import told
from suture.temporal.interceptors.outcome import closed_by, outcome

_runs = logging.getLogger("suture.runs")
_activities = logging.getLogger("suture.activities")


class LoggingInterceptor(temporalio.worker.Interceptor):
    """One line for what an operator asks about first."""

    def workflow_interceptor_class(
        self, input: temporalio.worker.WorkflowInterceptorClassInput
    ) -> type[temporalio.worker.WorkflowInboundInterceptor]:
        """Starts, closes and work items of runs."""
        return _Run

    def intercept_activity(
        self, next: temporalio.worker.ActivityInboundInterceptor
    ) -> temporalio.worker.ActivityInboundInterceptor:
        """Failed attempts."""
        return _Activity(next)


class _Run(temporalio.worker.WorkflowInboundInterceptor):
    async def execute_workflow(self, input: temporalio.worker.ExecuteWorkflowInput) -> Any:
        """Say that the run starts and how it closes; not while it only replays."""
        _say("run started")
        try:
            result = await super().execute_workflow(input)
        except BaseException as error:
            if (category := closed_by(error)) is not None:
                _say("run closed", outcome=category)
            raise
        _say("run closed", outcome=outcome())
        return result


def _say(message: str, **fields: str) -> None:
    if not workflow.unsafe.is_replaying():
        _runs.info(message, extra={"workflow_id": workflow.info().workflow_id, **fields})


class _Activity(temporalio.worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: temporalio.worker.ExecuteActivityInput) -> Any:
        """Say that an attempt failed: expected failures with their category, faults of ours with where they arose."""
        try:
            result = await super().execute_activity(input)
        except BaseException as error:
            _tell(error)
            raise
        for arg in input.args:
            if isinstance(arg, ItemOpened):
                item: WorkItem = arg.item
                fields = {"item_id": item.item_id, "cause": item.cause, "owner": item.owner, "step": item.step}
                _activities.info("work item opened", extra=fields)
            elif isinstance(arg, ItemClosed):
                fields = {"item_id": arg.item_id, "decision": arg.decision or "none"}
                _activities.info("work item closed", extra=fields)
        return result


def _tell(error: BaseException) -> None:
    failure = told(error)
    info = activity.info()
    fields = {
        "activity": info.activity_type,
        "attempt": info.attempt,
        "category": failure.category,
        "system": failure.system or here()[1].system,
        "call": failure.operation,
        "status": failure.status,
        "workflow_id": info.workflow_id,
    }
    if failure.category in ("cancelled", "transient"):
        _activities.info("attempt did not succeed", extra=fields)
    elif failure.foreseen:
        _activities.warning("attempt did not succeed", extra=fields)
    else:
        _activities.error("attempt fell over", extra=fields, exc_info=error)
