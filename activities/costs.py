"""Costs: what a unit costs by the ERP, and the journal that expenses a use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from temporalio import activity

from activities.balancing import balanced
from activities.boundary import failures_cross
from activities.intents import edge_from_run, intent_of
from activities.writing import Verbs, Writing
from canonical.asking.costing import AskBookedWith, AskValuation, ValuationAnswer
from canonical.asking.writing import AskDocument, Balance, Balanced, Outcome, PostCost
from canonical.effect import Found, Posted
from canonical.errors import Audience, PeriodClosed
from canonical.memory import Effects
from canonical.period import posting_date
from canonical.ports import Finance


@dataclass(frozen=True)
class Costs:
    """The calls to one ERP."""

    finance: Finance
    effects: Effects

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.valuation, self.post, self.balance, self.find, self.booked_with)

    @activity.defn(name="cost.valuation")
    async def valuation(self, ask: AskValuation) -> ValuationAnswer:
        """What one base unit costs, and how the location keeps it."""
        facility = ask.context.name.facility
        with failures_cross():
            return ValuationAnswer(
                valuation=await self.finance.valuation(facility=facility, item=ask.item, location=ask.location)
            )

    @activity.defn(name="cost.post")
    async def post(self, order: PostCost) -> Posted:
        """Post the journal, once, on the service date or the first open day after it."""
        posting = order.posting
        intent = intent_of(
            order,
            business_date=posting.service_date,
            amount=posting.amount,
            quantity=posting.quantity,
            unit=posting.unit,
            item=posting.item,
            lot=posting.lot,
        )

        async def send(key: str) -> Posted:
            day = await self._posting_date(posting.facility, posting.service_date)
            return await self.finance.post_cost(posting, posting_date=day, wire_key=key)

        with failures_cross():
            return await Writing(
                effects=self.effects,
                verbs=self._verbs(posting.facility, posting.service_date),
                intent=intent,
                ledger=order.ledger,
                edges=(edge_from_run(order),),
            ).post(send)

    @activity.defn(name="cost.balance")
    async def balance(self, order: Balance) -> Balanced:
        """Reverse journals until the expected number stands."""
        with failures_cross():
            verbs = self._verbs(order.context.name.facility, order.service_date)
            return await balanced(order, effects=self.effects, verbs=verbs)

    @activity.defn(name="cost.find")
    async def find(self, ask: AskDocument) -> Outcome:
        """A journal by the ERP's own reference, for what the source says it has posted."""
        with failures_cross():
            return Outcome(found=await self.finance.journal(ask.reference))

    @activity.defn(name="cost.booked-with")
    async def booked_with(self, ask: AskBookedWith) -> Outcome:
        """What the ERP has booked by itself with a movement of stock."""
        with failures_cross():
            return Outcome(found=await self.finance.booked_with(ask.movement))

    async def _posting_date(self, facility: str, service_date: date) -> date:
        day = posting_date(service_date, await self.finance.periods(facility=facility))
        if day is None:
            raise PeriodClosed(
                "no period is open on or after the service date",
                system=self.finance.declares.system,
                operation="posting-date",
                audience=Audience.finance,
            )
        return day

    def _verbs(self, facility: str, service_date: date) -> Verbs:
        async def take_back(document: Found, key: str) -> Posted:
            day = await self._posting_date(facility, document.posting_date or service_date)
            return await self.finance.reverse_cost(document.reference, posting_date=day, wire_key=key)

        return Verbs(
            declares=self.finance.declares,
            take_back=take_back,
            find=self.finance.find_journals,
            by_reference=self.finance.journal,
        )
