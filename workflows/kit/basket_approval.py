"""Approving a basket: contract and price of the day, the budget, and the decision by rule or by a person (rule 18)."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow

from activities.procuring import Procuring
from canonical.asking.procurement import AskBudget
from canonical.documents.basket_run import Held, PlacedOrder
from canonical.documents.contract import Contract
from canonical.documents.replenishment import Approval, Budget, PricedLine, Request, RequestKind, Reservation
from canonical.documents.work_item import Decision, Share, ToApprove
from canonical.errors import Audience
from canonical.kinds import Kind
from canonical.money import Money
from canonical.ownership.construct import capped, left_to_cap
from canonical.replenishing.approving import BY_RULE, beyond_rule, to_approve
from canonical.replenishing.pricing import is_used, priced, shares
from canonical.run import Standing
from workflows.kit import basket_questions as ask
from workflows.kit import versions
from workflows.kit.basket import Basket

EXPIRED = "expiry"
"""Who has rejected what nobody decided in time."""


class Approving(Basket):
    """The basket's next order on its way to being approved."""

    def content(self) -> tuple[Request, ...]:
        """The requests that the next order is for: of one supplier, and of one rush, which goes first.

        Next goes what another supplier has refused: it waits for no cut-off.
        """
        requests = sorted(self.state.requests, key=lambda one: not one.rush_reference)
        urgent = [self.is_urgent(one) for one in requests]
        if any(urgent) and not urgent[0] and versions.goes("what-was-refused-goes-first"):
            requests.sort(key=lambda one: not self.is_urgent(one))
        return tuple(one for one in requests if _joins(one, requests[0]))

    def is_urgent(self, request: Request) -> bool:
        """Whether it was phoned, or refused by another supplier."""
        return request.kind is RequestKind.rush or request.number in self.state.tried

    def let_the_next_cut_off_count(self) -> None:
        """What is asked for after the basket has closed is joined until it closes again, not ordered line by line."""
        closed = self.state.cut_off is not None and self.state.cut_off <= workflow.now()
        if closed and versions.goes("each-order-has-its-cut-off"):
            self.know(cut_off=None)

    async def price_the_basket(self) -> None:
        """Contract and price of the day, by what the lines come to together."""
        self.enter("pricing")
        self.know(lines=())
        while requests := self.content():
            contracts = await self.contracts([one.item for one in requests])
            if requests != self.content():
                continue
            found = priced(requests, contracts, on=workflow.now().date())
            if not found.without:
                self.know(lines=self.within_caps(found.lines, contracts))
                return
            question = ask.unpriced(requests[0].supplier, found.without)
            if (await self.ask_person(question)).decision is Decision.reject:
                await self.drop(tuple(one for one in requests if one.number in found.without), "no contract in force")
            if not self.state.requests:
                return

    def within_caps(self, lines: tuple[PricedLine, ...], contracts: Sequence[Contract]) -> tuple[PricedLine, ...]:
        """What was used in one surgical case costs no more together than its contracts say, earlier orders included."""
        if not all(is_used(line.request) for line in lines):
            return lines
        return capped(lines, left_to_cap(contracts, [placed.order for placed in self.state.orders]))

    async def drop(self, requests: tuple[Request, ...], why: str) -> None:
        """These requests become no order."""
        numbers = [one.number for one in requests]
        self.know(requests=tuple(one for one in self.state.requests if one.number not in numbers))
        await self.answer(requests, why)

    async def set_money_aside(self) -> str:
        """Each cost centre by the kind of its budget; answers why there is no money, where a person says so."""
        self.enter("budget")
        wanted = shares(self.state.lines, self.context.currency)
        for held in self.state.held:
            if not any((one.cost_centre, one.amount) == (held.cost_centre, held.amount) for one in wanted):
                await self.release(held)
        for share in wanted:
            known = next((one for one in self.state.held if one.cost_centre == share.cost_centre), None)
            if known is not None and self.settled(known.step):
                continue
            if why_not := await self._set_aside(share):
                return why_not
        return ""

    async def _set_aside(self, share: Share) -> str:
        while True:
            budget = await self._budget(share)
            short = budget.available is not None and share.amount > budget.available
            if budget.control == "advisory" and short:
                self.aside(ask.over_budget(share, budget, binding=False))
            if budget.control != "absolute":
                return ""
            step = f"reservation-{self.state.ordinal}-{share.cost_centre}"
            if not short or self.ledger_is_uncertain(step):
                break
            if (await self.ask_person(ask.over_budget(share, budget, binding=True))).decision is Decision.reject:
                return f"cost centre {share.cost_centre} has no budget left"
        others = tuple(one for one in self.state.held if one.step != step)
        self.anew(step, Kind.reservation)
        self.know(held=(*others, Held(step=step, cost_centre=share.cost_centre, amount=share.amount)))
        money = Money(amount=share.amount, currency=self.context.currency)
        await self.saga.write(
            step,
            Reservation(
                facility=self.context.name.facility,
                cost_centre=share.cost_centre,
                amount=share.amount,
                currency=self.context.currency,
                on=workflow.now().date(),
                basket=self.number,
            ),
            on=workflow.now().date(),
            summary=f"sets {share.amount:f} {self.context.currency} of {share.cost_centre} aside",
            owner=Audience.finance,
            amount=money,
        )
        return ""

    def ledger_is_uncertain(self, step: str) -> bool:
        """Whether an earlier write of the step may have been applied: what it holds is part of what the budget lacks."""
        ledger = self.state.ledger(step)
        return ledger is not None and ledger.uncertain

    async def _budget(self, share: Share) -> Budget:
        asked = AskBudget(context=self.context, cost_centre=share.cost_centre, on=workflow.now().date())
        call = self.call("procurement", f"asks what {share.cost_centre} has left")

        async def attempt() -> Budget:
            return await workflow.execute_activity_method(Procuring.budget, asked, **call)

        return await self.look_up("procurement", attempt)

    async def release(self, held: Held) -> None:
        """Give back what was set aside; twice is once."""
        await self.saga.take_back(held.step, service_date=workflow.now().date())
        self.saga.exempt(held.step, "released")
        self.know(held=tuple(one for one in self.state.held if one.step != held.step))

    async def is_approved(self) -> bool:
        """By rule, or by a person; an approval is for exactly one content, and is asked once for it."""
        asked = to_approve(self.state.lines, self.context.currency)
        known = self.state.approval
        if known is None or known.content != asked.content:
            supplier = self.state.lines[0].request.supplier
            approval = await self.approval(f"approval-{self.state.ordinal}", supplier, self.state.lines, asked)
            self.know(approval=approval)
            return approval.approved
        return known.approved

    async def approval(
        self, step: str, supplier: str, lines: tuple[PricedLine, ...], asked: ToApprove, *, why: str = ""
    ) -> Approval:
        """The decision about this content; `why` a person must be asked whatever the rule says."""
        why = why or beyond_rule(lines, self.rules, self.context.currency)
        if not why:
            return self._decided_so(asked, True, BY_RULE, "within policy")
        self.enter("approval")
        lapses = self._overdue_at.setdefault(f"{step}:{asked.content}", workflow.now() + self.rules.approval_expires)
        question = ask.approval(step, supplier, asked, why, ladder=self.rules.approval)
        parked = await self.desk.put(question)
        while (resolution := await self._pause(parked, look_again=max(lapses - workflow.now(), timedelta(0)))) is None:
            if workflow.now() >= lapses:
                await self.desk.take_off(parked, reason="expired")
                return self._decided_so(asked, False, EXPIRED, "nobody decided in time")
        decided = parked.decided
        person = f"{decided.person}{f' for {decided.in_place_of}' if decided.in_place_of else ''}" if decided else ""
        return self._decided_so(asked, resolution.decision is Decision.approve, person, resolution.reason)

    def _decided_so(self, asked: ToApprove, approved: bool, by: str, reason: str) -> Approval:
        return Approval(
            basket=self.number, content=asked.content, approved=approved, by=by, at=workflow.now(), reason=reason
        )

    async def turn_down(self, why: str) -> None:
        """No order is made of the content: nothing stays set aside, and whoever asked is told."""
        self.enter("turned down")
        for held in self.state.held:
            await self.release(held)
        requests = self.content()
        self.let_the_next_cut_off_count()
        for request in requests:
            if request.rush_reference:
                self.aside(ask.phoned(request.supplier, request.rush_reference))
        self.know(rejected=self.state.rejected + 1, lines=(), approval=None)
        await self.drop(requests, why)

    async def give_back(self) -> None:
        """Undo what only the engine did; goods of the supplier's own were used, and stay to be ordered."""
        for held in self.state.held:
            await self.release(held)
        for placed in self.state.orders:
            if not placed.sent and not self.is_by_hand(f"order-{placed.ordinal}"):
                await self.unmake(placed)
        needs = tuple(one for one in self.state.requests if one.kind is not RequestKind.bill_only)
        await self.drop(needs, "the basket was not ordered")

    async def unmake(self, placed: PlacedOrder) -> None:
        """Take an order back that its supplier does not have; what was used before it is asked for again."""
        for step in (f"sent-order-{placed.ordinal}", f"order-{placed.ordinal}"):
            if self.state.ledger(step) is not None:
                await self.saga.take_back(step, service_date=workflow.now().date())
                self.saga.exempt(step, "not sent")
        for held in placed.held:
            await self.release(held)
        gone = self.state.withdrawn
        used = (one.request for one in placed.taken if is_used(one.request) and one.request.number not in gone)
        self.know(
            orders=tuple(one for one in self.state.orders if one.ordinal != placed.ordinal),
            requests=(*used, *self.state.requests),
        )
        await self.answer([line.request for line in placed.taken], "the basket was not ordered")

    def is_by_hand(self, step: str) -> bool:
        """Whether a person did a step, and only a person can undo it."""
        ledger = self.state.ledger(step)
        return ledger is not None and ledger.standing is Standing.by_hand


def _joins(one: Request, first: Request) -> bool:
    return (one.supplier, one.rush_reference) == (first.supplier, first.rush_reference)
