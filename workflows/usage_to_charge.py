"""usage-to-charge: a use of an item becomes a stock movement, a charge and a cost, and the three agree."""

# long because the story of one use is told in one place, step by step.
from temporalio import workflow

from activities.charges import Charges
from activities.costs import Costs
from activities.stock import Stock
from canonical.documents.charge import CaseStatus, Charge
from canonical.documents.costing import CostPosting, CostRule, cost_rule
from canonical.documents.usage_run import Judgement, UsageRun, UsageStart
from canonical.effect import Found, Posted
from canonical.eligibility import eligibility, price
from canonical.errors import Audience
from canonical.identity import FIRST_STAGE, wire_key
from canonical.money import Money
from canonical.orders import AskDocument, MoveStock, PostCharge, PostCost
from canonical.run import Ledger, Standing
from workflows.kit import usage_questions as ask
from workflows.kit.calls import CallOptions
from workflows.kit.run import Run
from workflows.kit.saga import Saga
from workflows.kit.turns import DoneByHand, to_the_end, together
from workflows.kit.use import Use

CASE_REACHED = {
    CaseStatus.verified: (CaseStatus.verified, CaseStatus.closed),
    CaseStatus.closed: (CaseStatus.closed,),
}


@workflow.defn(name="usage-to-charge")
class UsageToCharge(Run):
    """One run of one use."""

    @workflow.init
    def __init__(self, start: UsageStart) -> None:
        self.process: Story = Story(start)

    @workflow.run
    async def run(self, start: UsageStart) -> UsageRun:
        """Tell the story to its end; the closing state is what a later run of the same use starts from."""
        await self.process.carry_through(self.process.usage_to_charge)
        return self.process.state


class Story(Use):
    """One use: stock first, then charge and cost together, then what is confirmed later, and a last look."""

    def __init__(self, start: UsageStart) -> None:
        super().__init__(start)
        self.saga = Saga(self, self)

    async def usage_to_charge(self) -> None:
        """The process as the business tells it."""
        await self.hear_of_the_use()
        await self.take_back_what_was_corrected()
        if not self.state.not_used and not self.use.disposition.leaves_the_shelf:
            self.exempt_all(f"{self.use.disposition}: nothing leaves the shelf")
        elif not self.state.not_used:
            await self.look_everything_up()
            await self.ask_about_a_possible_duplicate()
            await self.move_stock()
            self.enter("charge and cost")
            await together(self.charge_the_patient(), self.expense_the_cost())
        await self.look_once_more()

    async def hear_of_the_use(self) -> None:
        """A correction may come before the use that it corrects."""

        async def heard() -> bool | None:
            return True if self.state.usage is not None else None

        await self.until(heard, clock=self.policy.usage, question=ask.no_usage(self.context.name.number))

    async def take_back_what_was_corrected(self) -> None:
        """Undo, in the opposite order of posting, what a correction or a person's amendment made wrong."""
        correction = self.state.pending
        steps = ("stock", "charge", "cost") if correction is not None else self.redo
        if steps:
            self.enter("taking back")
            await to_the_end(self._take_back(steps))
        self.redo = tuple(step for step in self.redo if step not in steps)
        if correction is not None:
            not_used = correction.replacement is None
            self.know(usage=correction.replacement or self.use, not_used=not_used, judgement=Judgement())
            self.know(corrected_by=correction, pending=self.newer_than(correction.version))
            if not_used:
                self.exempt_all("not used")

    async def look_everything_up(self) -> None:
        """Item and lot, account and charge code, valuation."""
        if all(ledger.settled for ledger in self.state.ledgers):
            return
        self.enter(FIRST_STAGE)
        await self.look_up()

    async def ask_about_a_possible_duplicate(self) -> None:
        """The same act from two sources is held before anything posts (domain rule 7)."""
        if self.state.stock.settled:
            return
        claim = await self.tell(acts=self.acts())
        judged = self.state.judgement
        if judged.duplicate_of is not None:
            self.exempt_all(f"duplicate of {judged.duplicate_of}")
        elif claim is not None and not claim.ours and not judged.not_a_duplicate:
            await self.ask_person(ask.possible_duplicate(claim.holder))
            self.know(judgement=judged.model_copy(update={"not_a_duplicate": True}))

    async def move_stock(self) -> None:
        """Goods leave the location, by a discrepancy movement where a finding would stop a plain one."""
        if self.state.stock.settled:
            return
        self.enter("stock")
        usage = self.use
        if (reference := usage.already_posted.stock) is not None:
            question = ask.not_found("stock", usage.source)
            await self.saga.adopt("stock", reference, clock=self.policy.verification, question=question)
            return
        self.tell_of_findings()

        async def send(ledger: Ledger, call: CallOptions) -> Posted:
            order = MoveStock(context=self.context, ledger=ledger, movement=self.movement())
            return await workflow.execute_activity_method(Stock.move, order, **call)

        await self.saga.post(
            "stock",
            send,
            summary=f"takes {self.base_quantity.normalize():f} {self.item.base_unit} of {self.item.item} from {usage.location}",
            owner=Audience.supply_chain,
            correctable=("item", "lot", "serial", "location"),
            renew=self.ask_item,
        )

    async def charge_the_patient(self) -> None:
        """Charge, or not with a reason; a charge waits for its trigger, its account, its code and its release."""
        try:
            if self.state.charge.standing is Standing.pending:
                await self.wait_for_the_case()
                await self.wait_for_the_account()
                await self.decide_to_charge()
            while self.state.charge.standing in (Standing.pending, Standing.accepted):
                await self.post_the_charge()
                await self.wait_for_the_confirmation()
        except DoneByHand as done:
            await self.saga.accept("charge", done)

    async def wait_for_the_case(self) -> None:
        """The facility charges at the scan, or once the case is verified or closed (domain rule 4)."""
        wanted = self.policy.charge_when
        if wanted is None or self.use.already_posted.charge is not None:
            return

        async def reached() -> bool | None:
            if self.account_standing.case_status not in CASE_REACHED[wanted]:
                await self.ask_billing(self.item.item)
            return True if self.account_standing.case_status in CASE_REACHED[wanted] else None

        subject, question = f"case:{self.use.surgical_case}", ask.case_not_ready(wanted)
        await self.until(reached, clock=self.policy.surgical_case, question=question, subject=subject)

    async def wait_for_the_account(self) -> None:
        """Stock moves now; the charge waits until the case has an account (domain rule 11)."""
        if self.use.already_posted.charge is not None:
            return

        async def opened() -> bool | None:
            if self.account_standing.account is None:
                await self.ask_billing(self.item.item)
            return True if self.account_standing.account is not None else None

        subject = f"account:{self.use.surgical_case}"
        await self.until(opened, clock=self.policy.account, question=ask.no_account(), subject=subject)

    async def decide_to_charge(self) -> None:
        """Eligibility is charge, no charge with a reason, or undecided; safety findings hold the charge by policy."""
        if (reason := self.state.judgement.no_charge_reason) is not None:
            self.saga.exempt("charge", reason)
            return
        if (reference := self.use.already_posted.charge) is not None:
            question = ask.not_found("charge", self.use.source)
            await self.saga.adopt("charge", reference, clock=self.policy.verification, question=question)
            return
        while True:
            verdict = eligibility(self.use, self.item, self.account_standing, self.known.code, self.policy)
            if verdict.answer == "charge":
                break
            if verdict.answer == "no-charge":
                self.saga.exempt("charge", verdict.reason)
                return
            await self.ask_person(ask.undecided(verdict))
            await self.ask_billing(self.item.item)
        held = tuple(found for found in self.found_unsafe if found in self.policy.hold_charge_on)
        if held and not self.state.judgement.charge_released:
            await self.ask_person(ask.charge_held(self.item.item, held, await self._amount()))
            self.know(judgement=self.state.judgement.model_copy(update={"charge_released": True}))

    async def post_the_charge(self) -> None:
        """Post the charge at the price of the service date."""
        if self.state.charge.standing is not Standing.pending:
            return
        usage, code, account = self.use, self.known.code, self.account_standing.account
        amount = await self._amount()
        if code is None or account is None:
            raise RuntimeError("a charge is posted before its code and account are known")
        charge = Charge(
            facility=usage.facility,
            account=account,
            surgical_case=usage.surgical_case,
            item=self.item.item,
            code=code.code,
            master_version=code.version,
            service_date=usage.service_date,
            posting_date=usage.service_date,
            units=self.base_quantity * code.units_per_base,
            amount=amount,
            basis=code.basis,
            hcpcs=code.hcpcs,
            revenue_code=code.revenue_code,
            lot=usage.lot,
            serial=usage.serial,
        )

        async def send(ledger: Ledger, call: CallOptions) -> Posted:
            order = PostCharge(context=self.context, ledger=ledger, charge=charge)
            return await workflow.execute_activity_method(Charges.post, order, **call)

        told = f"charges {charge.units.normalize():f} x {charge.code}"
        fields = ask.CHARGE_FIELDS
        owner = Audience.revenue_integrity
        await self.saga.post("charge", send, summary=told, owner=owner, correctable=fields, at_risk=amount)

    async def wait_for_the_confirmation(self) -> None:
        """Accepted is not posted: billing says later what became of the charge (domain rule 10)."""
        if self.state.charge.standing is not Standing.accepted:
            return
        key = wire_key(self.state.charge.key)
        asked_billing = False

        async def outcome() -> Found | None:
            nonlocal asked_billing
            if key not in self.outcomes and asked_billing:
                order = AskDocument(context=self.context, wire_keys=(key,))
                found = await self.saga.find("charge", order)
                if found is not None and found.standing != "accepted":
                    self.outcomes[key] = found
            asked_billing = True
            return self.outcomes.get(key)

        self.enter("confirmation")
        told = await self.until(outcome, clock=self.policy.confirmation, question=ask.not_confirmed())
        if told.standing == "posted":
            self.saga.confirm("charge", told)
            return
        self.saga.refuse("charge")
        await self.ask_person(ask.charge_rejected(told.reason, await self._amount()))

    async def expense_the_cost(self) -> None:
        """Expense the use by ownership and place (domain rule 6)."""
        if self.state.cost.settled:
            return
        usage, item = self.use, self.item
        if (reference := usage.already_posted.cost) is not None:
            question = ask.not_found("cost", usage.source)
            await self.saga.adopt("cost", reference, clock=self.policy.verification, question=question)
            return
        question = ask.no_valuation(item.item, usage.location)
        valuation = await self.until(self.valuation, clock=self.policy.suspense, question=question)
        rule = cost_rule(valuation.ownership, valuation.keeping)
        if rule in (CostRule.expensed_at_issue, CostRule.sample_at_zero):
            self.saga.exempt("cost", rule.replace("-", " "))
            return
        posting = CostPosting(
            facility=usage.facility,
            rule=rule,
            item=item.item,
            cost_centre=usage.charged_cost_centre,
            location=usage.location,
            quantity=self.base_quantity,
            unit=item.base_unit,
            unit_cost=valuation.unit_cost,
            amount=valuation.unit_cost.times(self.base_quantity),
            method=valuation.method,
            source=valuation.source,
            service_date=usage.service_date,
            lot=usage.lot,
            serial=usage.serial,
        )

        async def send(ledger: Ledger, call: CallOptions) -> Posted:
            order = PostCost(context=self.context, ledger=ledger, posting=posting)
            return await workflow.execute_activity_method(Costs.post, order, **call)

        await self.saga.post(
            "cost",
            send,
            summary=f"expenses {posting.amount.amount} {posting.amount.currency} to {posting.cost_centre}",
            owner=Audience.finance,
            correctable=("charged_cost_centre",),
            at_risk=posting.amount,
        )

    async def look_once_more(self) -> None:
        """Where an outcome was ever uncertain, nothing may arrive after the run is closed."""
        doubted = [ledger.step for ledger in self.state.ledgers if ledger.uncertain]
        if doubted:
            self.enter("last look")
            day = self.use.service_date
            await together(*(self.saga.look_once_more(step, service_date=day) for step in doubted))

    def exempt_all(self, reason: str) -> None:
        """Nothing is to be posted for this use."""
        for ledger in self.state.ledgers:
            self.saga.exempt(ledger.step, reason)

    async def _take_back(self, steps: tuple[str, ...]) -> None:
        day = self.use.service_date
        billed = [step for step in ("charge", "cost") if step in steps]
        for step in (*billed, *(step for step in steps if step not in billed)):
            if (await self.saga.take_back(step, service_date=day)).credit_requested:
                self.aside(ask.credit_and_rebill())

    async def _amount(self) -> Money:
        code = self.known.code
        if code is None:
            raise RuntimeError("a price is asked for before the charge code is known")
        each = price(code, None, self.policy.markup)
        if each is None:
            question = ask.no_valuation(self.item.item, self.use.location)
            valuation = await self.until(self.valuation, clock=self.policy.suspense, question=question)
            each = price(code, valuation.unit_cost, self.policy.markup)
        if each is None:
            raise RuntimeError("policy has no markup tier for this cost")
        return each.times(self.base_quantity * code.units_per_base)
