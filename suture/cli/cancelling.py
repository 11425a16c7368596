"""Asks Temporal to cancel the run of a business key, and keeps who asked."""

from datetime import UTC, datetime
from pathlib import Path

from temporalio.service import RPCError, RPCStatusCode

from canonical.model import Frozen
from suture.cli import output
from suture.cli.entering import business_name
from suture.cli.failures import Ending, Failed
from suture.cli.person import entitled
from suture.cli.session import ANSWERS_WITHIN, connected, opened
from suture.settings import Settings


class Cancelled(Frozen):
    """The run that was asked to end."""

    workflow_id: str
    correlation_id: str
    person: str


async def cancel_run(settings: Settings, business_key: str, *, token_file: Path | None) -> Cancelled:
    """Ask the newest run of the business key to end; it settles what is under way first."""
    name = business_name(business_key)
    asks = await entitled(settings, token_file)
    async with opened(settings) as store:
        newest = await store.runs.newest(name.business_key)
        correlation_id = await store.correlations.find(name.business_key)
        if correlation_id is None:
            raise Failed(f"no transaction {name.business_key}", do="see: suture list", ending=Ending.not_found)
        workflow_id = newest.workflow_id if newest is not None else name.workflow_id
        if newest is not None and newest.closed is not None:
            raise Failed(f"{workflow_id} is closed: {newest.outcome}", do=f"see: suture show {correlation_id}")
        client = await connected(settings, store.keyring)
        try:
            # Temporal keeps the reason of a cancel in clear: it is no place for anybody's own words.
            by = f"asked by {asks.person}"
            await client.get_workflow_handle(workflow_id).cancel(reason=by, rpc_timeout=ANSWERS_WITHIN)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            raise Failed(f"{workflow_id} is not running", do=f"see: suture show {correlation_id}") from None
        await store.audit.append(
            who=asks.person,
            action="cli.cancel",
            subject=workflow_id,
            correlation_id=correlation_id,
            at=datetime.now(UTC),
        )
    return Cancelled(workflow_id=workflow_id, correlation_id=correlation_id, person=asks.person)


def tell(cancelled: Cancelled, *, as_json: bool) -> None:
    """Say what was asked, and where to see it done."""
    if as_json:
        output.emit(cancelled)
        return
    output.say(f"cancel asked for by {cancelled.person}: {cancelled.workflow_id}")
    output.say(f"  next: suture show {cancelled.correlation_id}")
