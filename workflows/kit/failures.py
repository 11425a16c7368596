"""Failures as a run sees them: typed evidence, and the questions that stand for a whole run."""

from pydantic import ValidationError
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.evidence import Evidence
from workflows.kit.parking import Question


def fell_over(failure: FailureError | ValidationError, stage: str) -> Question:
    """The question about a run that stopped where no step had a question of its own."""
    evidence = evidence_of(failure)
    return Question(
        step="run",
        cause=Cause.invalid_data if evidence.category == Cause.invalid_data else Cause.exhausted,
        text=f"the run stopped at {stage}: {evidence.summary} ({evidence.system})",
        owner=Audience.integration,
        evidence=evidence.text,
    )


def left_behind(steps: tuple[str, ...], why: str) -> Question:
    """A run that was abandoned or cancelled leaves what it has not posted to a person."""
    return Question(
        step="left",
        cause=Cause.left_behind,
        text=f"the run was {why}; not settled: {', '.join(steps)}. Retry takes it up again in a new run",
        owner=Audience.supply_chain,
        decisions=(Decision.retry,),
    )


def evidence_of(failure: FailureError | ValidationError) -> Evidence:
    """The typed facts of a failure; an activity time-out of a write leaves its outcome unknown."""
    if isinstance(failure, ActivityError):
        cause = failure.cause
        if isinstance(cause, ApplicationError) and cause.details and isinstance(cause.details[0], dict):
            return Evidence.model_validate(cause.details[0])
        return Evidence.model_validate(
            {
                "category": "uncertain",
                "summary": "no answer in time",
                "system": failure.activity_type.split(".")[0],
                "operation": failure.activity_type,
                "audience": "integration",
                "text": str(cause)[:2000],
            }
        )
    if isinstance(failure, FailureError):
        return Evidence.model_validate(
            {
                "category": "transient",
                "summary": type(failure).__name__,
                "system": "suture",
                "operation": "run",
                "audience": "integration",
                "text": str(failure)[:2000],
            }
        )
    return Evidence.model_validate(
        {
            "category": Cause.invalid_data,
            "summary": "the data does not have the form that this step needs",
            "system": "suture",
            "operation": failure.title,
            "audience": "integration",
            "text": str(failure)[:2000],
        }
    )
