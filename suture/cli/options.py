"""Options and arguments that several commands share, so that they read the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="JSON for scripts; errors too, on stderr.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="File with your token; else SUTURE_TOKEN, else .suture/token beside hospital.toml."),
]
DocumentFile = Annotated[
    Path, typer.Option("--file", help="JSON document; account and case numbers in clear; - reads standard input.")
]
ProcessName = Annotated[str | None, typer.Option("--process", help="Only this process, for example supplier-invoice.")]
FacilityName = Annotated[str | None, typer.Option("--facility", help="Only this facility.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads this later; no patient data.")]
BusinessKey = Annotated[
    str,
    typer.Argument(metavar="BUSINESS_KEY", help="<process>:<facility>:<source>:<number>, as `suture list` shows it."),
]
Transaction = Annotated[
    str,
    typer.Argument(
        metavar="TRANSACTION", help="A correlation id, a business key, a work item's id, or a document's number."
    ),
]
EventId = Annotated[
    str | None,
    typer.Option(help="The event's id, to deduplicate by; else made from the file, so that repeating is safe."),
]
