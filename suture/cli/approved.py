"""The history of approvals as people see it: who let which order pass or not, and when."""

from collections.abc import Sequence

from suture.cli import output
from suture.cli.filters import check_facility
from suture.cli.session import opened
from suture.cli.story import without_evidence
from suture.settings import Settings
from suture.store.work_items import Listed

NOBODY = "nobody"
"""Who has decided what expired, or was no longer asked."""


async def find_decided(settings: Settings, *, facility: str | None, limit: int) -> tuple[Listed, ...]:
    """The approvals that are closed, the newest on top."""
    check_facility(settings, facility)
    async with opened(settings) as store:
        found = await store.work_items.decided_approvals(facility=facility, limit=limit)
    return tuple(map(without_evidence, found))


def tell_decided(found: Sequence[Listed], *, as_json: bool, limit: int) -> None:
    """When each was decided, by whom, and what it was about."""
    if as_json:
        output.emit(found)
        return
    if not found:
        output.say("nothing was asked to be approved, or nothing of it is decided")
        return
    columns = ("decided", "decision", "by", "amount", "cost centres", "requested by", "approval")
    rows = [
        (
            one.closed_at,
            one.decision or "not decided",
            one.decided_by or NOBODY,
            f"{one.item.to_approve.total:f} {one.item.to_approve.currency}",
            [share.cost_centre for share in one.item.to_approve.shares],
            one.item.to_approve.requested_by,
            one.item.item_id,
        )
        for one in found
        if one.item.to_approve is not None
    ]
    output.table(columns, rows)
    if len(found) == limit:
        output.remark(f"the {limit} newest are shown; more with --limit")
