"""Delegating: a person who goes away names who decides for them until they are back."""

from datetime import UTC, datetime
from pathlib import Path

from suture.cli import output
from suture.cli.failures import Ending, Failed
from suture.cli.person import person
from suture.cli.session import opened
from suture.settings import Settings
from suture.store.delegations import Delegation


async def delegate(
    settings: Settings, deputy: str, *, since: datetime | None, until: datetime, token_file: Path | None
) -> Delegation:
    """Give the authority of the person who asks to a deputy, for a time."""
    asks = await person(settings, token_file)
    if deputy not in settings.people:
        raise Failed("no such person", do="give a name that [people] in hospital.toml has", ending=Ending.usage)
    if deputy == asks.person:
        raise Failed("nobody is their own deputy", do="name somebody else", ending=Ending.usage)
    if asks.approval_limit is None:
        raise Failed(
            f"{asks.person} approves no orders, so there is nothing to give", do="suture approvals list --mine"
        )
    now = datetime.now(UTC)
    given = Delegation(absent=asks.person, deputy=deputy, since=_utc(since) if since else now, until=_utc(until))
    if given.until <= given.since and since is not None:
        raise Failed("--until: expected a time after --since", ending=Ending.usage)
    async with opened(settings) as store:
        await store.delegations.give(given, at=now)
        await store.audit.append(
            who=asks.person, action="approvals.delegate", subject=deputy, correlation_id="", at=now
        )
    return given


def tell_given(given: Delegation, *, as_json: bool) -> None:
    """Who decides for whom, and from when until when."""
    if as_json:
        output.emit(given)
        return
    if given.until <= datetime.now(UTC):
        output.say(f"{given.deputy} decides for {given.absent} no longer")
        return
    period = f"from {output.text(given.since)} until {output.text(given.until)}"
    output.say(f"{given.deputy} decides for {given.absent} {period}")


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
