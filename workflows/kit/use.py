"""Use: what a run knows of one use, from the documents it has heard and the look-ups it has made."""

from decimal import Decimal

from pydantic import ValidationError
from temporalio import workflow

from activities.charges import Charges
from activities.costs import Costs
from activities.stock import Stock
from canonical.documents.charge import AccountStanding
from canonical.documents.costing import Valuation
from canonical.documents.item import Item, Tracking
from canonical.documents.stock import StockMovement
from canonical.documents.usage import CorrectionKind, Usage, UsageCorrection
from canonical.documents.usage_run import RELIES_ON, Amendment, Knowledge, UsageRun, UsageStart
from canonical.documents.work_item import Resolution
from canonical.effect import Found
from canonical.eligibility import unit_of
from canonical.envelope import Envelope
from canonical.inbound import EventType
from canonical.orders import AskBilling, AskItem, AskValuation, BillingAnswer, ValuationAnswer
from canonical.policy import Finding
from canonical.ports import ItemAndLot
from canonical.quantity import factor_between
from canonical.run import Domain, Ledger, Standing
from canonical.safety import findings
from workflows.kit import usage_questions as ask
from workflows.kit.calls import CallOptions, system_call
from workflows.kit.process import Process
from workflows.kit.turns import together

JUDGED = ("no_charge_reason", "duplicate_of")


class Use(Process):
    """The use behind a run: the report as it now counts, and what inventory, billing and the ERP say of it."""

    def __init__(self, start: UsageStart) -> None:
        self.state = start.closing or UsageRun(route=start.context.route)
        self.known = Knowledge()
        self.redo: tuple[str, ...] = ()
        self.outcomes: dict[str, Found] = {}
        super().__init__(start.context, start.policy)

    @property
    def use(self) -> Usage:
        """The use as it now counts."""
        if self.state.usage is None:
            raise RuntimeError("the use is asked for before it was heard")
        return self.state.usage

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

    def ledger(self, step: str) -> Ledger:
        """The ledger that a step writes into."""
        return self.state.ledger(step)

    def keep(self, ledger: Ledger) -> None:
        """Replace a ledger."""
        self.know(**{ledger.step: ledger})

    def know(self, **changes: object) -> None:
        """Replace parts of the state."""
        self.state = self.state.model_copy(update=changes)

    def hear(self, document: Envelope) -> None:
        """Reports and corrections change what is to be done; outcomes and news of subjects say to look again."""
        match document.type:
            case EventType.usage_reported:
                self._hear_report(Usage.model_validate(document.data))
            case EventType.usage_corrected:
                self._hear_correction(UsageCorrection.model_validate(document.data))
            case EventType.charge_posted | EventType.charge_rejected:
                outcome = Found.model_validate(document.data)
                self.outcomes[outcome.wire_key] = outcome
        self.nudge()

    def check_amendment(self, resolution: Resolution) -> None:
        """Each corrected field has its type."""
        try:
            Amendment.model_validate(resolution.correction)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            raise ValueError(f"{first['loc'][0]}: {first['msg']}") from None

    def amend(self, resolution: Resolution) -> None:
        """Take in what a person corrected; the steps that relied on it are undone and redone."""
        changes = Amendment.model_validate(resolution.correction).model_dump(exclude_none=True)
        judged = {field: changes.pop(field) for field in JUDGED if field in changes}
        self.know(judgement=self.state.judgement.model_copy(update=judged))
        if self.state.usage is not None:
            self.know(usage=self.state.usage.model_copy(update=changes))
        relying = {step for field in (*changes, *judged) for step in RELIES_ON[field]}
        self.redo = tuple(step for step in ("stock", "charge", "cost") if step in relying or step in self.redo)

    def newer_than(self, version: int) -> UsageCorrection | None:
        """The correction that came while an older one was carried out."""
        pending = self.state.pending
        return pending if pending is not None and pending.version > version else None

    def outcome(self) -> str:
        """How the run ends, in a word."""
        if self.state.not_used:
            return "not used"
        if self.state.judgement.duplicate_of is not None:
            return "duplicate"
        return "corrected" if any(ledger.corrected for ledger in self.state.ledgers) else "posted"

    def take_up(self) -> str:
        """Go on with what an earlier run left behind; answers the work item that it left."""
        for ledger in self.state.ledgers:
            if ledger.standing is Standing.left:
                self.keep(ledger.model_copy(update={"standing": Standing.pending}))
        left = self.state.left
        self.know(left="")
        return left

    def leave(self, item_id: str) -> None:
        """What is not settled is left to a person."""
        for step in self.unsettled():
            self.keep(self.ledger(step).model_copy(update={"standing": Standing.left}))
        self.know(left=item_id)

    def unsettled(self) -> tuple[str, ...]:
        """The ledgers in which something is left to do."""
        return tuple(ledger.step for ledger in self.state.ledgers if not ledger.settled)

    def lines(self) -> list[str]:
        """One line a ledger: how it stands, under which reference, and why."""
        return [f"- {ledger.step}: {_in_words(ledger)}" for ledger in self.state.ledgers]

    def closing_state(self) -> str:
        """What a later run of the same use starts from."""
        return self.state.model_dump_json()

    async def look_up(self) -> None:
        """Item and lot, account and charge code, and valuation: together, as far as the item is known already."""
        usage = self.use
        self.known = Knowledge()
        if usage.item is not None:
            await together(self.ask_item(), self.ask_billing(usage.item), self.ask_valuation(usage.item))
        else:
            await self.ask_item()
        subject = f"item:{usage.item}" if usage.item else ""
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

        answer = await self.insist(attempt, question=ask.look_up_failed)
        self.known = self.known.model_copy(update={"item": answer.item, "lot": answer.lot})

    async def ask_billing(self, item: str) -> None:
        """The account's standing and the charge code."""
        order = AskBilling(context=self.context, usage=self.use, item=item)

        async def attempt() -> BillingAnswer:
            call = self.call("billing", "account and charge code")
            return await workflow.execute_activity_method(Charges.look_up, order, **call)

        answer = await self.insist(attempt, question=ask.look_up_failed)
        self.known = self.known.model_copy(update={"standing": answer.standing, "code": answer.code})

    async def ask_valuation(self, item: str) -> None:
        """What one base unit costs."""
        order = AskValuation(context=self.context, item=item, location=self.use.location)

        async def attempt() -> ValuationAnswer:
            call = self.call("finance", "valuation")
            return await workflow.execute_activity_method(Costs.valuation, order, **call)

        answer = await self.insist(attempt, question=ask.look_up_failed)
        self.known = self.known.model_copy(update={"valuation": answer.valuation})

    async def valuation(self) -> Valuation | None:
        """The valuation, asked for again where there was none."""
        if self.known.valuation is None:
            await self.ask_valuation(self.item.item)
        return self.known.valuation

    def acts(self) -> tuple[str, ...]:
        """What makes this use the same act as another report of it (domain rule 7)."""
        usage, item = self.use, self.item.item
        if usage.serial is not None and self.item.tracking is Tracking.serial:
            return (f"serial:{item}:{usage.serial}",)
        if usage.lot is not None and self.item.tracking is not Tracking.none:
            return (f"lot:{usage.surgical_case}:{item}:{usage.lot}",)
        return (f"act:{usage.surgical_case}:{item}:{usage.act}",)

    def movement(self) -> StockMovement:
        """The stock movement of the use, by a discrepancy where a finding would stop a plain one."""
        usage, found = self.use, self.found_unsafe
        return StockMovement(
            facility=usage.facility,
            location=usage.location,
            item=self.item.item,
            quantity=self.base_quantity,
            unit=self.item.base_unit,
            lot=usage.lot,
            serial=usage.serial,
            service_date=usage.service_date,
            discrepancy=bool(found),
            reason=", ".join(found),
        )

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

    def _hear_report(self, usage: Usage) -> None:
        if self.state.usage is None:
            self.know(usage=usage)
        elif usage.version > self.use.version:
            amended = UsageCorrection(
                **usage.model_dump(include=set(UsageCorrection.model_fields) - {"reverses"}),
                correction=f"version-{usage.version}",
                kind=CorrectionKind.amended,
                replacement=usage,
            )
            if not usage.same_act(self.use):
                self._hear_correction(amended)
        elif usage.version == self.use.version and not usage.same_act(self.use):
            self.aside(ask.conflicting(self.context.name.number))

    def _hear_correction(self, correction: UsageCorrection) -> None:
        """Of several corrections the newest version counts, in whatever order they come."""
        known = [one.version for one in (self.state.pending, self.state.corrected_by) if one is not None]
        if all(correction.version > version for version in known):
            self.know(pending=correction)
            self.turn()


def _in_words(ledger: Ledger) -> str:
    words = [str(ledger.standing), ledger.reference, f"({ledger.reason})" if ledger.reason else ""]
    if ledger.corrected and ledger.standing is not Standing.pending:
        words.append("corrected")
    return " ".join(word for word in words if word)
