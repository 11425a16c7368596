"""`suture start`: hand in a document that starts a transaction, as if its system had sent it."""

from typing import Annotated

import typer

from suture.cli.options import AsJson, DocumentFile, EventId, TokenFile

start = typer.Typer(help="Start a transaction from a document.", no_args_is_help=True)


@start.command(name="usage-to-charge")
def usage_to_charge(
    context: typer.Context,
    file: DocumentFile,
    source: Annotated[str, typer.Option(help="The usage source that it is handed in for: a [sources] table.")],
    event_id: EventId = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Start usage-to-charge for one use.

    The document is a JSON object with the fields of a canonical usage. Safe to repeat.
    """
    from suture.cli.entering import hand_in_use, tell
    from suture.cli.session import configured, run

    settings = configured(context)
    tell(run(hand_in_use(settings, file, source=source, event_id=event_id, token_file=token_file)), as_json=as_json)


@start.callback()
def group() -> None:
    """One command a process."""
