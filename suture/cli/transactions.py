"""The runs that `suture list` shows, from their projections in the store: also with Temporal away."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from canonical.memory import RunProjection
from suture.cli import output
from suture.cli.filters import check_facility, check_process, remark_stage
from suture.cli.session import opened
from suture.settings import Settings


async def find_runs(
    settings: Settings, *, facility: str | None, process: str | None, stage: str | None, open_only: bool, limit: int
) -> tuple[RunProjection, ...]:
    """The runs that match, oldest first."""
    check_facility(settings, facility)
    check_process(process)
    async with opened(settings) as store:
        await remark_stage(store, stage, open_only=open_only)
        return await store.runs.find(facility=facility, process=process, stage=stage, open_only=open_only, limit=limit)


def tell_runs(runs: Sequence[RunProjection], *, limit: int) -> None:
    """A line a run."""
    if not runs:
        output.say("no such transactions")
        return
    now = datetime.now(UTC)
    rows = [
        (run.workflow_id, run.outcome or run.stage, _counted(run.waiting_for), output.ago(run.started, now))
        for run in runs
    ]
    output.table(("TRANSACTION", "STAGE", "WAITS FOR", "STARTED"), rows)
    output.say("all of one: suture show TRANSACTION")
    if len(runs) == limit:
        output.remark(f"the {limit} oldest are shown; more with --limit")


def _counted(causes: Sequence[str]) -> list[str]:
    """Each cause once, with how often it is waited for."""
    return [cause if times == 1 else f"{times} {cause}" for cause, times in Counter(causes).items()]
