"""Work items as people see them: the open ones, one of them, and whose it is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from canonical.documents.work_item import WorkItem
from canonical.errors import Audience
from suture.cli import output
from suture.cli.failures import Ending, Failed
from suture.cli.filters import check_facility
from suture.cli.links import web_ui
from suture.cli.person import check_may_decide, person
from suture.cli.session import opened
from suture.cli.story import without_evidence
from suture.deciding import commands, mildest
from suture.settings import Settings
from suture.store.event_items import INBOX
from suture.store.store import Store
from suture.store.work_items import Listed


async def find_open(
    settings: Settings, *, facility: str | None, owner: str | None, mine: bool, limit: int, token_file: Path | None
) -> tuple[Listed, ...]:
    """The open items that match, the one due first on top."""
    check_facility(settings, facility)
    if owner is not None and owner not in list(Audience):
        raise Failed(f"--owner: expected one of {', '.join(Audience)}", ending=Ending.usage)
    taken_by = (await person(settings, token_file)).person if mine else None
    async with opened(settings) as store:
        found = await store.work_items.open_items(
            facility=facility, owner=Audience(owner) if owner else None, taken_by=taken_by, limit=limit
        )
    return tuple(map(without_evidence, found))


async def find(settings: Settings, item_id: str, *, token_file: Path | None) -> Listed:
    """One item; a vendor's own words, which may name a patient, only for a person with a token, and audited."""
    async with opened(settings) as store:
        listed = await get(store, item_id)
        if not listed.item.evidence:
            return listed
        try:
            reader = await person(settings, token_file)
        except Failed as nobody:
            output.remark(f"the vendor's own words are left out: {nobody.line}")
            return without_evidence(listed)
        await store.audit.append(
            who=reader.person,
            action="evidence read",
            subject=item_id,
            correlation_id=listed.item.correlation_id,
            at=datetime.now(UTC),
        )
        return listed


async def get(store: Store, item_id: str) -> Listed:
    """One item of an open store."""
    try:
        return await store.work_items.get(item_id)
    except KeyError:
        do = f"see: suture work list; by a document's number: suture show {item_id}"
        raise Failed(f"no work item {item_id}", do=do, ending=Ending.not_found) from None


async def take(settings: Settings, item_id: str, *, token_file: Path | None) -> Listed:
    """Put the asking person's name on an item; refused where another has it."""
    async with opened(settings) as store:
        asks = await person(settings, token_file, store.delegations)
        check_may_decide(asks, (await get(store, item_id)).item)
        taken = await store.work_items.take(item_id, person=asks.person, at=datetime.now(UTC))
        if taken.closed_at is not None:
            raise Failed(f"{item_id} is closed", do=f"suture work show {item_id}")
        if taken.taken_by != asks.person:
            raise Failed(f"{taken.taken_by} has {item_id} since {output.text(taken.taken_at)}")
    return without_evidence(taken)


def tell_open(found: Sequence[Listed], *, as_json: bool, limit: int) -> None:
    """The items with what to type about each."""
    if as_json:
        output.emit(found)
        return
    if not found:
        output.say("nothing waits for a person")
        return
    now = datetime.now(UTC)
    overdue = sum(one.item.due < now for one in found)
    first = "the first " if len(found) == limit else ""
    output.say(f"{first}{len(found)} open, {overdue} overdue", style="bold")
    for one in found:
        item = one.item
        safety = "SAFETY " if item.safety else ""
        taken = f", taken by {one.taken_by}" if one.taken_by else ""
        output.say(f"{safety}{item.question}", style="red" if item.due < now else "")
        due = f"due {output.ago(item.due, now)}"
        money = [f"{_money(item)} at risk"] if item.at_risk else []
        second = [f"{item.agreed_by} agrees, a second person is needed"] if item.agreed_by else []
        output.say(f"  {'; '.join([item.cause, f'{item.owner}{taken}', item.facility, due, *money, *second])}")
        output.say(f"  next: {mildest(item)}")
    output.say("what else an item takes: suture work show ITEM")
    if len(found) == limit:
        output.remark(f"the {limit} due first are shown; more with --limit")


def _money(item: WorkItem) -> str:
    """What is at risk: charge, cost, payable, each that there is."""
    return ", ".join(f"{one.amount} {one.currency}" for one in item.at_risk)


def tell_one(settings: Settings, listed: Listed, *, as_json: bool) -> None:
    """One item, whole."""
    if as_json:
        output.emit(listed)
        return
    item = listed.item
    output.say(item.question, style="bold")
    if item.evidence:
        output.say(f"in the vendor's words: {item.evidence}")
    if listed.closed_at is None:
        for command in commands(item):
            output.say(f"  next: {command}")
    lines = {
        "item": item.item_id,
        "cause": item.cause,
        "step": item.step,
        "owner": item.owner,
        "taken by": listed.taken_by,
        "opened": item.opened,
        "due": item.due,
        "at risk": _money(item) or None,
        "agreed by": item.agreed_by,
        "closed": listed.closed_at,
        "decision": listed.decision,
        "decided by": listed.decided_by,
        "reason": listed.reason or None,
        "transaction": f"suture show {item.correlation_id}",
        "web ui": web_ui(settings, item.workflow_id) if item.workflow_id != INBOX else None,
    }
    for name, value in lines.items():
        if value is not None:
            output.say(f"{name:<12} {output.text(value)}")


def tell_taken(listed: Listed, *, as_json: bool) -> None:
    """Whose it is now, and what to type next."""
    if as_json:
        output.emit(listed)
        return
    output.say(f"yours, {listed.taken_by}: {listed.item.question}")
    for command in commands(listed.item):
        output.say(f"  next: {command}")
