"""receipt-to-invoice: what was ordered comes, is posted and put on the shelf, goes back, and is billed, line by line."""

# long because the story of one order is told in one place, document by document.
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from temporalio import workflow

from canonical.documents.order import OrderChange
from canonical.documents.order_run import OrderRun, Taken
from canonical.documents.posting import ReturnRequest
from canonical.documents.receipt import GoodsReturn, Receipt, ShipNotice
from canonical.errors import Audience
from canonical.identity import FIRST_STAGE
from canonical.kinds import Kind
from canonical.receiving.standing import (
    as_ruled,
    authorisation_step,
    change_step,
    claim_step,
    lots_step,
    out_step,
    receipt_step,
    return_step,
)
from canonical.start import Start
from workflows.kit import order_postings as postings
from workflows.kit import order_questions as ask
from workflows.kit import versions
from workflows.kit.awaited_order import AwaitedOrder
from workflows.kit.posted_order import UNTIL_THE_DAY
from workflows.kit.refilled_goods import RefilledGoods
from workflows.kit.run import Run
from workflows.kit.turns import joined, to_the_end


@workflow.defn(name="receipt-to-invoice")
class ReceiptToInvoice(Run):
    """One run of one order."""

    @workflow.init
    def __init__(self, start: Start[OrderRun]) -> None:
        self.process: Story = Story(start)

    @workflow.run
    async def run(self, start: Start[OrderRun]) -> OrderRun:
        """Tell the story to its end; the closing state is what a later run of the same order starts from."""
        await self.process.carry_through(self.process.receipt_to_invoice)
        return self.process.state


class Story(AwaitedOrder, RefilledGoods):
    """One order: its receipts and returns side by side, and meanwhile what is missing until every line is closed."""

    async def receipt_to_invoice(self) -> None:
        """The process as the business tells it."""
        if self.is_a_refill and versions.goes("refills-need-no-order"):
            await self.take_in_the_refill()
            return
        self.joins = True
        await self.hear_of_the_order()
        if self.state.moved_to:
            await self.move_everything()
            return
        if self.placed_by:
            await self.leave_it_to_its_facility()
            return
        await self.move_what_belongs_elsewhere()
        self.enter("receiving")
        await self.change_the_order()
        await joined(self.what_there_is_to_do)
        self.joins = False
        await self.see_every_line_closed()

    def what_there_is_to_do(self) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
        """Receipts and returns side by side, also those that come meanwhile, and an eye on what is missing."""
        checks = {f"ready {one.number}": partial(self.check_readiness, one) for one in self.state.receipts}
        notices = {f"notice {one.number}": partial(self.receive_by_notice, one) for one in self.state.notices}
        receipts = {f"receipt {number}": partial(self.work_off_the_receipt, number) for number in self.receipts()}
        returns = {f"return {number}": partial(self.work_off_the_return, number) for number in self.goods_going_back()}
        lines = {"lines": self.see_every_line_closed}
        work: dict[str, Callable[[], Awaitable[None]]] = {**notices, **receipts, **returns, **checks, **lines}
        return {name: self.by_itself(name, do) for name, do in work.items()}

    async def hear_of_the_order(self) -> None:
        """Goods may come before their order, for another than they name, or without one."""
        if self.state.moved_to:
            return
        self.enter(FIRST_STAGE)
        clock = self.purchasing.receiving.order if self.number is not None else self.purchasing.receiving.stray
        question = ask.no_order(self.number, self.in_hand())
        await self.until(self.look_up_the_order, clock=clock, question=question)

    async def change_the_order(self) -> None:
        """What people ruled about the order itself is written into procurement: short-closed, or more accepted."""
        async with self.changing:
            self.give_up_older_changes()
            ruled = as_ruled(self.order, self.state)
            if ruled == self.order:
                return
            changed = ruled.model_copy(update={"version": self.order.version + 1})
            today = workflow.now().date()
            await self.put(
                change_step(changed.version),
                Kind.order_change,
                OrderChange(order=changed.outside, on=today, reason="as people ruled about what came, or did not come"),
                on=today,
                summary=f"changes order {changed.number} to revision {changed.version}",
                owner=Audience.buyer,
            )
            await self.tell_of_the_change(changed)
            self.know(order=changed)

    async def receive_by_notice(self, notice: ShipNotice) -> None:
        """Where the facility receives by notice, what was announced counts as received on its day."""
        if not self.purchasing.receiving.receive_by_notice or self.is_received(notice):
            return

        async def come() -> bool | None:
            return True if workflow.now().date() >= notice.expected_on else None

        await self.until(come, clock=UNTIL_THE_DAY, question=ask.not_come(notice.number))
        receipt = postings.as_announced(notice, self.order)
        if receipt is not None and not self.is_received(notice):
            self.know(receipts=(*self.state.receipts, receipt))

    async def work_off_the_receipt(self, number: str) -> None:
        """Take back what no longer holds of a receipt, then register and accrue what came."""
        await self.take_back_a_receipt(number)
        receipt = self.state.receipt(number)
        if self.state.is_reversed(number):
            self.exempt(receipt_step(number), Kind.receipt, "reversed")
        elif receipt is not None:
            await self.take_in(receipt)
        on = receipt.received_on if receipt is not None else workflow.now().date()
        await self.look_once_more_at((claim_step(number), lots_step(number), receipt_step(number)), on=on)
        await self.in_the_book()

    async def take_in(self, receipt: Receipt) -> None:
        """What was refused is claimed; of what was accepted stock first, then the accrual."""
        taken = await self.take(receipt)
        await self.claim_what_was_refused(receipt, taken)
        if not taken.lines:
            self.exempt(receipt_step(receipt.number), Kind.receipt, "nothing was accepted")
            return
        await self.change_the_order()
        await self.register_the_lots(receipt, taken)
        await self.accrue(receipt, taken)

    async def take_back_a_receipt(self, number: str) -> None:
        """A receipt that was reversed, changed or moved is taken back, unless it was billed: then a credit comes first."""
        taken = self.state.taking(number)
        if taken is None or self.state.holds(taken):
            return
        await self.until_no_invoice_is_in_the_way(taken)
        await to_the_end(self.take_back(taken, (receipt_step(number), lots_step(number), claim_step(number))))
        self.know(taken=tuple(one for one in self.state.taken if one.number != number))
        self.nudge()

    async def claim_what_was_refused(self, receipt: Receipt, taken: Taken) -> None:
        """Nothing is posted for what was refused: people are told, and the supplier is asked to credit it."""
        refused = self.refused_of(receipt, taken)
        for line in refused:
            at_risk, found = self.worth_of_refused(receipt, line), line in taken.unfit
            self.aside(ask.refused_goods(receipt.number, line, at_risk, found=found))
        if refused and self.purchasing.receiving.claim_refused and self.has_a_supplier:
            await self.put(
                claim_step(receipt.number),
                Kind.return_request,
                ReturnRequest(
                    goods_return=postings.claim(receipt, refused, supplier=self.order.supplier, order=self.order)
                ),
                on=receipt.received_on,
                summary=f"claims what was refused of receipt {receipt.number}",
                owner=Audience.buyer,
                paper=receipt,
            )

    async def register_the_lots(self, receipt: Receipt, taken: Taken) -> None:
        """What came goes on the shelf by lot, with whose it is; bill-only goods were used before they were ordered."""
        if receipt.moves_stock:
            await self.put(
                lots_step(receipt.number),
                Kind.lots_in,
                postings.lots_in(receipt, taken, order=self.order),
                on=receipt.received_on,
                summary=f"registers what came with receipt {receipt.number} at {receipt.location}",
                owner=Audience.supply_chain,
                paper=receipt,
                taken=taken,
            )

    async def accrue(self, receipt: Receipt, taken: Taken) -> None:
        """The receipt makes the accrual, and relieves the commitment where the facility does so at receipt (rule 12)."""
        await self.put(
            receipt_step(receipt.number),
            Kind.receipt,
            postings.accrual(receipt, taken, order=self.order, relief=self.purchasing.receiving.relief),
            on=receipt.received_on,
            summary=f"accrues receipt {receipt.number} of order {self.order.number}",
            owner=Audience.receiving,
            paper=receipt,
            taken=taken,
            amount=self.worth_of(taken),
        )

    async def work_off_the_return(self, number: str) -> None:
        """Take back what no longer holds of a return, then send back what the supplier allows."""
        await self.take_back_a_return(number)
        back = self.state.goods_return(number)
        if back is not None:
            await self.send_back(back)
        on = back.returned_on if back is not None else workflow.now().date()
        await self.look_once_more_at((authorisation_step(number), out_step(number), return_step(number)), on=on)
        await self.in_the_book()

    async def send_back(self, back: GoodsReturn) -> None:
        """Once allowed, goods leave the shelf, and the ERP takes out what was received; of what was billed a credit is due."""
        taken = await self.take_return(back)
        if not taken.lines:
            self.exempt(return_step(back.number), Kind.goods_return, "nothing goes back")
            return
        back = back.model_copy(update={"authorisation": await self.authorisation(back, taken)})
        await self.take_off_the_shelf(back, taken)
        await self.post_the_return(back, taken)

    async def take_back_a_return(self, number: str) -> None:
        """A return that was changed or moved is taken back first."""
        taken = self.state.returning(number)
        if taken is None or self.state.goes_back(taken):
            return
        await to_the_end(self.take_back(taken, (return_step(number), out_step(number), authorisation_step(number))))
        self.know(returned=tuple(one for one in self.state.returned if one.number != number))
        self.nudge()

    async def authorisation(self, back: GoodsReturn, taken: Taken) -> str:
        """What the supplier allows the return under, where the facility sends nothing back without."""
        if back.authorisation or not self.purchasing.receiving.authorise_returns:
            return back.authorisation
        await self.ask_to_return(back)

        async def answered() -> GoodsReturn | None:
            return self.answer_to(back.number)

        at_risk, clock = self.worth_of(taken), self.purchasing.receiving.authorisation
        while True:
            question = ask.not_authorised(back.number, at_risk)
            answer = await self.until(answered, clock=clock, question=question)
            if answer.authorisation:
                return answer.authorisation
            await self.ask_person(ask.not_allowed(back.number, answer.reason, at_risk))

    async def ask_to_return(self, back: GoodsReturn) -> None:
        """Ask the supplier for the authorisation of a return."""
        if self.has_a_supplier and self.answer_to(back.number) is None:
            await self.put(
                authorisation_step(back.number),
                Kind.return_request,
                ReturnRequest(goods_return=back.model_copy(update={"order": self.order.number})),
                on=back.returned_on,
                summary=f"asks {back.supplier} to allow return {back.number}",
                owner=Audience.buyer,
                paper=back,
            )

    async def take_off_the_shelf(self, back: GoodsReturn, taken: Taken) -> None:
        """What goes back leaves its location, by lot; bill-only goods were never there."""
        receipt = self.state.receipt(back.receipt or "")
        if receipt is None or receipt.moves_stock:
            await self.put(
                out_step(back.number),
                Kind.lots_out,
                postings.lots_out(back, taken, order=self.order),
                on=back.returned_on,
                summary=f"takes return {back.number} off the shelf at {back.location}",
                owner=Audience.supply_chain,
                paper=back,
                taken=taken,
            )

    async def post_the_return(self, back: GoodsReturn, taken: Taken) -> None:
        """The ERP takes out what was received, and the commitment is open again as far as goods are still wanted."""
        await self.put(
            return_step(back.number),
            Kind.goods_return,
            postings.return_posting(back, taken, order=self.order, relief=self.purchasing.receiving.relief),
            on=back.returned_on,
            summary=f"posts return {back.number} of order {self.order.number}",
            owner=Audience.buyer,
            paper=back,
            taken=taken,
            amount=self.worth_of(taken),
        )

    async def see_every_line_closed(self) -> None:
        """Wait for goods, invoices and credits, each against its own clock, until every line is closed (rule 15)."""
        await self.until_every_line_is_closed()
