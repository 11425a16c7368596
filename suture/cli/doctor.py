"""`suture doctor`: every dependency: reachable or not, its version, what to do."""

import typer

from suture.cli.options import AsJson


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check everything the engine depends on.

    Each dependency: reachable or not, its version, what to do. Exit 0 only if all is well.
    """
    from suture.cli.checks import check_all, ending, tell
    from suture.cli.session import configuration_file, run

    found = run(check_all(configuration_file(context)))
    tell(found, as_json=as_json)
    raise typer.Exit(ending(found))
