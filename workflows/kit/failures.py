"""Failures as a run sees them: typed evidence, and the questions that they raise in any process."""

from pydantic import ValidationError
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, TimeoutError

from canonical.documents.work_item import Cause, Decision
from canonical.envelope import Envelope
from canonical.errors import Audience
from canonical.evidence import Evidence
from canonical.money import Money
from workflows.kit.parking import Question
from workflows.kit.words import step_in_words

RUN = "run"
"""The step of a question that no step of the story has asked."""

WRITE_DECISIONS = (Decision.retry, Decision.accept, Decision.abandon)


def fell_over(failure: FailureError | ValidationError, stage: str) -> Question:
    """The question about a run that stopped where no step had a question of its own."""
    evidence = evidence_of(failure)
    return Question(
        step=RUN,
        cause=Cause.invalid_data if evidence.category == Cause.invalid_data else Cause.exhausted,
        text=f"the run stopped at {stage}: {evidence.summary} ({evidence.system})",
        owner=Audience.integration,
        evidence=evidence.text,
    )


def unreadable(document: Envelope, wrong: ValidationError) -> Question:
    """The question about a document that does not have the form of its type."""
    return Question(
        step="document",
        cause=Cause.invalid_data,
        text=f"a document {document.type} from {document.source} cannot be read: {wrong.error_count()} fields do not fit",
        owner=Audience.integration,
        decisions=(Decision.acknowledge,),
        blocks=False,
        evidence=f"event {document.id}: " + ", ".join(".".join(map(str, one["loc"])) for one in wrong.errors()[:10]),
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


def look_up(system: str) -> str:
    """The step of a question about the look-ups in one system."""
    return f"look-up-{system}"


def look_up_failed(evidence: Evidence, system: str) -> Question:
    """A look-up that no retry could heal."""
    return Question(
        step=look_up(system),
        cause=Cause.exhausted if evidence.category == "transient" else Cause.refused,
        text=f"{system} does not answer the look-up: {evidence.summary}",
        owner=evidence.audience,
        evidence=evidence.text,
    )


def vanished(step: str, reference: str, system: str) -> Question:
    """The question about a document that was posted and cannot be found at the closing look."""
    return Question(
        step=step,
        cause=Cause.not_found_in_time,
        text=f"{step}: {reference} was posted in {system} and is no longer there; retry looks again",
        owner=Audience.integration,
        decisions=WRITE_DECISIONS,
    )


def not_confirmed(step: str, system: str, *, owner: Audience) -> Question:
    """A system has accepted a document and not said what became of it."""
    return Question(
        step=step,
        cause=Cause.confirmation_overdue,
        text=f"{system} accepted {step_in_words(step)} and has neither posted nor rejected it in time",
        owner=owner,
        decisions=WRITE_DECISIONS,
    )


def rejected_later(step: str, system: str, reason: str, *, owner: Audience, at_risk: Money | None = None) -> Question:
    """A system accepted a document first and rejected it afterwards."""
    return Question(
        step=step,
        cause=Cause.refused,
        text=f"{system} accepted {step_in_words(step)} and then rejected it",
        owner=owner,
        decisions=WRITE_DECISIONS,
        evidence=reason,
        payable_at_risk=at_risk,
    )


def refused(
    step: str,
    what: str,
    evidence: Evidence,
    *,
    owner: Audience,
    correctable: tuple[str, ...] = (),
    at_risk: Money | None = None,
) -> Question:
    """The question about a write that failed for good: what, in which system, and why in our own words."""
    causes = {"uncertain": Cause.uncertain, "transient": Cause.exhausted, "invalid-data": Cause.invalid_data}
    decisions = WRITE_DECISIONS if not correctable else (Decision.retry, Decision.correct, *WRITE_DECISIONS[1:])
    return Question(
        step=step,
        cause=causes.get(evidence.category, Cause.refused),
        text=f"{what}: {evidence.summary} ({evidence.system})",
        owner=evidence.audience if evidence.category in ("not-permitted", "period-closed", "misread") else owner,
        decisions=decisions,
        correctable=correctable,
        evidence=evidence.text,
        charge_at_risk=at_risk if step == "charge" else None,
        cost_at_risk=at_risk if step == "cost" else None,
        payable_at_risk=at_risk if step not in ("charge", "cost") else None,
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
                "summary": "no answer in time" if isinstance(cause, TimeoutError) else "the engine's own call failed",
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
