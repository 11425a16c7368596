"""Notes: what a run tells the engine's own store, and whom it asks about people; short, repeatable, run as local activities."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.intents import intent_of
from canonical.effect import EffectState, Posted
from canonical.memory import Effects, Register, Runs, WorkItems
from canonical.orders import ByHand, ItemClosed, ItemEscalated, ItemOpened, Note, NoteAnswer, WhoIs, WhoIsAnswer


@dataclass(frozen=True)
class Notes:
    """The run's calls to the store and to the register of people."""

    runs: Runs
    effects: Effects
    work_items: WorkItems
    register: Register

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.note, self.opened, self.escalated, self.closed, self.by_hand, self.person)

    @activity.defn(name="run.note")
    async def note(self, note: Note) -> NoteAnswer:
        """Record a milestone: events recorded, projection, what is waited for, acts claimed or released."""
        claim = await self.runs.note(
            note.workflow_id,
            at=note.at,
            holder=note.business_key,
            acts=note.acts,
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
        await self.work_items.opened(opened.item)

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

    @activity.defn(name="effect.by-hand")
    async def by_hand(self, order: ByHand) -> None:
        """Record that a person did by hand what the step was to do, under the reference that the person gave."""
        await self.effects.intend(intent_of(order), at=order.at)
        posted = Posted(reference=order.reference)
        await self.effects.settle(order.ledger.key, EffectState.by_hand, at=order.at, posted=posted)

    @activity.defn(name="person.ask")
    async def person(self, who: WhoIs) -> WhoIsAnswer:
        """Who stands behind a credential now; roles are never frozen into a run."""
        return WhoIsAnswer(person=await self.register.person(who.credential))
