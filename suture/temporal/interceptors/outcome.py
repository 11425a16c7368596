"""Outcome: how a run ended, in the word that its process has for it, or by the category of what closed it."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

from suture.temporal.interceptors.failures import told
from workflows.kit.run import Run


def outcome() -> str:
    """`posted`, `corrected`, ... where the story was told to its end; else the last stage: abandoned, cancelled."""
    run = workflow.instance()
    if not isinstance(run, Run):
        return "done"
    return run.process.outcome() if run.process.stage == "closed" else run.process.stage


def first_started() -> datetime:
    """When the run began, however often it has gone on as a new one since."""
    run = workflow.instance()
    return run.process.started if isinstance(run, Run) else workflow.info().start_time


def closed_by(error: BaseException) -> str | None:
    """The category of an error that closes the run; none where it only fails the task, or goes on as a new run."""
    if is_cancelled_exception(error) or (isinstance(error, Exception) and workflow.is_failure_exception(error)):
        return told(error).category
    return None
