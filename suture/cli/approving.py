"""Approvals as people see them: what waits for a yes, who may give it, and the decision."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from canonical.documents.work_item import Decision
from canonical.replenishing.approving import authority
from suture.cli import output
from suture.cli.choice import Choice
from suture.cli.failures import Ending, Failed
from suture.cli.filters import check_facility
from suture.cli.person import person
from suture.cli.resolving import resolve, tell
from suture.cli.session import opened, run
from suture.cli.story import without_evidence
from suture.deciding import commands
from suture.settings import Settings
from suture.store.work_items import Listed


async def find_waiting(
    settings: Settings, *, facility: str | None, mine: bool, limit: int, token_file: Path | None
) -> tuple[Listed, ...]:
    """The open approvals, the one due first on top; of one person, those that they may decide now."""
    check_facility(settings, facility)
    async with opened(settings) as store:
        asks = await person(settings, token_file, store.delegations) if mine else None
        found = await store.work_items.approvals(facility=facility)
    if asks is not None:
        found = tuple(one for one in found if one.item.to_approve and not authority(asks, one.item.to_approve).why_not)
    return tuple(map(without_evidence, found[:limit]))


def tell_waiting(found: Sequence[Listed], *, as_json: bool, limit: int) -> None:
    """What each would cost whom, and what to type about it."""
    if as_json:
        output.emit(found)
        return
    if not found:
        output.say("nothing waits to be approved")
        return
    now = datetime.now(UTC)
    columns = ("APPROVAL", "AMOUNT", "COST CENTRES", "REQUESTED BY", "DUE")
    rows = [
        (
            one.item.item_id,
            f"{one.item.to_approve.total:f} {one.item.to_approve.currency}",
            [share.cost_centre for share in one.item.to_approve.shares],
            one.item.to_approve.requested_by,
            output.ago(one.item.due, now),
        )
        for one in found
        if one.item.to_approve is not None
    ]
    output.table(columns, rows)
    for one in found:
        output.say(one.item.question, style="red" if one.item.due < now else "")
        for command in commands(one.item):
            output.say(f"  next: {command}")
    if len(found) == limit:
        output.remark(f"the {limit} due first are shown; more with --limit")


def decide(
    settings: Settings,
    item_id: str,
    approved: bool,
    *,
    reason: str,
    token_file: Path | None,
    within: float,
    as_json: bool,
) -> None:
    """Approve or reject; only what waits to be approved."""
    decision = Decision.approve if approved else Decision.reject
    run(_check_is_approval(settings, item_id))
    choice = Choice(decision=decision)
    decided = resolve(settings, item_id, choice, reason=reason, token_file=token_file, within=within)
    tell(run(decided), as_json=as_json)


async def _check_is_approval(settings: Settings, item_id: str) -> None:
    async with opened(settings) as store:
        try:
            listed = await store.work_items.get(item_id)
        except KeyError:
            raise Failed(f"no approval {item_id}", do="see: suture approvals list", ending=Ending.not_found) from None
    if listed.item.to_approve is None:
        raise Failed(f"{item_id} is no approval", do=f"see: suture work show {item_id}", ending=Ending.usage)
