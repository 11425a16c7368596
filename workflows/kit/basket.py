"""Basket: the run of one basket as its documents change it: lines asked for and withdrawn, answers of the supplier."""

from collections.abc import Sequence

from pydantic import ValidationError
from temporalio import workflow

from activities.procuring import Procuring
from canonical.asking.procurement import AskContracts, ContractsAnswer
from canonical.documents.basket_run import BasketAmendment, BasketRun, BasketStart, PlacedOrder
from canonical.documents.contract import Contract
from canonical.documents.order import Acknowledgement, ExactLot, Order, OrderType
from canonical.documents.order_run import keeping
from canonical.documents.replenishment import (
    Request,
    RequestAnswered,
    RequestKind,
    RequestWithdrawn,
    UsageSheet,
)
from canonical.documents.work_item import Resolution
from canonical.envelope import Envelope
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.money import CENT
from canonical.purchasing.replenishing import ReplenishingPolicy
from canonical.replenishing.acknowledging import back_orders, cancelled, complete, ruled, waited_for
from canonical.replenishing.falling_short import answered
from canonical.replenishing.pricing import is_used
from canonical.run import Standing
from workflows.kit import basket_questions as ask
from workflows.kit import case_questions as of_case
from workflows.kit import versions
from workflows.kit.bookkeeper import Bookkeeper
from workflows.kit.letters import as_data
from workflows.kit.purchasing import Purchasing

OF_REQUESTS = (RequestKind.replenish,)
"""The kinds of request whose own run waits for an answer."""


class Basket(Purchasing[BasketRun]):
    """What was asked for and not ordered yet, and the orders that the basket became."""

    starts = BasketStart

    def __init__(self, start: BasketStart) -> None:
        super().__init__(start, BasketRun())
        self.saga = Bookkeeper(self, self, waits=lambda: versions.goes("confirmed-later"))

    @property
    def rules(self) -> ReplenishingPolicy:
        """The policy of replenishment."""
        return self.purchasing.replenishing

    @property
    def number(self) -> str:
        """The basket's code."""
        return self.context.name.number

    def hear(self, document: Envelope) -> None:
        """A line asked for or withdrawn, a usage sheet, or what a supplier says of an order."""
        match document.type:
            case EventType.item_requested:
                self._hear_request(Request.model_validate(document.data))
            case EventType.request_withdrawn:
                self._hear_withdrawal(RequestWithdrawn.model_validate(document.data))
            case EventType.usage_sheet_sent:
                self._hear_sheet(UsageSheet.model_validate(document.data))
            case EventType.order_ruled:
                self._hear_ruling(Order.model_validate(document.data))
            case EventType.order_acknowledged:
                said = Acknowledgement.model_validate(document.data)
                if all(one.order.number != said.order for one in self.state.orders):
                    self.aside(ask.never_ordered(said.order))
                else:
                    self.take_note([said])
        self.nudge()

    def take_note(self, said: Sequence[Acknowledgement]) -> None:
        """Keep what the supplier has said and was not known yet, in the order in which it was said."""
        known = {*self.state.seen, *map(_name, self.state.heard)}
        new = {_name(one): one for one in said if _name(one) not in known}
        heard = sorted((*self.state.heard, *new.values()), key=lambda one: (one.occurred, one.version, one.number))
        self.know(heard=tuple(heard))

    def _hear_ruling(self, ruled_on: Order) -> None:
        for placed in self.state.orders:
            if placed.order.number == ruled_on.number:
                self.keep_order(ruled(placed, ruled_on))
                self.turn()

    def _hear_sheet(self, sheet: UsageSheet) -> None:
        sheets, kept = keeping(self.state.sheets, sheet)
        self.know(sheets=sheets, surgical_case=sheet.surgical_case)
        if kept == "conflicting":
            self.aside(of_case.conflicting_sheet())

    def _hear_request(self, request: Request) -> None:
        known = next((one for one in self.state.requests if one.number == request.number), None)
        taken = any(line.request.number == request.number for one in self.state.orders for line in one.taken)
        if request.number in self.state.withdrawn or taken or (known and known.version >= request.version):
            return
        self.know(requests=(*(one for one in self.state.requests if one is not known), request))
        if is_used(request):
            self.know(surgical_case=request.surgical_case)
        self.change_mind()

    def _hear_withdrawal(self, withdrawal: RequestWithdrawn) -> None:
        number = withdrawal.number
        self.know(
            withdrawn=(*self.state.withdrawn, number),
            requests=tuple(one for one in self.state.requests if one.number != number),
        )
        for placed in self.state.orders:
            lines = tuple(line.line for line in placed.order.lines if line.requests == (number,))
            if lines and placed.order.type is not OrderType.bill_only:
                self.keep_order(cancelled(placed, lines, provided=True))
        self.change_mind()

    def change_mind(self) -> None:
        """What was priced no longer counts: tell the story again from what is asked for now."""
        if self.state.lines or self.state.orders:
            self.turn()

    def anew(self, step: str, kind: Kind) -> None:
        """Open a step, also where what it held was given back."""
        ledger = self.opened(step, kind)
        if ledger.standing is Standing.exempt:
            self.keep(ledger.model_copy(update={"standing": Standing.pending, "reason": ""}))

    def keep_order(self, placed: PlacedOrder) -> None:
        """Replace an order."""
        self.know(orders=self.state.with_order(placed))

    async def contracts(self, items: Sequence[str]) -> tuple[Contract, ...]:
        """Every contract of these items."""
        asked = AskContracts(context=self.context, items=tuple(dict.fromkeys(items)))
        call = self.call("procurement", "looks contracts up")

        async def attempt() -> ContractsAnswer:
            return await workflow.execute_activity_method(Procuring.contracts, asked, **call)

        return (await self.look_up("procurement", attempt)).contracts

    async def answer(self, requests: Sequence[Request], words: str, *, order: str = "") -> None:
        """Tell the runs of the needs what becomes of their requests."""
        for request in requests:
            if request.kind in OF_REQUESTS:
                await self.tell_the_need(answered(request, words, at=workflow.now(), order=order))

    async def tell_the_need(self, told: RequestAnswered) -> None:
        """Send an answer to the run of its need."""
        await self.write_to(EventType.request_answered, told.number, as_data(told))

    def check_amendment(self, resolution: Resolution) -> None:
        """There are three ways to go on with what a supplier does not deliver; of a use, its lot or serial."""
        try:
            amended = BasketAmendment.model_validate(resolution.correction)
        except ValidationError as wrong:
            field = str(wrong.errors()[0]["loc"][0])
            expected = "wait, cancel or re-source" if field == "remainder" else "up to 40 characters, without blanks"
            raise ValueError(f"{field}: expected {expected}") from None
        if amended.remainder is None and all(one.number != amended.request for one in self.state.requests):
            raise ValueError("request: expected the number of one that is not ordered yet")

    def amend(self, resolution: Resolution) -> None:
        """Go on with what a supplier does not deliver as a person says; the step names the order. Or order another lot."""
        amended = BasketAmendment.model_validate(resolution.correction)
        if amended.remainder is None:
            self.know(requests=tuple(_relabelled(one, amended) for one in self.state.requests))
            return
        remainder = amended.remainder
        step = resolution.item_id.rsplit(":", 2)[1]
        placed = self.state.placed(int(step.rpartition("-")[2])).model_copy(
            update={"elsewhere": remainder == "re-source"}
        )
        open_ones = tuple(line.line for line in placed.order.lines)
        if remainder == "wait":
            self.keep_order(waited_for(placed, back_orders(placed)))
            for asked in [one for one in self._overdue_at if one.startswith(f"{step}:")]:
                self._overdue_at.pop(asked)
        else:
            self.keep_order(cancelled(placed, open_ones, provided=remainder == "cancel"))

    def unsettled(self) -> tuple[str, ...]:
        """What is left to write, to order, and to hear of."""
        unanswered = (f"answer to {one.order.number}" for one in self.state.orders if not complete(one))
        return (*super().unsettled(), *(f"request {one.number}" for one in self.state.requests), *unanswered)

    def outcome(self) -> str:
        """Whether it became an order."""
        if any(not one.order.nothing_left for one in self.state.orders):
            return "ordered"
        if self.state.surgical_case is not None:
            return "taken back" if self.state.orders else "nothing to order"
        if self.state.orders:
            return "not delivered"
        return "rejected" if self.state.rejected else "withdrawn"

    def lines(self) -> list[str]:
        """The orders, then the documents."""
        orders = [
            f"- {one.order.number} from {one.supplier}: {one.order.worth.quantize(CENT):f} {one.order.currency}"
            for one in self.state.orders
        ]
        left = [f"- lines not ordered yet: {len(self.state.requests)}"] if self.state.requests else []
        return [*left, *orders, *super().lines()]


def _relabelled(request: Request, amended: BasketAmendment) -> Request:
    """The request for another lot or serial, where it is the one that is meant."""
    if request.number != amended.request:
        return request
    exact = ExactLot(lot=amended.lot, serial=amended.serial, quantity=request.quantity)
    return request.model_copy(update={"lots": (exact,)})


def _name(said: Acknowledgement) -> str:
    return f"{said.order}:{said.number}:{said.version}"
