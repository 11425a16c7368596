"""Hearing the supplier: what its acknowledgements change about an order, and who is asked and told of it (rules 19, 20)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from temporalio import workflow

from activities.storekeeping import Storekeeping
from activities.supplying import Supplying
from canonical.asking.inventory import AskCases, CasesAnswer
from canonical.asking.supplier import AcknowledgementsAnswer, AskAcknowledgements
from canonical.clock import Clock
from canonical.documents.basket_run import Part, PlacedOrder
from canonical.documents.order import Acknowledged, OrderChange, OrderType
from canonical.documents.work_item import Decision, Resolution
from canonical.errors import Audience
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.replenishing import acknowledging as said_of
from canonical.replenishing import approving_anew as anew
from canonical.replenishing.approving import to_approve
from canonical.replenishing.expecting import later, undated
from canonical.replenishing.falling_short import shortfalls
from canonical.replenishing.sourcing import equivalent, next_source, of_same_maker, reordered, substitute
from workflows.kit import basket_questions as ask
from workflows.kit import versions
from workflows.kit.basket import OF_REQUESTS
from workflows.kit.basket_order import Ordering
from workflows.kit.calls import CallOptions
from workflows.kit.letters import as_data

HORIZON = timedelta(days=365)
"""Beyond any schedule of surgery: where goods have no date, every case that needs them is at risk."""


class Answering(Ordering):
    """The basket's orders in the hands of the supplier."""

    async def follow(self, ordinal: int) -> None:
        """Until the supplier has answered for all of the order."""
        while True:
            await self.take_in(ordinal)
            placed = self.state.placed(ordinal)
            if said_of.complete(placed):
                return
            self.enter("acknowledgement of the supplier")
            number = placed.order.number
            quiet = said_of.silent(placed)
            question = ask.not_acknowledged(ordinal, number) if quiet else ask.date_pending(ordinal, number)
            clock = self.rules.acknowledgement if quiet else self.rules.dates

            async def heard(order: str = number) -> bool | None:
                if not self._heard_of(order):
                    await self._ask_the_supplier(order)
                return True if self._heard_of(order) else None

            await self.until(heard, clock=clock, question=question)

    async def take_in(self, ordinal: int) -> None:
        """Take in what was said so far, and do what follows from it."""
        self._merge(ordinal)
        await self.decide_substitutions(ordinal)
        await self.decide_back_orders(ordinal)
        await self.let_changes_pass(ordinal)
        await self.tell_of_shortfalls(ordinal)
        await self.change_the_order(ordinal)
        await self.tell_of_the_outlook(ordinal)
        await self.release_of_nothing(ordinal)
        await self.provide_otherwise(ordinal)

    def amend(self, resolution: Resolution) -> None:
        """What the supplier said before the person decided counts first: it is no part of what is left."""
        if "remainder" in resolution.correction and versions.goes("what-was-heard-counts-first"):
            self._merge(int(resolution.item_id.rsplit(":", 2)[1].rpartition("-")[2]))
        super().amend(resolution)

    def _heard_of(self, order: str) -> bool:
        return any(one.order == order for one in self.state.heard)

    def _merge(self, ordinal: int) -> None:
        placed = self.state.placed(ordinal)
        for said in [one for one in self.state.heard if one.order == placed.order.number]:
            late = said_of.of_cancelled(placed, said)
            stays = bool(late) and versions.goes("what-was-cancelled-stays-so")
            for one in late if stays else ():
                self.aside(ask.cancelled_before(placed.order.number, one))
            placed = said_of.taken_in(placed, said, cancelled_stays=stays)
            for stranger in said_of.strangers(placed.order, said):
                self.aside(ask.not_on_order(placed.order.number, stranger))
            left = tuple(one for one in self.state.heard if one is not said)
            self.know(heard=left, seen=(*self.state.seen, f"{said.order}:{said.number}:{said.version}"))
        self.keep_order(placed)

    async def _ask_the_supplier(self, order: str) -> None:
        asked = AskAcknowledgements(context=self.context, order=order)
        call = self.call("supplier", f"asks what became of {order}")

        async def attempt() -> AcknowledgementsAnswer:
            return await workflow.execute_activity_method(Supplying.acknowledgements, asked, **call)

        self.take_note((await self.look_up("supplier", attempt)).acknowledgements)

    async def decide_substitutions(self, ordinal: int) -> None:
        """The same manufacturer's equivalent is taken by itself; anything else needs clinical approval (rule 20)."""
        placed = self.state.placed(ordinal)
        for part in [one for one in placed.parts if one.status is Acknowledged.substituted]:
            line = placed.order.line(part.line)
            if line is None or line.item is None:
                continue
            contracts = await self.contracts([item for item in (line.item, part.item) if item])
            today = workflow.now().date()
            by_itself = equivalent(part, line, contracts, supplier=placed.supplier, on=today)
            question = ask.substitution(ordinal, placed.order.number, part, line.item)
            taken = by_itself or (await self.ask_person(question)).decision is Decision.approve
            now = self.state.placed(ordinal)
            if part not in now.parts:
                continue
            if taken:
                same = by_itself
                if versions.goes("same-makers-substitute-as-approved"):
                    same = of_same_maker(part, line, contracts, supplier=placed.supplier, on=today)
                self.keep_order(substitute(now, part, contracts, on=today, as_approved=same))
            else:
                self.keep_order(said_of.deciding(now, [part], Acknowledged.deleted, by_us=True))

    async def decide_back_orders(self, ordinal: int) -> None:
        """A remainder that comes later is waited for, cancelled or ordered elsewhere: by policy, or by a person."""
        placed = self.state.placed(ordinal)
        parts = said_of.back_orders(placed)
        match self.rules.back_orders if parts else "wait":
            case "wait":
                self.keep_order(said_of.waited_for(placed, parts))
            case "ask":
                await self._ask_about_back_orders(ordinal, placed, parts)
            case decided:
                lines = tuple(part.line for part in parts)
                self.keep_order(said_of.cancelled(placed, lines, provided=decided == "cancel"))

    async def _ask_about_back_orders(self, ordinal: int, placed: PlacedOrder, parts: Sequence[Part]) -> None:
        async def overtaken() -> bool | None:
            return True if self._heard_of(placed.order.number) else None

        lines = {line.line: line for line in placed.order.lines}
        question = ask.back_order(ordinal, placed.order.number, parts, lines)
        await self.tell_of_the_outlook(ordinal)
        clock = Clock(look_again=self.rules.dates.look_again, overdue=timedelta(0))
        await self.until(overtaken, clock=clock, question=question)
        self._merge(ordinal)
        await self.decide_back_orders(ordinal)

    async def let_changes_pass(self, ordinal: int) -> None:
        """What is dearer or more than what was approved is approved anew, or not taken."""
        while True:
            placed = self.state.placed(ordinal)
            order = said_of.revised(placed)
            tolerance = self.rules.price_tolerance
            lines = anew.beyond(order, placed.approved, tolerance=tolerance)
            if not lines:
                return
            why = anew.why_anew(order, placed.approved, tolerance=tolerance)
            changed = anew.as_priced(order, placed)
            asked = to_approve(changed, self.context.currency)
            step = f"approval-{ordinal}"
            approval = await self.approval(step, placed.supplier, changed, asked, why=why)
            if said_of.revised(self.state.placed(ordinal)) != order:
                continue
            if approval.approved:
                self.keep_order(placed.model_copy(update={"approved": order}))
            else:
                self.keep_order(said_of.not_taken(placed, lines))

    async def tell_of_shortfalls(self, ordinal: int, *, given_up: bool = False) -> None:
        """The needs hear who does not deliver, before inventory expects less and the par level is crossed anew."""
        for short in shortfalls(self.state.placed(ordinal), withdrawn=self.state.withdrawn):
            placed, number = self.state.placed(ordinal), short.request.number
            elsewhere = placed.supplier in self.state.tried.get(number, ())
            if short.request.kind not in OF_REQUESTS or (elsewhere and not short.lacking):
                continue
            awaited = short.lacking and not given_up and self.rules.refused != "cancel"
            answer = "" if awaited else f"not delivered by {placed.supplier}"
            told = f"{short.quantity.normalize():f} {answer}"
            if placed.short.get(number) == told or not versions.goes("needs-hear-of-shortfalls"):
                continue
            await self.tell_the_need(short.told(answer, by=placed, at=workflow.now()))
            now = self.state.placed(ordinal)
            self.keep_order(now.model_copy(update={"short": now.short | {number: told}}))

    async def change_the_order(self, ordinal: int, *, reason: str = "as acknowledged by the supplier") -> None:
        """A change order in procurement, at the supplier where it was our decision, and told to the order's run."""
        placed = self.state.placed(ordinal)
        order = placed.changing or said_of.revised(placed)
        if order == placed.order:
            return
        self.keep_order(placed.model_copy(update={"changing": order}))
        today = workflow.now().date()
        change = OrderChange(order=order.outside, on=today, reason=reason)
        of = (self.from_order(placed),)
        step = f"order-change-{ordinal}-{order.version}"
        self.opened(step, Kind.order_change)
        told = f"changes {order.number} to revision {order.version}"
        await self.saga.write(step, change, on=today, summary=told, owner=Audience.buyer, came_from=of)
        if any(part.by_us for part in placed.parts):
            step = f"sent-change-{ordinal}-{order.version}"
            self.opened(step, Kind.sent_change)
            await self.saga.write(
                step, change, on=today, summary=f"{told} at {placed.supplier}", owner=Audience.buyer, came_from=of
            )
        await self.write_to(EventType.order_changed, order.number, as_data(order))
        settled = {"order": order, "changing": None, "added": ()}
        self.keep_order(self.state.placed(ordinal).model_copy(update=settled))
        await self.change_the_order(ordinal)

    async def tell_of_the_outlook(self, ordinal: int) -> None:
        """What the order will bring now, and who lacks what it will not."""
        before = self.state.placed(ordinal).expected
        lacking: dict[str, date | None] = {}
        if await self.tell_what_is_expected(ordinal):
            lacking = dict(later(before, self.state.placed(ordinal).expected))
        placed = self.state.placed(ordinal)
        unknown = undated(placed)
        # Inventory may have expected it without a day from the first: nothing changes there, yet now no day is known.
        if unknown != placed.undated and versions.goes("cases-of-undated-back-orders"):
            lacking |= {item: None for item in unknown if item not in placed.undated}
            self.keep_order(placed.model_copy(update={"undated": unknown}))
        await self.name_cases_at_risk(ordinal, lacking)

    async def name_cases_at_risk(self, ordinal: int, lacking: Mapping[str, date | None]) -> None:
        """Scheduled surgical cases that need goods which come later than was expected, or nobody knows when.

        Where inventory knows no surgical cases, people are told that they must look themselves.
        """
        placed = self.state.placed(ordinal)
        for item, until in lacking.items():
            asked = AskCases(context=self.context, item=item, until=until or workflow.now().date() + HORIZON)
            call = self.call("inventory", f"asks which surgical cases need {item}")

            async def attempt(asked: AskCases = asked, call: CallOptions = call) -> CasesAnswer:
                return await workflow.execute_activity_method(Storekeeping.cases, asked, **call)

            answer = await self.look_up("inventory", attempt)
            if answer.cases:
                self.aside(ask.cases_at_risk(placed.order.number, item, until, answer.cases))
            elif not answer.known:
                system = self.context.leg("inventory").system
                self.aside(ask.cases_not_known(placed.order.number, item, until, system))

    async def release_of_nothing(self, ordinal: int) -> None:
        """An order of which nothing is left holds no money back."""
        placed = self.state.placed(ordinal)
        if placed.order.nothing_left:
            for held in placed.held:
                await self.release(held)
            self.keep_order(self.state.placed(ordinal).model_copy(update={"held": ()}))

    async def provide_otherwise(self, ordinal: int) -> None:
        """What the supplier does not deliver is asked of the next contracted source, as policy says."""
        placed = self.state.placed(ordinal)
        lacking = said_of.lacking(placed)
        if not lacking:
            return
        used = placed.order.type is OrderType.bill_only
        if self.rules.refused == "cancel" and not used:
            self.keep_order(said_of.provided(placed, [line.line for line, _ in lacking]))
            return
        contracts = await self.contracts([anew.taken_for(placed, line).request.item for line, _ in lacking])
        nowhere = []
        for line, quantity in lacking:
            taken = anew.taken_for(placed, line)
            tried = (*self.state.tried.get(taken.request.number, taken.request.failed), placed.supplier)
            today, wanted = workflow.now().date(), taken.request.item
            # What was used cannot be had from anybody else.
            source = None if used else next_source(wanted, contracts, of=placed.supplier, tried=tried, on=today)
            if source is None or (self.rules.refused == "ask" and not placed.elsewhere):
                nowhere.append(line)
                continue
            request = reordered(taken, source, quantity=quantity, unit=line.unit)
            self.know(
                requests=(*self.state.requests, request),
                tried=self.state.tried | {taken.request.number: tried},
            )
            self.keep_order(said_of.provided(self.state.placed(ordinal), [line.line]))
        if len(nowhere) < len(lacking):
            self.turn()
            self.heed()
        if nowhere:
            items = [line.item or line.supplier_item for line in nowhere]
            await self.ask_person(ask.no_other_source(ordinal, placed.order.number, items))

    async def give_back(self) -> None:
        """Undo what only the engine did; no need waits any longer for what is sought elsewhere."""
        await super().give_back()
        for placed in self.state.orders:
            if placed.short:
                await self.tell_of_shortfalls(placed.ordinal, given_up=True)
