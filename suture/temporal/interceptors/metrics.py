"""Metrics: counts attempts, effects and the time of runs as they pass; labels are never ids."""

from typing import Any

import temporalio.worker
from temporalio import activity, workflow

from canonical.asking.writing import Balanced, Elsewhere, WriteOrder
from canonical.effect import EffectState, Posted
from canonical.errors import Rejected, Uncertain
from suture.telemetry import metrics
from suture.telemetry.context import here, run_context
from suture.temporal.interceptors.failures import told
from suture.temporal.interceptors.outcome import closed_by, first_started, outcome

REFUSALS: tuple[type[Rejected], ...] = (Rejected, *Rejected.__subclasses__())
STATES = {Uncertain.category: EffectState.uncertain} | {kind.category: EffectState.refused for kind in REFUSALS}
"""What a failed write tells of its effect; a transient one was not applied, and is tried again."""


class MetricsInterceptor(temporalio.worker.Interceptor):
    """Counts where everything passes, so that no workflow and no activity counts by itself."""

    def workflow_interceptor_class(
        self, input: temporalio.worker.WorkflowInterceptorClassInput
    ) -> type[temporalio.worker.WorkflowInboundInterceptor]:
        """Time of runs."""
        return _Run

    def intercept_activity(
        self, next: temporalio.worker.ActivityInboundInterceptor
    ) -> temporalio.worker.ActivityInboundInterceptor:
        """Attempts and effects."""
        return _Activity(next)


class _Run(temporalio.worker.WorkflowInboundInterceptor):
    async def execute_workflow(self, input: temporalio.worker.ExecuteWorkflowInput) -> Any:
        """Measure from start to close; a run that goes on as a new one has not closed."""
        try:
            result = await super().execute_workflow(input)
        except BaseException as error:
            if (category := closed_by(error)) is not None:
                _closed(category)
            raise
        _closed(outcome())
        return result


class _Activity(temporalio.worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: temporalio.worker.ExecuteActivityInput) -> Any:
        """Count the attempt by its outcome, and what it did to a ledger."""
        order = input.args[0] if input.args else None
        try:
            result = await super().execute_activity(input)
        except BaseException as error:
            category = told(error).category
            _attempted(category)
            if isinstance(order, WriteOrder) and (state := STATES.get(category)):
                _effect(order, state)
            raise
        _attempted("done")
        if isinstance(order, WriteOrder):
            _effects_of(order, result)
        return result


def _attempted(outcome: str) -> None:
    _, place = here()
    metrics.attempts(
        activity=activity.info().activity_type,
        facility=place.facility,
        process=place.process,
        system=place.system,
        outcome=outcome,
    )


def _effects_of(order: WriteOrder, result: object) -> None:
    if isinstance(result, Posted):
        _effect(order, EffectState.applied)
    elif isinstance(result, Balanced) and result.taken_back:
        _effect(order, EffectState.reversed, count=result.taken_back)
    elif isinstance(order, Elsewhere):
        _effect(order, order.state)


def _effect(order: WriteOrder, state: EffectState, *, count: int = 1) -> None:
    name, domain = order.context.name, order.ledger.domain
    metrics.effects(
        domain=domain,
        facility=name.facility,
        process=name.process,
        system=order.context.leg(domain).system,
        state=state,
        count=count,
    )


def _closed(outcome: str) -> None:
    run = run_context()
    if run is not None and not workflow.unsafe.is_replaying():
        took = workflow.now() - first_started()
        metrics.end_to_end(took, facility=run.name.facility, process=run.name.process, outcome=outcome)
