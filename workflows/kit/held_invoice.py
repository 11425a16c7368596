"""Held invoice: matched whenever its orders change, with an open question to the right people for each hold."""

from datetime import timedelta

from temporalio import workflow

from activities.mailing import Mailing
from activities.procuring import Procuring
from canonical.asking.order_book import AskOrders, OrdersAnswer
from canonical.asking.procurement import AskContracts, ContractsAnswer
from canonical.documents.contract import Contract
from canonical.documents.invoice import InvoiceType
from canonical.documents.invoice_run import HOLD, Agreement, billed_items, borne_elsewhere, hold_step, short_paying
from canonical.documents.order_book import OrderStanding
from canonical.documents.work_item import Decided, Decision, Resolution, WorkItem
from canonical.envelope import Envelope
from canonical.matching.match import match
from canonical.matching.policy import MatchPolicy, Terms
from canonical.matching.result import Hold, HoldKind, Match
from workflows.kit import invoice_questions as ask
from workflows.kit.calls import ask_store
from workflows.kit.heard_invoice import HeardInvoice
from workflows.kit.parking import Question
from workflows.kit.turns import Turned


class HeldInvoice(HeardInvoice):
    """The invoice with what the order book and procurement say of its orders; asked again for every match."""

    known = OrdersAnswer()
    outdated = True
    contracts: tuple[Contract, ...] = ()
    contracts_of: tuple[str, ...] | None = None

    async def resolve(self, resolution: Resolution) -> Decided:
        """Several questions are open at once: an answer to any of them is looked at."""
        decided = await super().resolve(resolution)
        self.look_anew()
        self.nudge()
        return decided

    def hear(self, document: Envelope) -> None:
        """Whatever has moved may have moved in the book as well."""
        self.outdated = True
        super().hear(document)

    def look_anew(self) -> None:
        """What was read before counts no longer: a person, or a clock, says so."""
        self.outdated, self.contracts_of = True, None

    def heard_of_its_orders(self, known: OrdersAnswer | None) -> None:
        """What the book answered when the invoice was presented; histories of older workers hold no answer."""
        if known is not None:
            self.outdated = False
            self._know_of_its_orders(known)

    async def read_the_order_book(self) -> None:
        """Its orders as they stand, the other invoices that ask for them, and earlier ones of the supplier."""
        if self.one_look and not self.outdated:
            return
        # Beforehand: news that come meanwhile may be later than the answer.
        self.outdated = False
        name, invoice = self.context.name, self.invoice
        asked = AskOrders(
            facility=name.facility, supplier=invoice.supplier, orders=invoice.orders, business_key=name.business_key
        )
        self._know_of_its_orders(await ask_store(Mailing.read, asked, summary="reads the order book"))

    def _know_of_its_orders(self, known: OrdersAnswer) -> None:
        self.known = known
        placed = {one.order.number: one.facility for one in known.orders}
        own = self.context.name.facility
        elsewhere = {order: facility for order, facility in placed.items() if facility != own}
        unknown = {order: facility for order, facility in self.state.elsewhere.items() if order not in placed}
        self.know(elsewhere=unknown | elsewhere)

    @property
    def payable_here(self) -> tuple[OrderStanding, ...]:
        """Its orders that the same system keeps by which it is paid, whichever facility has placed them."""
        return tuple(one for one in self.known.orders if not self._kept_in(one))

    def _kept_in(self, standing: OrderStanding) -> str:
        """Who keeps an order elsewhere, in words; nothing where that is the system by which it is paid.

        The facility's own may be kept elsewhere as well, where it has moved from one system to another since.
        """
        own = self.context.leg("procurement").system
        its_own = standing.facility == self.context.name.facility and not standing.procurement
        if its_own or standing.procurement == own:
            return ""
        return f"{standing.procurement or 'a system that is not known'} by {standing.facility}"

    async def read_contracts(self) -> None:
        """The contracts of what it bills; news of its orders say nothing of contracts."""
        items = billed_items(self.invoice, self.payable_here)
        if self.one_look and items == self.contracts_of:
            return
        asked = AskContracts(context=self.context, items=items)

        async def attempt() -> ContractsAnswer:
            call = self.call("procurement", "contracts")
            return await workflow.execute_activity_method(Procuring.contracts, asked, **call)

        self.contracts = (await self.look_up("procurement", attempt)).contracts if items else ()
        self.contracts_of = items

    async def match_until_nothing_holds_it(self) -> Match:
        """Match it again whenever one of its orders changes, a person decides, or its clocks say so."""
        while True:
            nudges = self._nudges
            await self.carry_out_what_was_decided()
            await self.read_the_order_book()
            await self.read_contracts()
            matched = self.matched()
            self.know(match=matched)
            if matched.verdict != "hold":
                return matched
            self.enter("held")
            pause = await self.ask_about(matched.holds)
            if await self.listen(HOLD, self.subjects):
                self.outdated = True
            elif self._nudges == nudges:
                await self._pause(None, look_again=pause)
                if self._nudges == nudges:
                    self.look_anew()

    def matched(self) -> Match:
        """The match as things stand; what people let pass counts as long as no more is at risk than they were shown."""
        policy = self.match_policy
        if self.state.short_pay:
            policy = short_paying(policy, self.invoice.supplier)

        def overriding(keys: tuple[str, ...]) -> Match:
            return match(
                self.invoice,
                orders=self.payable_here,
                contracts=self.contracts,
                others=self.known.others,
                seen=self.known.seen,
                overridden=keys,
                elsewhere={one.order.number: kept for one in self.known.orders if (kept := self._kept_in(one))},
                policy=policy,
            )

        plain = overriding(())
        standing = [one for one in self.state.agreements if one.stands]
        keys = tuple(hold.key for hold in plain.holds if any(one.covers(hold) for one in standing))
        return overriding(keys) if keys else plain

    @property
    def match_policy(self) -> MatchPolicy:
        """The tolerances, and who may override them."""
        return self.purchasing.paying.match

    async def ask_about(self, holds: tuple[Hold, ...]) -> timedelta:
        """Open what is new, keep what is asked already, close what is no longer held; answers when to look again."""
        pause = self.purchasing.paying.receipt.look_again
        holds = self._for_people(holds)
        for hold in holds:
            overdue_at = self._overdue_at.setdefault(hold_step(hold), workflow.now() + self._patience(hold))
            left = overdue_at - workflow.now()
            if left > timedelta(0):
                pause = min(pause, left)
                continue
            question = self._question(hold)
            await self.desk.renew(await self.desk.put(question), question)
        held = [hold_step(hold) for hold in holds]
        for step in [step for step in self._overdue_at if step.startswith(f"{HOLD}-") and step not in held]:
            del self._overdue_at[step]
        for parked in self.desk.asked(HOLD):
            if parked.item.step not in held and parked.decided is None:
                await self.desk.take_off(parked, reason="it is no longer held for this")
        return pause

    def _for_people(self, holds: tuple[Hold, ...]) -> tuple[Hold, ...]:
        """What is settled by paying less is no question as long as something else holds the invoice."""
        policy = short_paying(self.match_policy, self.invoice.supplier) if self.state.short_pay else self.match_policy
        settled = Terms(policy, self.invoice.supplier).short_pay_for
        return tuple(one for one in holds if one.kind not in settled) or holds

    def _patience(self, hold: Hold) -> timedelta:
        """How long a hold may last before people are asked: goods, orders and what is paid first may be on their way."""
        if hold.kind in (HoldKind.not_received, HoldKind.in_turn):
            return self.purchasing.paying.receipt.overdue
        if hold.kind is HoldKind.order_unknown and self.invoice.orders:
            return self.purchasing.receiving.order.overdue
        return timedelta(0)

    def _question(self, hold: Hold) -> Question:
        agreed = next((one for one in self.state.agreements if one.covers(hold) and not one.stands), None)
        settled_short = Terms(
            short_paying(self.match_policy, self.invoice.supplier), self.invoice.supplier
        ).short_pay_for
        may_short_pay = hold.kind in settled_short and self.invoice.type is not InvoiceType.credit
        centres = borne_elsewhere(self.invoice, hold, self.payable_here)
        return ask.held(hold, self.invoice, agreed=agreed, may_short_pay=may_short_pay, cost_centres=centres)

    async def carry_out_what_was_decided(self) -> None:
        """A person was told that a decision counts, whatever has been matched meanwhile."""
        for parked in self.desk.asked(HOLD):
            decided, resolution = parked.decided, self.desk.decision(parked)
            if decided is None or resolution is None:
                continue
            if resolution.decision is Decision.abandon:
                self.know(refused=f"{decided.person} {resolution.reason}".strip())
                self.turn()
                raise Turned
            if self.state.approved:
                continue
            if resolution.decision is Decision.override:
                await self._agree(parked.item, decided.person)
            else:
                await self._carry_out(parked.item.step, resolution)

    async def _agree(self, item: WorkItem, person: str) -> None:
        """One person may let pass so much money of an invoice in all; beyond it a second one must agree."""
        await self._read_policy_again()
        holds = self.state.match.holds if self.state.match is not None else ()
        hold = next((one for one in holds if hold_step(one) == item.step), None)
        if hold is None or item.payable_at_risk is None:
            return
        others = tuple(one for one in self.state.agreements if one.key != hold.key)
        before = next((one for one in self.state.agreements if one.covers(hold)), None)
        people = (*(before.people if before is not None else ()), person)
        in_all = sum((one.at_risk.amount for one in others if one.stands), item.payable_at_risk.amount)
        agreed = Agreement(
            key=hold.key,
            at_risk=item.payable_at_risk,
            people=people,
            stands=len(people) >= self.match_policy.people_to_override(in_all),
        )
        self.know(agreements=(*others, agreed))
