"""Posted order: how the run of an order writes what came and went into the books of others, and takes it back."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, timedelta
from functools import partial
from typing import Any

from temporalio import workflow

from canonical.asking.writing import CameFrom
from canonical.clock import Clock
from canonical.documents.document import Document
from canonical.documents.order import Order, OrderChange
from canonical.documents.order_run import OrderRun, Taken
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptLine, ShipNotice
from canonical.errors import Audience
from canonical.identity import basket_of_order
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.ladder import NO_CLOCK
from canonical.model import Frozen
from canonical.money import Money
from canonical.receiving.standing import as_told, receipt_step, told_step
from canonical.run import Standing
from canonical.start import Start
from workflows.kit import order_questions as ask
from workflows.kit import versions
from workflows.kit.counted_goods import CountedGoods
from workflows.kit.letters import as_data
from workflows.kit.origins import order_known, receipt_known, return_known
from workflows.kit.turns import DoneByHand

UNTIL_THE_DAY = Clock(look_again=timedelta(hours=1), overdue=NO_CLOCK)


class PostedOrder(CountedGoods):
    """An order's run with its pen."""

    def __init__(self, start: Start[OrderRun]) -> None:
        super().__init__(start)
        self.changing = asyncio.Lock()

    @property
    def has_a_supplier(self) -> bool:
        """Whether the facility reaches suppliers through the engine."""
        return any(leg.domain == "supplier" for leg in self.context.route)

    def by_itself(self, name: str, do: Callable[[], Awaitable[None]]) -> Callable[[], Coroutine[Any, Any, None]]:
        """The work such that what goes wrong in it is asked about, and stops nothing beside it."""
        return partial(self.insist, do, step=name, question=partial(ask.not_worked_off, name))

    async def put(
        self,
        step: str,
        kind: Kind,
        document: Frozen,
        *,
        on: date,
        summary: str,
        owner: Audience,
        paper: Document | None = None,
        taken: Taken | None = None,
        amount: Money | None = None,
    ) -> None:
        """Write a document of the step once.

        `paper` is what it comes from; of `taken` effects record the quantity, where it is of one item.
        """
        self.opened(step, kind)
        one = taken.lines[0] if taken is not None and len(taken.lines) == 1 else None
        await self.saga.write(
            step,
            document,
            on=on,
            summary=summary,
            owner=owner,
            amount=amount,
            quantity=one.base if one is not None else None,
            unit=one.unit if one is not None else None,
            item=one.item if one is not None else None,
            came_from=self._came_from(paper, taken),
        )
        # What was written may change what is missing.
        self.nudge()

    async def tell_of_the_change(self, changed: Order) -> None:
        """The supplier brings no more of what people closed, and the basket that ordered it expects no more of it.

        What a buyer ordered in procurement, procurement tells of itself.
        """
        if basket_of_order(changed.facility, changed.number) is None or not versions.goes("changes-are-told"):
            return
        open_ones = {one.line for one in self.order.lines if not one.closed}
        if self.has_a_supplier and any(one.closed and one.line in open_ones for one in changed.lines):
            told, today = as_told(changed, self.state).outside, workflow.now().date()
            await self.put(
                told_step(changed.version),
                Kind.sent_change,
                OrderChange(order=told, on=today, reason="no more is awaited of what was closed"),
                on=today,
                summary=f"tells {changed.supplier} of revision {changed.version} of order {changed.number}",
                owner=Audience.buyer,
            )
        await self.write_to(EventType.order_ruled, changed.number, as_data(changed))

    async def take_back(self, taken: Taken, steps: tuple[str, ...]) -> None:
        """Take back what was written, in this order; what a person did by hand only a person can take back."""
        for step in steps:
            ledger = self.state.ledger(step)
            if ledger is None or ledger.standing is Standing.exempt:
                continue
            if ledger.standing is Standing.by_hand:
                self.aside(ask.by_hand_stands(step, ledger.reference))
            await self.saga.take_back(step, service_date=taken.on)

    async def until_no_invoice_is_in_the_way(self, taken: Taken) -> None:
        """A receipt that was billed is taken back only once a credit has come; a person may do it by hand before."""
        step = receipt_step(taken.number)
        ledger = self.state.ledger(step)
        if ledger is None or not ledger.expected:
            return

        async def free() -> bool | None:
            self.look_anew()
            standing = await self.in_the_book()
            lines = [one for one in standing.lines if one.line.line in taken.order_lines]
            return (
                True if all(one.line.match != "receipts" or one.received_not_invoiced >= 0 for one in lines) else None
            )

        clock = self.purchasing.receiving.credit.model_copy(update={"overdue": timedelta(0)})
        question = ask.already_invoiced(taken.number, self.worth_of(taken))
        try:
            await self.until(free, clock=clock, question=question, subject=self.subject)
        except DoneByHand as done:
            self.exempt(step, Kind.receipt, f"taken back by hand: {done.reference}")

    async def look_once_more_at(self, steps: tuple[str, ...], *, on: date) -> None:
        """Where an outcome was uncertain, nothing may arrive any more that nobody answers for."""
        for step in steps:
            ledger = self.state.ledger(step)
            if ledger is not None and ledger.uncertain:
                await self.saga.look_once_more(step, service_date=on)

    def exempt(self, step: str, kind: Kind, reason: str) -> None:
        """Nothing is to be posted in this step, for a reason; the first one counts."""
        if self.opened(step, kind).standing is not Standing.exempt:
            self.saga.exempt(step, reason)

    def worth_of(self, taken: Taken) -> Money:
        """What a receipt or return comes to at the order's price."""
        amounts = [self.worth(line, taken.of(line)) for line in taken.order_lines]
        return sum(amounts[1:], amounts[0])

    def worth_of_refused(self, receipt: Receipt, line: ReceiptLine) -> Money | None:
        """What refused goods come to, where they were ordered so and counted as ordered."""
        ordered = self.ordered("receipt", receipt.number, line)
        return self.worth(ordered.line, line.refused) if ordered is not None and ordered.unit == line.unit else None

    def answer_to(self, number: str) -> GoodsReturn | None:
        """What the supplier has answered to the request of a return."""
        return next((one for one in self.state.authorised if one.number == number), None)

    def receipts(self) -> tuple[str, ...]:
        """The receipts that came, and those that were taken and are not here any more."""
        came = [one.number for one in self.state.receipts]
        return tuple(dict.fromkeys([*came, *(one.number for one in self.state.taken)]))

    def goods_going_back(self) -> tuple[str, ...]:
        """The returns that came, and those that were taken and are not here any more."""
        going = [one.number for one in self.state.returns]
        return tuple(dict.fromkeys([*going, *(one.number for one in self.state.returned)]))

    def is_received(self, notice: ShipNotice) -> bool:
        """Whether a receipt of what was announced is here."""
        return any(notice.number in (one.number, one.ship_notice) for one in self.state.receipts)

    def _came_from(self, paper: Document | None, taken: Taken | None) -> tuple[CameFrom, ...]:
        """The order, line by line of what was taken, and the paper with which it came or goes."""
        number = self.order.number
        if paper is None:
            return (order_known(number),)
        came = isinstance(paper, Receipt)
        moved = "received" if came else "sent back"
        lines = taken.lines if taken is not None else ()
        parts = dict.fromkeys(
            order_known(number, f"line {one.order_line} {moved} as line {one.line}") for one in lines
        ) or (order_known(number),)
        return (*parts, receipt_known(paper.number) if came else return_known(paper.number))
