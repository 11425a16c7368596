"""Outcome: how a run ended, in the word that its process has for it, or by the category of what closed it."""

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

from suture.temporal.interceptors.failures import told
from workflows.kit.process import Process


def outcome() -> str:
    """`posted`, `corrected`, ... where the story was told to its end; else the last stage: abandoned, cancelled."""
    run = workflow.instance()
    if not isinstance(run, Process):
        return "done"
    return run.outcome() if run.stage == "closed" else run.stage


def closed_by(error: BaseException) -> str | None:
    """The category of an error that closes the run; none where it only fails the task, or goes on as a new run."""
    if is_cancelled_exception(error) or (isinstance(error, Exception) and workflow.is_failure_exception(error)):
        return told(error).category
    return None
