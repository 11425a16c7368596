"""`suture show`: one transaction, whole, from the need to the payment."""

import typer

from suture.cli.options import AsJson, Transaction


def show(context: typer.Context, transaction: Transaction, as_json: AsJson = False) -> None:
    """Show one transaction, whole.

    What is wrong and what to type first; then steps, attempts, waits, effects in each system, lineage, work items. Of
    what is ordered that is the whole chain: need, order, receipts, invoices, payments.
    """
    from suture.cli import output
    from suture.cli.session import configured, run
    from suture.cli.story import story
    from suture.cli.story_text import tell

    found = run(story(configured(context), transaction))
    if as_json:
        output.emit(found)
    else:
        tell(found)
