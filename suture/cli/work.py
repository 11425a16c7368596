"""`suture work`: what waits for a person: list it, look at it, take it, resolve it."""

from typing import Annotated

import typer

from suture.cli.options import AsJson, FacilityName, Reason, TokenFile

work = typer.Typer(help="Work items: what waits for a person.", no_args_is_help=True)

Item = Annotated[str, typer.Argument(metavar="ITEM", help="The work item's id, as `suture work list` shows it.")]


@work.command(name="list")
def list_items(
    context: typer.Context,
    facility: FacilityName = None,
    owner: Annotated[str | None, typer.Option(help="Only this queue, for example revenue-integrity.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what you have taken.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """List open items, those due first on top.

    Each comes with the command that resolves it.
    """
    from suture.cli.session import configured, run
    from suture.cli.work_items import find_open, tell_open

    token = token_file if mine else None
    work = find_open(configured(context), facility=facility, owner=owner, mine=mine, limit=limit, token_file=token)
    tell_open(run(work), as_json=as_json, limit=limit)


@work.command(name="show")
def show_item(context: typer.Context, item: Item, token_file: TokenFile = None, as_json: AsJson = False) -> None:
    """Show one item, and what may be decided.

    With your token also the vendor's own words, which is audited.
    """
    from suture.cli.session import configured, run
    from suture.cli.work_items import find, tell_one

    settings = configured(context)
    tell_one(settings, run(find(settings, item, token_file=token_file)), as_json=as_json)


@work.command()
def take(context: typer.Context, item: Item, token_file: TokenFile = None, as_json: AsJson = False) -> None:
    """Put your name on an item."""
    from suture.cli.session import configured, run
    from suture.cli.work_items import take as take_item
    from suture.cli.work_items import tell_taken

    tell_taken(run(take_item(configured(context), item, token_file=token_file)), as_json=as_json)


@work.command()
def resolve(
    context: typer.Context,
    item: Item,
    retry: Annotated[bool, typer.Option("--retry", help="Try the step again: the cause is mended.")] = False,
    correct: Annotated[
        list[str] | None, typer.Option("--correct", metavar="FIELD=VALUE", help="Correct a field; repeat for more.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="REFERENCE", help="Done by hand, under this reference.")
    ] = None,
    override: Annotated[
        bool, typer.Option("--override", help="Let pass what is held; a person answers for it.")
    ] = False,
    abandon: Annotated[bool, typer.Option("--abandon", help="End the run; what is posted stays posted.")] = False,
    acknowledge: Annotated[bool, typer.Option("--acknowledge", help="Seen; nothing is to be done here.")] = False,
    approve: Annotated[bool, typer.Option("--approve", help="Yes, as it was asked.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="No; the run goes on without it.")] = False,
    reason: Reason = "",
    token_file: TokenFile = None,
    within: Annotated[float, typer.Option(min=1, max=300, help="Seconds to wait for a worker's answer.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Decide an item.

    Its run goes on from the step where it stopped. Safe to repeat.
    """
    from suture.cli.choice import chosen
    from suture.cli.resolving import resolve as decide
    from suture.cli.resolving import tell
    from suture.cli.session import configured, run

    decision = chosen(
        item,
        retry=retry,
        correct=correct,
        accept=accept,
        override=override,
        abandon=abandon,
        acknowledge=acknowledge,
        approve=approve,
        reject=reject,
    )
    decided = decide(configured(context), item, decision, reason=reason, token_file=token_file, within=within)
    tell(run(decided), as_json=as_json)
