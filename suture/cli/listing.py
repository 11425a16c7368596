"""`suture list`: runs by facility, process and stage, and what is stuck, each with why and what to type next."""

from typing import Annotated

import typer

from suture.cli.failures import Ending
from suture.cli.options import AsJson, FacilityName, ProcessName


def list_runs(
    context: typer.Context,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only what neither goes on nor waits for a person.")] = False,
    facility: FacilityName = None,
    process: ProcessName = None,
    stage: Annotated[str | None, typer.Option(help="Only runs at this stage.")] = None,
    all_runs: Annotated[bool, typer.Option("--all", help="Closed runs too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    attempts: Annotated[int, typer.Option(min=2, help="--stuck: activities tried so often.")] = 5,
    fail: Annotated[bool, typer.Option("--fail", help="--stuck: exit 5 if anything is.")] = False,
    as_json: AsJson = False,
) -> None:
    """List transactions, or what is stuck.

    --stuck tells what neither goes on nor waits for a person: failing workflow code, activities tried again and again,
    queues without a worker, events that started nothing; each with why, and what to type next.
    """
    from suture.cli import output
    from suture.cli.session import configured, run
    from suture.cli.stuck import Look, find_stuck, tell
    from suture.cli.transactions import find_runs, tell_runs

    settings = configured(context)
    if not stuck:
        found_runs = find_runs(
            settings, facility=facility, process=process, stage=stage, open_only=not all_runs, limit=limit
        )
        runs = run(found_runs)
        if as_json:
            output.emit(runs)
        else:
            tell_runs(runs, limit=limit)
        return
    look = Look(facility=facility, process=process, stage=stage, limit=limit, attempts=attempts)
    found = run(find_stuck(settings, look))
    if as_json:
        output.emit(found)
    else:
        tell(found, limit=limit)
    if fail and found:
        raise typer.Exit(Ending.stuck)
