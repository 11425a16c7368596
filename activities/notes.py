"""Notes: what a run tells the engine's own store, and asks of its configuration; short, repeatable, run as local activities."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.intents import edge_from_run, intent_of
from canonical.asking.memory import (
    AskPolicy,
    ItemClosed,
    ItemEscalated,
    ItemOpened,
    Note,
    NoteAnswer,
    PolicyAnswer,
    WhoIs,
    WhoIsAnswer,
)
from canonical.asking.writing import Elsewhere
from canonical.effect import Posted
from canonical.memory import Effects, Policies, Register, Runs, WorkItems


@dataclass(frozen=True)
class Notes:
    """The run's calls to the store, to the register of people and to policy."""

    runs: Runs
    effects: Effects
    work_items: WorkItems
    register: Register
    policies: Policies

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.note, self.opened, self.escalated, self.closed, self.elsewhere, self.person, self.policy)

    @activity.defn(name="run.note")
    async def note(self, note: Note) -> NoteAnswer:
        """Record a milestone: events recorded, projection, what is waited for, acts claimed or released."""
        claim = await self.runs.note(
            note.workflow_id,
            at=note.at,
            holder=note.business_key,
            acts=note.acts,
            freed=note.freed,
            recorded=note.recorded,
            projection=note.projection,
            closing=note.closing,
            waits_for=note.waits_for,
            release=note.release,
        )
        return NoteAnswer(claim=claim)

    @activity.defn(name="item.opened")
    async def opened(self, opened: ItemOpened) -> None:
        """Show the item in the list of open work."""
        await self.work_items.asked(opened.item)

    @activity.defn(name="item.escalated")
    async def escalated(self, news: ItemEscalated) -> None:
        """Show the overdue item under its next owner."""
        await self.work_items.escalated(news.item_id, owner=news.owner, escalations=news.escalations, due=news.due)

    @activity.defn(name="item.closed")
    async def closed(self, news: ItemClosed) -> None:
        """Take the item off the list of open work."""
        await self.work_items.closed(
            news.item_id, decision=news.decision, person=news.person, reason=news.reason, at=news.at
        )

    @activity.defn(name="effect.elsewhere")
    async def elsewhere(self, order: Elsewhere) -> None:
        """Record what the source has posted by itself, or a person by hand, with its lineage."""
        posted = Posted(reference=order.ledger.reference, posting_date=order.posting_date)
        edge = edge_from_run(order).model_copy(update={"to_reference": posted.reference})
        intent = intent_of(order, quantity=order.quantity)
        await self.effects.stands(intent, order.state, at=order.at, posted=posted, edges=[edge])

    @activity.defn(name="person.ask")
    async def person(self, who: WhoIs) -> WhoIsAnswer:
        """Who stands behind a credential now; roles are never frozen into a run."""
        return WhoIsAnswer(person=await self.register.person(who.credential))

    @activity.defn(name="policy.ask")
    async def policy(self, ask: AskPolicy) -> PolicyAnswer:
        """The policy of a facility now; a run reads it again where it goes on as a new one, and where a person retries."""
        return PolicyAnswer(policy=await self.policies.policy(ask.facility, ask.process))
