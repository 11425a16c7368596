"""A use that was looked up: what inventory, billing and the ERP say of it, and what follows from that."""

from decimal import Decimal

from temporalio import workflow

from activities.charges import Charges
from activities.costs import Costs
from activities.stock import Stock
from canonical.asking.billing import AskBilling, BillingAnswer
from canonical.asking.costing import AskBookedWith, AskValuation, ValuationAnswer
from canonical.asking.inventory import AskItem
from canonical.asking.writing import Outcome
from canonical.documents.charge import AccountStanding
from canonical.documents.costing import Valuation
from canonical.documents.item import Item, Tracking
from canonical.documents.stock import StockMovement
from canonical.documents.usage_run import Knowledge
from canonical.effect import Found
from canonical.eligibility import unit_of
from canonical.policy import Finding
from canonical.ports import ItemAndLot
from canonical.quantity import factor_between
from canonical.run import Domain
from canonical.safety import findings
from workflows.kit import usage_questions as ask
from workflows.kit import use_postings as postings
from workflows.kit.calls import CallOptions, system_call
from workflows.kit.heard_use import HeardUse
from workflows.kit.turns import together

ANY = ""
"""Of a scanned item nobody knows the number: the approval of any item may be that of this one."""


class KnownUse(HeardUse):
    """The use behind a run with the answers of the look-ups, which are asked again whenever the story is told again."""

    @property
    def item(self) -> Item:
        """The item used."""
        if self.known.item is None:
            raise RuntimeError("the item is asked for before it was found")
        return self.known.item

    @property
    def base_quantity(self) -> Decimal:
        """The quantity used in the item's base unit, by the factor in force on the service date."""
        factor = self._factor()
        if factor is None:
            raise RuntimeError("the base quantity is asked for before its factor was found")
        return self.use.quantity * factor

    @property
    def found_unsafe(self) -> tuple[Finding, ...]:
        """What the safety checks found."""
        return findings(self.use, self.item, self.known.lot, base_quantity=self.base_quantity)

    @property
    def account_standing(self) -> AccountStanding:
        """The account as billing knows it; empty before it was asked."""
        return self.known.standing or AccountStanding()

    async def look_all_up(self) -> None:
        """Item and lot, account and charge code, and valuation: together, as far as the item is known already."""
        usage = self.use
        self.known = Knowledge()
        if usage.item is not None:
            await together(self.ask_item(), self.ask_billing(usage.item), self.ask_valuation(usage.item))
        else:
            await self.ask_item()
        subject = f"item:{usage.item or ANY}"
        clock = self.policy.suspense
        await self.until(self._identified, clock=clock, question=ask.unknown_item(usage), subject=subject)
        if self.known.standing is None or self.known.valuation is None:
            await together(self.ask_billing(self.item.item), self.ask_valuation(self.item.item))
        await self.until(self._converted, clock=clock, question=ask.unknown_unit(self.item.item))

    async def ask_item(self) -> None:
        """What inventory knows of the item and lot, and how many are on hand."""
        order = AskItem(context=self.context, usage=self.use)

        async def attempt() -> ItemAndLot:
            return await workflow.execute_activity_method(Stock.item, order, **self.call("inventory", "item and lot"))

        answer = await self.look_up("inventory", attempt)
        self.known = self.known.model_copy(update={"item": answer.item, "lot": answer.lot})

    async def ask_billing(self, item: str) -> None:
        """The account's standing and the charge code."""
        order = AskBilling(context=self.context, usage=self.use, item=item)

        async def attempt() -> BillingAnswer:
            call = self.call("billing", "account and charge code")
            return await workflow.execute_activity_method(Charges.look_up, order, **call)

        answer = await self.look_up("billing", attempt)
        self.known = self.known.model_copy(update={"standing": answer.standing, "code": answer.code})

    async def ask_valuation(self, item: str) -> None:
        """What one base unit costs."""
        order = AskValuation(context=self.context, item=item, location=self.use.location)

        async def attempt() -> ValuationAnswer:
            call = self.call("finance", "valuation")
            return await workflow.execute_activity_method(Costs.valuation, order, **call)

        answer = await self.look_up("finance", attempt)
        self.known = self.known.model_copy(update={"valuation": answer.valuation})

    async def valuation(self) -> Valuation | None:
        """The valuation, asked for again where there was none."""
        if self.known.valuation is None:
            await self.ask_valuation(self.item.item)
        return self.known.valuation

    async def booked_with_the_movement(self) -> Found | None:
        """What the ERP has booked by itself when the goods left its stock; none while nothing of this quantity stands."""
        order = AskBookedWith(context=self.context, movement=self.state.stock.reference or "")

        async def attempt() -> Outcome:
            call = self.call("finance", "looks for the cost that was booked with the movement")
            return await workflow.execute_activity_method(Costs.booked_with, order, **call)

        found = (await self.look_up("finance", attempt)).found
        return found if found and found.stands and found.quantity in (None, self.base_quantity) else None

    def acts(self) -> tuple[str, ...]:
        """What makes this use the same act as another report of it (domain rule 7)."""
        usage, item = self.use, self.item.item
        if usage.serial is not None and self.item.tracking is Tracking.serial:
            return (f"serial:{item}:{usage.serial}",)
        if usage.lot is not None and self.item.tracking is not Tracking.none:
            return (f"lot:{usage.surgical_case}:{item}:{usage.lot}",)
        return (f"act:{usage.surgical_case}:{item}:{usage.act}",)

    def movement(self) -> StockMovement:
        """The stock movement of the use as things stand."""
        return postings.movement(self.use, self.item, quantity=self.base_quantity, found=self.found_unsafe)

    async def look_at_the_shelf_again(self) -> bool:
        """Look up item and lot again; whether another movement is to be sent than before."""
        before = self.movement()
        await self.ask_item()
        await self.until(self._identified, clock=self.policy.suspense, question=ask.unknown_item(self.use))
        self.tell_of_findings()
        return self.movement() != before

    def tell_of_findings(self) -> None:
        """Safety and count are told to people; neither stops stock or cost."""
        found, usage = self.found_unsafe, self.use
        unsafe = tuple(one for one in found if one is not Finding.not_on_hand)
        if unsafe:
            self.aside(ask.safety(self.item.item, unsafe))
        if Finding.not_on_hand in found:
            self.aside(ask.count_stock(self.item.item, usage.location))

    def call(self, domain: Domain, summary: str) -> CallOptions:
        """Options of a call to the system that serves the domain."""
        return system_call(self.context.leg(domain), self.policy.attempts, summary=summary)

    async def _identified(self) -> Item | None:
        if self.known.item is None:
            await self.ask_item()
        return self.known.item

    async def _converted(self) -> Decimal | None:
        if self._factor() is None:
            await self.ask_item()
        return self._factor()

    def _factor(self) -> Decimal | None:
        unit = unit_of(self.use, self.item)
        day = self.use.service_date
        return None if unit is None else factor_between(unit, self.item.base_unit, self.item.factors, on=day)
