"""`suture signal`: hand a document, for example a correction, to a transaction."""

from typing import Annotated

import typer

from suture.cli.options import AsJson, BusinessKey, DocumentFile, EventId, TokenFile


def signal(
    context: typer.Context,
    business_key: BusinessKey,
    file: DocumentFile,
    event_type: Annotated[
        str | None, typer.Option("--type", help="For example goods.received; of a use it is told from the fields.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The source that it is handed in for; of a use the business key says it.")
    ] = None,
    event_id: EventId = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Hand a document to a transaction.

    For example a correction; by the same intake as the gateway. Safe to repeat.
    """
    from suture.cli.entering import hand_to, tell
    from suture.cli.session import configured, run

    settings = configured(context)
    work = hand_to(
        settings,
        business_key,
        file,
        event_type=event_type,
        source=source,
        event_id=event_id,
        token_file=token_file,
    )
    tell(run(work), as_json=as_json)
