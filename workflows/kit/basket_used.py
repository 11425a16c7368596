"""Used goods: an order of them is received without stock, replaced by the supplier, and taken back where a use was."""

from datetime import timedelta
from decimal import Decimal

from temporalio import workflow

from activities.mailing import Mailing
from activities.storekeeping import Storekeeping
from canonical.asking.inventory import AskPar, ParAnswer
from canonical.asking.order_book import AskOrders
from canonical.clock import Clock
from canonical.documents.basket_run import PlacedOrder
from canonical.documents.order import OrderLine
from canonical.documents.order_book import OrderStanding
from canonical.documents.replenishment import PricedLine
from canonical.errors import Audience
from canonical.identity import order_subject
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.money import Money
from canonical.ownership import used
from canonical.receiving.awaited import worth
from canonical.replenishing.approving import to_approve
from canonical.replenishing.pricing import is_used
from workflows.kit import case_questions as ask
from workflows.kit import versions
from workflows.kit.basket_agreement import Agreeing
from workflows.kit.calls import ask_store
from workflows.kit.letters import as_data
from workflows.kit.turns import DoneByHand


class UsedGoods(Agreeing):
    """The orders of a surgical case, from when the supplier has them until nothing is owed otherwise than was used."""

    async def follow(self, ordinal: int) -> None:
        """What was used is accounted for, whatever the supplier says of it."""
        if used.is_for_used_goods(self.state.placed(ordinal)):
            await self.take_back_what_was_corrected(ordinal)
            await self.tell_of_receipts(ordinal)
            await self.ask_for_replacements(ordinal)
        await super().follow(ordinal)

    async def unmake_what_was_corrected(self) -> None:
        """An order that its supplier does not have yet is made anew without the use that was corrected."""
        for placed in self.state.orders:
            corrected = used.is_for_used_goods(placed) and used.not_given_back(placed, self.state.withdrawn)
            if corrected and not placed.sent and not self.is_by_hand(f"order-{placed.ordinal}"):
                await self.unmake(placed)

    async def tell_of_receipts(self, ordinal: int) -> None:
        """One receipt a use, which moves no stock: the ERP matches on receipts, and hands the accrual of the use on."""
        placed = self.state.placed(ordinal)
        for taken in used.not_received(placed, self.state.withdrawn):
            receipt = used.receipt_of(placed, taken)
            await self.write_to(EventType.goods_received, receipt.number, as_data(receipt))
            now = self.state.placed(ordinal)
            self.keep_order(now.model_copy(update={"received": (*now.received, taken.request.number)}))

    async def ask_for_replacements(self, ordinal: int) -> None:
        """The supplier replaces what was used, where no par level of the location's own does so."""
        for line in self.state.placed(ordinal).order.lines:
            asked = self.state.placed(ordinal).replaced.get(line.line)
            if line.line in self.state.placed(ordinal).refilled or (asked is None and not used.to_replace(line)):
                continue
            if asked is None and await self._is_refilled(line):
                now = self.state.placed(ordinal)
                self.keep_order(now.model_copy(update={"refilled": (*now.refilled, line.line)}))
            else:
                await self._replace(ordinal, line, asked=asked)

    async def _is_refilled(self, line: OrderLine) -> bool:
        """Consigned stock with a par level is refilled by its own need: asked for here as well, it would come twice."""
        if line.item is None or line.location is None:
            return True
        asked = AskPar(context=self.context, location=line.location, item=line.item)
        call = self.call("inventory", f"asks whether {line.item} has a par level at {line.location}")

        async def attempt() -> ParAnswer:
            return await workflow.execute_activity_method(Storekeeping.par, asked, **call)

        return (await self.look_up("inventory", attempt)).standing is not None

    async def _replace(self, ordinal: int, line: OrderLine, *, asked: Decimal | None) -> None:
        step, today, wanted = f"replacement-{ordinal}-{line.line}", workflow.now().date(), used.to_replace(line)
        if asked is not None and asked != wanted:
            await self.saga.take_back(step, service_date=today)
        placed = self.state.placed(ordinal)
        # Kept before it is sent: what is corrected meanwhile is taken off what was sent.
        self.keep_order(placed.model_copy(update={"replaced": placed.replaced | {line.line: wanted}}))
        if (replacement := used.replacement_of(placed, line)) is None:
            self.saga.exempt(step, "the use was corrected")
            return
        self.opened(step, Kind.replacement)
        (entry,) = replacement.lines
        await self.saga.write(
            step,
            replacement,
            on=today,
            summary=f"asks {placed.supplier} to replace {entry.quantity.normalize():f} of {entry.item}",
            owner=Audience.supply_chain,
            quantity=entry.quantity,
            unit=entry.unit,
            item=entry.item,
            came_from=(self.from_order(placed),),
        )

    async def take_back_what_was_corrected(self, ordinal: int) -> None:
        """What did not happen as recorded is neither received nor owed; all of it is taken back, or nothing is yet."""
        for taken in used.not_given_back(self.state.placed(ordinal), self.state.withdrawn):
            number = taken.request.number
            self.enter("taking back")
            try:
                await self._until_it_is_not_billed(ordinal, taken)
            except DoneByHand:
                now = self.state.placed(ordinal)
                self.keep_order(now.model_copy(update={"by_hand": (*now.by_hand, number)}))
                continue
            if number in self.state.placed(ordinal).received:
                await self._take_the_receipt_back(ordinal, taken)
            self.keep_order(used.given_back(self.state.placed(ordinal), taken))
        await self.change_the_order(ordinal, reason="a use was corrected")

    async def _until_it_is_not_billed(self, ordinal: int, taken: PricedLine) -> None:
        placed = self.state.placed(ordinal)

        async def free() -> bool | None:
            standing = await self._in_the_book(placed)
            return True if standing is None or not used.is_billed(placed, taken, standing) else None

        number, order = taken.request.number, placed.order.number
        question = ask.already_invoiced(_step(placed, taken), order, number, self._worth(placed, taken))
        clock = Clock(look_again=self.purchasing.receiving.credit.look_again, overdue=timedelta(0))
        await self.until(free, clock=clock, question=question, subject=self._subject(placed))

    async def _take_the_receipt_back(self, ordinal: int, taken: PricedLine) -> None:
        placed = self.state.placed(ordinal)
        reversal = used.reversal_of(placed, taken)
        await self.write_to(EventType.receipt_reversed, reversal.number, as_data(reversal))

        async def gone() -> bool | None:
            standing = await self._in_the_book(placed)
            if versions.goes("reversals-are-told"):
                return True if used.is_taken_back(placed, taken, standing) else None
            return True if standing is None or not used.is_received(placed, taken, standing) else None

        number, order = taken.request.number, placed.order.number
        question = ask.still_received(_step(placed, taken), order, number, self._worth(placed, taken))
        clock = self.purchasing.receiving.credit
        await self.until(gone, clock=clock, question=question, subject=self._subject(placed))

    async def turn_down(self, why: str) -> None:
        """Goods that were used are owed for, whoever turns their order down: they stay to be ordered."""
        lines = self.state.lines
        if not all(is_used(line.request) for line in lines):
            await super().turn_down(why)
            return
        for held in self.state.held:
            await self.release(held)
        asked = to_approve(lines, self.context.currency)
        self.know(lines=(), approval=None)
        at_risk = Money(amount=asked.total, currency=asked.currency)
        try:
            await self.ask_person(ask.still_owed(lines[0].request.supplier, why, at_risk))
        except DoneByHand as done:
            self.know(rejected=self.state.rejected + 1)
            await self.drop(tuple(line.request for line in lines), f"paid for otherwise: {done.reference}")

    def unsettled(self) -> tuple[str, ...]:
        """What is left, with uses that are not accounted for."""
        gone = self.state.withdrawn
        of_used = [one for one in self.state.orders if used.is_for_used_goods(one)]
        told = (f"receipt on {one.order.number}" for one in of_used if used.not_received(one, gone))
        back = (f"correction of {one.order.number}" for one in of_used if used.not_given_back(one, gone))
        return (*super().unsettled(), *told, *back)

    async def _in_the_book(self, placed: PlacedOrder) -> OrderStanding | None:
        order = placed.order
        asked = AskOrders(facility=order.facility, supplier=order.supplier, orders=(order.number,))
        answer = await ask_store(Mailing.read, asked, summary="reads the order book")
        return next(iter(answer.orders), None)

    def _subject(self, placed: PlacedOrder) -> str:
        return f"order:{order_subject(placed.order.facility, placed.order.number)}"

    def _worth(self, placed: PlacedOrder, taken: PricedLine) -> Money:
        return worth(used.line_of(placed, taken), taken.order_quantity, placed.order.currency)


def _step(placed: PlacedOrder, taken: PricedLine) -> str:
    return f"use-{placed.ordinal}-{placed.taken.index(taken) + 1}"
