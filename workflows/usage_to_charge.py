"""usage-to-charge: a use of an item becomes a stock movement, a charge and a cost, and the three agree."""

# long because the story of one use is told in one place, step by step.
from decimal import Decimal

from temporalio import workflow

from activities.charges import Charges
from activities.costs import Costs
from activities.stock import Stock
from canonical.asking.writing import MoveStock, PostCharge, PostCost
from canonical.documents.charge import CaseStatus
from canonical.documents.costing import CostPosting, CostRule, Valuation, cost_rule
from canonical.documents.usage import Disposition
from canonical.documents.usage_run import Judgement, Knowledge, UsageRun, UsageStart
from canonical.effect import Posted
from canonical.eligibility import Verdict, eligibility, price, unpriced
from canonical.errors import Audience
from canonical.identity import FIRST_STAGE
from canonical.money import Money
from canonical.run import Ledger, Standing
from workflows.kit import usage_questions as ask
from workflows.kit import use_postings as postings
from workflows.kit import versions
from workflows.kit.calls import CallOptions
from workflows.kit.heard_use import STEPS
from workflows.kit.owed_use import OwedUse
from workflows.kit.run import Run
from workflows.kit.saga import Saga
from workflows.kit.turns import DoneByHand, to_the_end, together

UNDONE = ("charge", "cost", "stock")
"""The order in which steps are taken back."""
LOOKED_FOR = "a-cost-booked-with-the-movement-is-looked-for"
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


class Story(OwedUse):
    """One use: stock first, then charge and cost together, then what is confirmed later, and a last look."""

    def __init__(self, start: UsageStart) -> None:
        super().__init__(start)
        self.saga = Saga(self, self)

    async def usage_to_charge(self) -> None:
        """The process as the business tells it."""
        await self.hear_of_the_use()
        await self.take_back_what_was_corrected()
        if not self.state.not_used and not self.use.disposition.leaves_the_shelf:
            await self.free_a_returned_serial()
            self.exempt_all(f"{self.use.disposition}: nothing leaves the shelf")
        elif not self.state.not_used:
            await self.look_everything_up()
            await self.ask_about_a_possible_duplicate()
            await self.move_stock()
            self.enter("charge and cost")
            await together(self.charge_the_patient(), self.expense_the_cost())
            await self.order_what_is_the_suppliers()
        await self.look_once_more()

    async def hear_of_the_use(self) -> None:
        """A correction may come before the use that it corrects."""

        async def heard() -> bool | None:
            return True if self.state.usage is not None else None

        await self.until(heard, clock=self.policy.usage, question=ask.no_usage(self.context.name.number))

    async def take_back_what_was_corrected(self) -> None:
        """Undo, in the opposite order of posting, what a correction or a person's amendment made wrong."""
        correction = self.state.pending
        steps = STEPS if correction is not None else self.state.redo
        if steps:
            self.enter("taking back")
            await to_the_end(self._take_back(steps))
            await self.withdraw_the_request(steps)
        self.know(redo=tuple(step for step in self.state.redo if step not in steps), mistaken=False)
        if correction is not None:
            not_used = correction.replacement is None
            self.know(usage=correction.replacement or self.use, not_used=not_used, judgement=Judgement())
            self.know(corrected_by=correction, pending=self.newer_than(correction))
            if not_used:
                self.exempt_all("not used")
        self.heed()

    async def look_everything_up(self) -> None:
        """Item and lot, account and charge code, valuation."""
        if all(ledger.settled for ledger in self.state.ledgers):
            return
        self.enter(FIRST_STAGE)
        await self.look_all_up()

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
        self.tell_of_findings()
        await self.adopted("stock", self.use.already_posted.stock, quantity=self.base_quantity)
        while not self.state.stock.settled:
            await self.post_the_movement()
            await self.wait_for_the_confirmation("stock")

    async def post_the_movement(self) -> None:
        """Post the movement; refused for what changed meanwhile, it goes out again as things stand now."""
        if self.state.stock.standing is Standing.accepted:
            return

        async def send(ledger: Ledger, call: CallOptions) -> Posted:
            order = MoveStock(context=self.context, ledger=ledger, movement=self.movement())
            return await workflow.execute_activity_method(Stock.move, order, **call)

        goods = f"{self.base_quantity.normalize():f} {self.item.base_unit} of {self.item.item}"
        await self.saga.post(
            "stock",
            send,
            summary=f"takes {goods} from {self.use.location}",
            owner=Audience.supply_chain,
            correctable=("item", "lot", "serial", "location"),
            renew=self.look_at_the_shelf_again,
        )

    async def charge_the_patient(self) -> None:
        """Charge, or not with a reason; a charge waits for its trigger, its account, its code and its release."""
        try:
            if self.state.charge.standing is Standing.pending and not self.never_charged():
                await self.wait_for_the_case()
                await self.wait_for_the_account()
                await self.decide_to_charge()
            while self.state.charge.standing in (Standing.pending, Standing.accepted):
                await self.post_the_charge()
                await self.wait_for_the_confirmation("charge")
        except DoneByHand as done:
            await self.saga.accept("charge", done)

    async def wait_for_the_case(self) -> None:
        """The facility charges at the scan, or once the case is verified or closed (domain rule 4)."""
        wanted = self.policy.charge_when
        if wanted is None or self.saga.may_adopt("charge", self.use.already_posted.charge):
            return

        async def reached() -> bool | None:
            if self.account_standing.case_status not in CASE_REACHED[wanted]:
                await self.ask_billing(self.item.item)
            return True if self.account_standing.case_status in CASE_REACHED[wanted] else None

        subject, question = f"case:{self.use.surgical_case}", ask.case_not_ready(wanted)
        await self.until(reached, clock=self.policy.surgical_case, question=question, subject=subject)

    async def wait_for_the_account(self) -> None:
        """Stock moves now; the charge waits until the case has an account (domain rule 11)."""
        if self.saga.may_adopt("charge", self.use.already_posted.charge):
            return

        async def opened() -> bool | None:
            if self.account_standing.account is None:
                await self.ask_billing(self.item.item)
            return True if self.account_standing.account is not None else None

        subject = f"account:{self.use.surgical_case}"
        await self.until(opened, clock=self.policy.account, question=ask.no_account(), subject=subject)

    async def decide_to_charge(self) -> None:
        """Eligibility is charge, no charge with a reason, or undecided; safety findings hold the charge by policy."""
        # Kept, so that who takes the charge back knows without asking anew whether the use is one that is not charged.
        self.know(charged=Knowledge(item=self.item, standing=self.account_standing))
        if await self.adopted("charge", self.use.already_posted.charge):
            return
        while (verdict := await self.verdict()).answer == "undecided":
            await self.ask_person(ask.undecided(verdict))
            await self.ask_billing(self.item.item)
        if verdict.answer == "no-charge":
            self.saga.exempt("charge", verdict.reason)
            return
        held = tuple(found for found in self.found_unsafe if found in self.policy.hold_charge_on)
        if held and not self.state.judgement.charge_released:
            await self.ask_person(ask.charge_held(self.item.item, held, await self.amount()))
            self.know(judgement=self.state.judgement.model_copy(update={"charge_released": True}))

    async def verdict(self) -> Verdict:
        """Whether the use is charged; what has no price is undecided."""
        verdict = eligibility(self.use, self.item, self.account_standing, self.known.code, self.policy)
        if verdict.answer == "charge" and await self.amount() is None:
            return unpriced(self.item)
        return verdict

    async def post_the_charge(self) -> None:
        """Post the charge at the price of the service date."""
        if self.state.charge.standing is not Standing.pending:
            return
        usage, code, account = self.use, self.known.code, self.account_standing.account
        amount = await self.amount()
        if code is None or account is None or amount is None:
            raise RuntimeError("a charge is posted before its code, price and account are known")
        charge = postings.charge(usage, self.item, code, account=account, quantity=self.base_quantity, amount=amount)

        async def send(ledger: Ledger, call: CallOptions) -> Posted:
            order = PostCharge(context=self.context, ledger=ledger, charge=charge)
            return await workflow.execute_activity_method(Charges.post, order, **call)

        told = f"charges {charge.units.normalize():f} x {charge.code}"
        fields = ask.CHARGE_FIELDS
        owner = Audience.revenue_integrity
        await self.saga.post("charge", send, summary=told, owner=owner, correctable=fields, at_risk=amount)

    async def wait_for_the_confirmation(self, step: str) -> None:
        """Accepted is not posted: the system says later what became of it (domain rule 10)."""
        if self.ledger(step).standing is not Standing.accepted:
            return
        self.enter("confirmation")
        heard, clock = self.said_of, self.policy.confirmation
        system = self.context.leg(self.ledger(step).domain).system
        rejected = await self.saga.await_outcome(
            step, heard=heard, clock=clock, question=ask.not_confirmed(step, system)
        )
        if rejected is not None:
            at_risk = await self.amount() if step == "charge" else None
            await self.saga.ask_about_rejected(step, ask.rejected_later(step, system, rejected.reason, at_risk))

    async def expense_the_cost(self) -> None:
        """Expense the use by ownership and place (domain rule 6)."""
        if self.state.cost.settled:
            return
        usage, item = self.use, self.item
        if await self.adopted("cost", usage.already_posted.cost, quantity=self.base_quantity):
            await self.wait_for_the_confirmation("cost")
        if self.state.cost.settled:
            return
        question = ask.no_valuation(item.item, usage.location)
        valuation = await self.until(self.valuation, clock=self.policy.suspense, question=question)
        rule = cost_rule(valuation.ownership, valuation.keeping, usage.disposition)
        if rule in (CostRule.expensed_at_issue, CostRule.sample_at_zero):
            self.saga.exempt("cost", rule.replace("-", " "))
            return
        if self.is_booked_with_the_movement(valuation, rule):
            await self.find_the_cost_of_the_movement()
            return
        posting = postings.cost(usage, item, valuation, rule, quantity=self.base_quantity)
        while not self.state.cost.settled:
            await self.post_the_cost(posting)
            await self.wait_for_the_confirmation("cost")

    def is_booked_with_the_movement(self, valuation: Valuation, rule: CostRule) -> bool:
        """Whether the ERP books the cost of what leaves its stock by itself: posted again, it would count twice."""
        if not valuation.posts_with_movement or rule is not CostRule.expense_against_stock:
            return False
        if versions.goes(LOOKED_FOR):
            return self.context.leg("inventory").system == self.context.leg("finance").system
        return versions.goes("cost-with-the-movement")

    async def find_the_cost_of_the_movement(self) -> None:
        """What the ERP has booked by itself is looked for instead of posted."""
        system, movement = self.context.leg("finance").system, self.state.stock.reference or ""
        told = f"booked by {system} itself, with the movement of stock"
        if versions.goes(LOOKED_FOR):
            question, clock = ask.not_booked_with_the_movement(system, movement), self.policy.verification
            try:
                found = await self.until(self.booked_with_the_movement, clock=clock, question=question)
            except DoneByHand as done:
                await self.saga.accept("cost", done)
                return
            told = f"{told}: {found.reference}"
        self.saga.exempt("cost", told)

    async def order_what_is_the_suppliers(self) -> None:
        """Goods of the supplier's own are ordered once they were used, exactly these (domain rule 21)."""
        if not self.is_the_suppliers or self.state.asked is not None:
            return
        self.enter("order")
        question = ask.no_contract(self.item.item)
        contract = await self.until(self.contract, clock=self.policy.suspense, question=question)
        await self.ask_for(contract)

    async def post_the_cost(self, posting: CostPosting) -> None:
        """Post the journal."""
        if self.state.cost.standing is Standing.accepted:
            return

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

    def never_charged(self) -> bool:
        """Whether there is no charge whatever case and account will say: a person said so, or the use alone does."""
        if (reason := self.state.judgement.no_charge_reason) is not None:
            self.saga.exempt("charge", reason)
            return True
        if self.saga.may_adopt("charge", self.use.already_posted.charge):
            return False
        verdict = eligibility(self.use, self.item, self.account_standing, None, self.policy)
        if verdict.answer == "no-charge":
            self.saga.exempt("charge", verdict.reason)
        return verdict.answer == "no-charge"

    async def adopted(self, step: str, reference: str | None, *, quantity: Decimal | None = None) -> bool:
        """Whether the source has posted the step by itself; then its document is found and answered for (rule 1)."""
        if reference is None or not self.saga.may_adopt(step, reference):
            return False
        question, clock = ask.not_found(step, self.use.source), self.policy.verification
        await self.saga.adopt(step, reference, quantity=quantity, clock=clock, question=question)
        return True

    async def free_a_returned_serial(self) -> None:
        """A device that came back may be used again (domain rule 7)."""
        if self.use.disposition is Disposition.returned and self.use.serial is not None:
            await self.ask_item()
            if self.known.item is not None:
                await self.tell(freed=self.acts())

    async def _take_back(self, steps: tuple[str, ...]) -> None:
        """Charge and cost, then stock; what a person did by hand only a person can take back."""
        no_charge = self.no_charge_although_used()
        for step in sorted(steps, key=UNDONE.index):
            ledger = self.ledger(step)
            if ledger.standing is Standing.by_hand:
                self.aside(ask.by_hand_stands(step, ledger.reference))
            reason = no_charge if step == "charge" else ""
            day = self.use.service_date
            balanced = await self.saga.take_back(step, service_date=day, no_charge_reason=reason)
            if balanced.credit_requested:
                self.aside(ask.credit_and_rebill(balanced))

    async def amount(self) -> Money | None:
        """What the charge comes to; none where policy has no price for it."""
        code = self.known.code
        if code is None:
            return None
        each = price(code, None, self.policy.markup)
        if each is None:
            question = ask.no_valuation(self.item.item, self.use.location)
            valuation = await self.until(self.valuation, clock=self.policy.suspense, question=question)
            each = price(code, valuation.unit_cost, self.policy.markup)
        return None if each is None else each.times(self.base_quantity * code.units_per_base)
