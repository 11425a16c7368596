"""Correlation: the id of a transaction goes in a header from the client through the run to its activities."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import temporalio.client
import temporalio.worker
from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHandle, WorkflowUpdateHandle
from temporalio.converter import PayloadConverter
from temporalio.workflow import ActivityHandle, ChildWorkflowHandle

from canonical.identity import SYSTEM_QUEUE, RunName
from canonical.run import RunContext
from suture.telemetry.context import Place, correlation_id, run_context, within

HEADER = "correlation-id"
Headers = Mapping[str, Payload]


class CorrelationInterceptor(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """Gives every activity the correlation id and the place of its run."""

    def intercept_client(self, next: temporalio.client.OutboundInterceptor) -> temporalio.client.OutboundInterceptor:
        """Starts and messages carry the id."""
        return _Client(next)

    def workflow_interceptor_class(
        self, input: temporalio.worker.WorkflowInterceptorClassInput
    ) -> type[temporalio.worker.WorkflowInboundInterceptor]:
        """Runs hand it to what they start."""
        return _Run

    def intercept_activity(
        self, next: temporalio.worker.ActivityInboundInterceptor
    ) -> temporalio.worker.ActivityInboundInterceptor:
        """Activities work within it."""
        return _Activity(next)


class _Client(temporalio.client.OutboundInterceptor):
    async def start_workflow(self, input: temporalio.client.StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        """The id of the start payload, where the caller stands in no transaction yet."""
        with _towards(input.id, correlation_id.get() or _of_start(input.args)) as correlation:
            input.headers = _with(input.headers, correlation)
            return await super().start_workflow(input)

    async def signal_workflow(self, input: temporalio.client.SignalWorkflowInput) -> None:
        """The id of the moment."""
        with _towards(input.id, correlation_id.get()) as correlation:
            input.headers = _with(input.headers, correlation)
            await super().signal_workflow(input)

    async def start_workflow_update(
        self, input: temporalio.client.StartWorkflowUpdateInput
    ) -> WorkflowUpdateHandle[Any]:
        """The id of the moment."""
        with _towards(input.id, correlation_id.get()) as correlation:
            input.headers = _with(input.headers, correlation)
            return await super().start_workflow_update(input)


class _Run(temporalio.worker.WorkflowInboundInterceptor):
    def init(self, outbound: temporalio.worker.WorkflowOutboundInterceptor) -> None:
        """Stand before whatever the run starts."""
        self._from_run = _FromRun(outbound)
        super().init(self._from_run)

    async def execute_workflow(self, input: temporalio.worker.ExecuteWorkflowInput) -> Any:
        """A run whose start payload carries no id goes by the header of its start."""
        self._from_run.started_with = _in(input.headers)
        return await super().execute_workflow(input)


class _FromRun(temporalio.worker.WorkflowOutboundInterceptor):
    started_with = ""

    def start_activity(self, input: temporalio.worker.StartActivityInput) -> ActivityHandle[Any]:
        """A call to a system."""
        input.headers = _with(input.headers, self._correlation())
        return super().start_activity(input)

    def start_local_activity(self, input: temporalio.worker.StartLocalActivityInput) -> ActivityHandle[Any]:
        """A note to the store."""
        input.headers = _with(input.headers, self._correlation())
        return super().start_local_activity(input)

    async def start_child_workflow(
        self, input: temporalio.worker.StartChildWorkflowInput
    ) -> ChildWorkflowHandle[Any, Any]:
        """A run of its own that belongs to the same transaction."""
        input.headers = _with(input.headers, self._correlation())
        return await super().start_child_workflow(input)

    def _correlation(self) -> str:
        run = run_context()
        return self.started_with if run is None else run.correlation_id


class _Activity(temporalio.worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: temporalio.worker.ExecuteActivityInput) -> Any:
        """Where the activity stands is known to all it calls, down to the vendor."""
        info = activity.info()
        queue = info.task_queue
        system = queue.removeprefix(SYSTEM_QUEUE) if queue.startswith(SYSTEM_QUEUE) else ""
        with within(_in(input.headers), _place(info.workflow_id or "", system=system, operation=info.activity_type)):
            return await super().execute_activity(input)


@contextmanager
def _towards(workflow_id: str, correlation: str) -> Iterator[str]:
    with within(correlation, _place(workflow_id)):
        yield correlation


def _place(workflow_id: str, *, system: str = "", operation: str = "") -> Place:
    try:
        name = RunName.parse(workflow_id)
    except ValueError:
        return Place(system=system, operation=operation)
    return Place(facility=name.facility, process=name.process, system=system, operation=operation)


def _of_start(args: object) -> str:
    first = args[0] if isinstance(args, list | tuple) and args else None
    context = getattr(first, "context", None)
    return context.correlation_id if isinstance(context, RunContext) else ""


def _with(headers: Headers, correlation: str) -> Headers:
    """Headers are not sealed: an id of ours may stand there, nothing else."""
    if not correlation:
        return headers
    return {**headers, HEADER: PayloadConverter.default.to_payloads([correlation])[0]}


def _in(headers: Headers) -> str:
    payload = headers.get(HEADER)
    if payload is None:
        return ""
    value = PayloadConverter.default.from_payloads([payload])[0]
    return value if isinstance(value, str) else ""
