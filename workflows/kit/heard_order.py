"""Heard order: what a run has heard of one order, its goods and its returns, and what people ruled about them."""

from decimal import Decimal

from pydantic import ValidationError

from canonical.documents.document import Document
from canonical.documents.order import Acknowledgement, Order
from canonical.documents.order_run import OrderAmendment, OrderRun, keeping, placed_alike
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptReversal, ShipNotice
from canonical.documents.work_item import Resolution
from canonical.envelope import Envelope
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.receiving.counting import wanted
from canonical.receiving.standing import change_step, receipt_step, return_step
from canonical.run import Standing
from canonical.start import Start
from canonical.unfit import said_of
from workflows.kit import order_questions as ask
from workflows.kit.purchasing import Purchasing

PAPERS: dict[str, tuple[str, type[Document]]] = {
    EventType.goods_shipped: ("notices", ShipNotice),
    EventType.goods_received: ("receipts", Receipt),
    EventType.receipt_reversed: ("reversals", ReceiptReversal),
    EventType.goods_returned: ("returns", GoodsReturn),
    EventType.return_authorised: ("authorised", GoodsReturn),
    EventType.order_acknowledged: ("acknowledgements", Acknowledgement),
}
"""What is kept of each event that concerns goods, and its form."""


class HeardOrder(Purchasing[OrderRun]):
    """The order behind a run: whatever comes first, each document once, and the newest version of each."""

    starts = Start[OrderRun]

    def __init__(self, start: Start[OrderRun]) -> None:
        super().__init__(start, OrderRun())
        self.open_lines: tuple[int, ...] = ()
        self.joins = True
        self.placed_by = ""

    @property
    def order(self) -> Order:
        """The order as it now counts."""
        if self.state.order is None:
            raise RuntimeError("the order is asked for before it was heard")
        return self.state.order

    @property
    def number(self) -> str | None:
        """The order's number; none where a document came without one."""
        name = self.context.name
        return name.number if name.source == "order" else None

    def hear(self, document: Envelope) -> None:
        """Documents change what is to be done; news of the order say to look into the book again."""
        match document.type:
            case EventType.order_placed | EventType.order_changed:
                self._hear_order(Order.model_validate(document.data))
            case paper if paper in PAPERS:
                part, form = PAPERS[paper]
                self._hear_paper(part, form.model_validate(document.data))
        self.nudge()

    def _hear_order(self, heard: Order) -> None:
        known = self.state.order
        if known is None or heard.version > known.version:
            self.know(order=heard, moved_to="")
            if known is not None or not self.joins:
                self.turn()
        elif heard.version == known.version and not placed_alike(heard, known):
            self.aside(ask.conflicting(f"order {heard.number}"))

    def _hear_paper(self, part: str, heard: Document) -> None:
        """A new document joins what is done for the others; what it changes about them is told anew."""
        papers, kept = keeping(getattr(self.state, part), heard)
        if kept == "conflicting":
            self.aside(ask.conflicting(f"{part.removesuffix('s')} {heard.number}"))
        if kept != "new":
            return
        joins = self.joins and len(papers) > len(getattr(self.state, part))
        moved = any(step.partition("-line.")[2] == heard.number for step in self.state.elsewhere)
        takes_back = part == "reversals" and self.state.receipt(heard.number) is not None
        self.know(**{part: papers})
        if not joins or moved or takes_back or self._replaces_a_notice(heard):
            self.turn()

    def _replaces_a_notice(self, heard: Document) -> bool:
        """Whether goods counted as they were announced, and now count as they were received."""
        if not isinstance(heard, Receipt) or heard.ship_notice in ("", heard.number):
            return False
        by_notice = (heard.ship_notice, heard.ship_notice)
        left = tuple(one for one in self.state.receipts if (one.number, one.ship_notice) != by_notice)
        replaced = len(left) < len(self.state.receipts)
        self.know(receipts=left)
        return replaced

    def check_amendment(self, resolution: Resolution) -> None:
        """Each corrected field has its type, and names what there is."""
        try:
            amended = OrderAmendment.model_validate(resolution.correction)
        except ValidationError as wrong:
            raise ValueError(said_of(wrong)) from None
        if amended.order is not None and amended.order == self.number:
            raise ValueError("order: that is the order it is filed under")
        order = self.state.order
        for field, line in (("order_line", amended.order_line), ("short_close", amended.short_close)):
            if line is not None and (order is None or order.line(line) is None):
                raise ValueError(f"{field}: the order has no such line")

    def amend(self, resolution: Resolution) -> None:
        """Take in what a person ruled: about a line of a receipt or return, the order it belongs to, or what is awaited."""
        amended = OrderAmendment.model_validate(resolution.correction)
        step = self.step_of(resolution)
        if amended.short_close is not None:
            self.know(short_closed=(*self.state.short_closed, amended.short_close))
        elif amended.authorisation is not None:
            self._authorise(step.partition(".")[2], amended.authorisation)
        elif amended.order is not None and step == "order":
            self.know(moved_to=amended.order)
        elif amended.order is not None:
            self.know(elsewhere=self.state.elsewhere | {step.rpartition(".")[0]: amended.order})
        else:
            changes = amended.model_dump(exclude_none=True, include={"order_line", "unit_factor", "over"})
            ruled = self.state.ruling(step).model_copy(update=changes)
            self.know(rulings=(*(one for one in self.state.rulings if one.step != step), ruled))

    def step_of(self, resolution: Resolution) -> str:
        """The step that a decision is about."""
        return resolution.item_id.removeprefix(f"{self.context.workflow_id}:").rpartition(":")[0]

    def _authorise(self, number: str, authorisation: str) -> None:
        back = next(one for one in self.state.returns if one.number == number)
        answer = back.model_copy(update={"authorisation": authorisation})
        others = tuple(one for one in self.state.authorised if one.number != number)
        self.know(authorised=(*others, answer))

    def received(self) -> dict[int, Decimal]:
        """What was taken so far of each order line, less what went back."""
        came = [one for one in self.state.taken if self.state.holds(one)]
        went = [one for one in self.state.returned if self.state.goes_back(one)]
        lines = [line.line for line in self.order.lines]
        return {
            line: sum((one.of(line) for one in came), Decimal(0)) - sum((one.of(line) for one in went), Decimal(0))
            for line in lines
        }

    def room(self, line: int) -> Decimal:
        """How much of an order line may still come, with what policy lets come beyond it."""
        ordered = self.order.line(line)
        if ordered is None:
            return Decimal(0)
        most = wanted(ordered) * (1 + self.purchasing.receiving.over / 100)
        return max(most - self.received()[line], Decimal(0))

    def outcome(self) -> str:
        """How the run ends, in a word."""
        return "moved" if self.state.moved_to or self.placed_by else "closed"

    def unsettled(self) -> tuple[str, ...]:
        """The ledgers in which something is left to do, documents that were not worked off, and lines that are open."""
        if self.state.moved_to or self.placed_by:
            return ()
        begun = super().unsettled()
        receipts = tuple(receipt_step(one.number) for one in self.state.receipts)
        returns = tuple(return_step(one.number) for one in self.state.returns)
        not_begun = tuple(step for step in (*receipts, *returns) if self.state.ledger(step) is None)
        lines = ("order",) if self.state.order is None else tuple(f"line {line}" for line in self.open_lines)
        return (*begun, *not_begun, *lines)

    def give_up_older_changes(self) -> None:
        """A revision that the order has reached by another way is not written any more."""
        for ledger in self.state.of_kind(Kind.order_change):
            if ledger.standing is Standing.pending and ledger.step != change_step(self.order.version + 1):
                self.keep(ledger.model_copy(update={"standing": Standing.exempt, "reason": "changed by others"}))
