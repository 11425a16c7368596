"""Failures: what may be said of one outside encrypted evidence: its category and system, never its text."""

from dataclasses import dataclass

from pydantic import ValidationError
from temporalio.exceptions import ApplicationError, is_cancelled_exception

from canonical.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Told:
    """A failure as logs and metrics tell it. `foreseen` is false for what no boundary has judged: a fault of ours."""

    category: str
    system: str = ""
    operation: str = ""
    status: int | None = None
    foreseen: bool = True


def told(error: BaseException) -> Told:
    """The category of a failure, and the system it came from where that is known."""
    if is_cancelled_exception(error):
        return Told("cancelled")
    if isinstance(error, ApplicationError):
        evidence = error.details[0] if error.details else None
        if isinstance(evidence, Evidence):
            return Told(evidence.category, evidence.system, evidence.operation, evidence.status)
        return Told(error.type or "application", foreseen=error.type is not None)
    if isinstance(error, ValidationError):
        return Told("invalid-data", foreseen=False)
    return Told(type(error).__name__, foreseen=False)
