"""`suture approvals`: orders that wait for somebody's yes: list them, decide them, see what was decided, name a deputy."""

from datetime import datetime
from typing import Annotated

import typer

from suture.cli.options import AsJson, FacilityName, Reason, TokenFile

approvals = typer.Typer(help="Orders that wait for somebody's yes.", no_args_is_help=True)

Item = Annotated[str, typer.Argument(metavar="ITEM", help="The approval's id, as `suture approvals list` shows it.")]
Within = Annotated[float, typer.Option(min=1, max=300, help="Seconds to wait for a worker's answer.")]
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


@approvals.command(name="list")
def list_approvals(
    context: typer.Context,
    facility: FacilityName = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what you may decide, also for somebody absent.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """List what waits to be approved, those due first on top."""
    from suture.cli.approving import find_waiting, tell_waiting
    from suture.cli.session import configured, run

    token = token_file if mine else None
    work = find_waiting(configured(context), facility=facility, mine=mine, limit=limit, token_file=token)
    tell_waiting(run(work), as_json=as_json, limit=limit)


@approvals.command()
def history(
    context: typer.Context,
    facility: FacilityName = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was decided, by whom and when, the newest on top.

    What policy lets pass is asked of nobody, and is not listed.
    """
    from suture.cli.approved import find_decided, tell_decided
    from suture.cli.session import configured, run

    found = run(find_decided(configured(context), facility=facility, limit=limit))
    tell_decided(found, as_json=as_json, limit=limit)


@approvals.command()
def approve(
    context: typer.Context,
    item: Item,
    reason: Reason = "",
    token_file: TokenFile = None,
    within: Within = 15,
    as_json: AsJson = False,
) -> None:
    """Let an order pass.

    It is made as it was asked for, and no otherwise. Safe to repeat.
    """
    from suture.cli.approving import decide
    from suture.cli.session import configured

    decide(configured(context), item, True, reason=reason, token_file=token_file, within=within, as_json=as_json)


@approvals.command()
def reject(
    context: typer.Context,
    item: Item,
    reason: Reason = "",
    token_file: TokenFile = None,
    within: Within = 15,
    as_json: AsJson = False,
) -> None:
    """Refuse an order.

    What was set aside for it is free again. Safe to repeat.
    """
    from suture.cli.approving import decide
    from suture.cli.session import configured

    decide(configured(context), item, False, reason=reason, token_file=token_file, within=within, as_json=as_json)


@approvals.command()
def delegate(
    context: typer.Context,
    deputy: Annotated[str, typer.Argument(metavar="PERSON", help="Who decides for you, as [people] names them.")],
    until: Annotated[datetime, typer.Option(formats=TIMES, help="When you are back, in UTC.")],
    since: Annotated[datetime | None, typer.Option(formats=TIMES, help="When you go, in UTC; else now.")] = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Have somebody decide for you while you are away.

    Given anew, the earlier one ends. To end it before its time, give it an
    end that has passed.
    """
    from suture.cli.delegating import delegate as give
    from suture.cli.delegating import tell_given
    from suture.cli.session import configured, run

    given = give(configured(context), deputy, since=since, until=until, token_file=token_file)
    tell_given(run(given), as_json=as_json)
