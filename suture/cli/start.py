"""`suture start`: hand in a document that starts a transaction, as if its system had sent it."""

from dataclasses import dataclass
from typing import Annotated

import typer

from suture.cli.options import AsJson, DocumentFile, EventId, TokenFile

start = typer.Typer(help="Start a transaction from a document.", no_args_is_help=True)


@dataclass(frozen=True)
class Startable:
    """A process that a document starts: what the command does, what the document is, and other types that it takes."""

    process: str
    starts: str
    document: str
    types: str


# The names of `canonical.identity` and `canonical.inbound`, which would bring pydantic along: help must be quick.
STARTABLE = (
    Startable(
        "usage-to-charge",
        "Start usage-to-charge for one use.",
        "the fields of a canonical usage",
        "usage.reported, else usage.corrected",
    ),
    Startable(
        "receipt-to-invoice",
        "Start or continue the run of a purchase order.",
        "the fields of a canonical order, ship notice, receipt or return",
        "order.placed, else order.changed, goods.shipped, goods.received, goods.returned and others",
    ),
    Startable(
        "supplier-invoice",
        "Start the run of a supplier's invoice or credit memo.",
        "the fields of a canonical invoice",
        "invoice.presented, else invoice.withdrawn",
    ),
    Startable(
        "replenishment-request",
        "Start the replenishment of an item at a location.",
        "facility, number, location, item and the time at which its par level was crossed",
        "par.crossed",
    ),
)


def _offer(offered: Startable) -> None:
    @start.command(
        name=offered.process,
        help=f"{offered.starts}\n\nThe document is a JSON object with {offered.document}. Safe to repeat.",
    )
    def command(
        context: typer.Context,
        file: DocumentFile,
        source: Annotated[str, typer.Option(help="The source that it is handed in for: a [sources] table.")],
        event_type: Annotated[
            str | None, typer.Option("--type", help=f"What the document is: {offered.types}.")
        ] = None,
        event_id: EventId = None,
        token_file: TokenFile = None,
        as_json: AsJson = False,
    ) -> None:
        from suture.cli.entering import hand_in, tell
        from suture.cli.session import configured, run

        work = hand_in(
            configured(context),
            offered.process,
            file,
            source=source,
            event_id=event_id,
            token_file=token_file,
            event_type=event_type,
        )
        tell(run(work), as_json=as_json)


for _offered in STARTABLE:
    _offer(_offered)


@start.callback()
def group() -> None:
    """One command a process."""
