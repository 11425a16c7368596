"""`suture cancel`: end a transaction that nobody wants to see finished."""

import typer

from suture.cli.options import AsJson, BusinessKey, TokenFile


def cancel(
    context: typer.Context,
    business_key: BusinessKey,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Cancel a transaction; what is posted stays.

    What is left becomes a work item, whose decision takes the reason. Safe to repeat.
    """
    from suture.cli.cancelling import cancel_run, tell
    from suture.cli.session import configured, run

    tell(run(cancel_run(configured(context), business_key, token_file=token_file)), as_json=as_json)
