"""Known order: the order as procurement has it, what the order book says of it, and what it still waits for."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.charges import Charges
from activities.mailing import Mailing
from activities.procuring import Procuring
from activities.stock import Stock
from canonical.asking.billing import AskChargeCode, ChargeCodeAnswer
from canonical.asking.inventory import AskKnownItem
from canonical.asking.order_book import AskOrders
from canonical.asking.procurement import AskOrder, OrderAnswer
from canonical.clock import Clock
from canonical.documents.item import Item, Tracking
from canonical.documents.order_book import OrderStanding
from canonical.documents.order_run import OrderRun
from canonical.documents.receipt import Receipt, ReceivedLot
from canonical.envelope import Envelope
from canonical.identity import order_subject
from canonical.inbound import EventType
from canonical.ladder import NO_CLOCK
from canonical.money import Money
from canonical.ports import ItemAndLot
from canonical.receiving.awaited import Awaited, Missing, awaited, worth
from canonical.receiving.standing import as_ruled, standing_of, taken_back
from canonical.start import Start
from workflows.kit import order_questions as ask
from workflows.kit import versions
from workflows.kit.calls import ask_store
from workflows.kit.heard_order import PAPERS, HeardOrder

NOTHING_IS_DUE = Clock(look_again=timedelta(hours=6), overdue=NO_CLOCK)


class KnownOrder(HeardOrder):
    """The order behind a run with what systems and the order book answer about it."""

    def __init__(self, start: Start[OrderRun]) -> None:
        super().__init__(start)
        self._book = asyncio.Lock()
        self._looks = 0
        self._outdated = True
        self._standing: OrderStanding | None = None
        self._in_the_book: OrderStanding | None = None

    @property
    def subject(self) -> str:
        """What news of this order are about."""
        return f"order:{order_subject(self.context.name.facility, self.order.number)}"

    def hear(self, document: Envelope) -> None:
        """News of the order say that invoices may have taken of it; all else the run itself tells the book."""
        if document.type == EventType.order_moved:
            self.look_anew()
        super().hear(document)

    def look_anew(self) -> None:
        """What the book said before counts no longer."""
        self._outdated = True

    async def look_up_the_order(self) -> bool | None:
        """Whether it is known: as it was heard, or else as procurement has it now, also as another facility's.

        Goods that are here already do not go there by themselves: of those a person is asked.
        """
        number = self.number
        if self.state.order is None and number is not None:
            asked = AskOrder(context=self.context, number=number)

            async def attempt() -> OrderAnswer:
                call = self.call("procurement", "the order")
                return await workflow.execute_activity_method(Procuring.order, asked, **call)

            found = (await self.look_up("procurement", attempt)).order
            if self.state.order is None and found is not None:
                if found.facility == self.context.name.facility:
                    self.know(order=found)
                elif not any(getattr(self.state, part) for part, _ in PAPERS.values()):
                    self.placed_by = found.facility
        return True if self.state.order is not None or self.placed_by else None

    async def in_the_book(self) -> OrderStanding:
        """The order with what invoices took of it, once the book knows how it stands.

        The book is told by one at a time: of two tellings under way the older one could be the last to arrive.
        """
        looks = self._looks
        async with self._book:
            if self.one_look:
                # Beforehand: news that come meanwhile may be later than the answer.
                outdated, self._outdated = self._outdated, False
                if (told := await self._tell_the_book()) is not None:
                    self._standing = told
                elif outdated or self._standing is None:
                    self._standing = await self._read_the_book()
            # One look serves all who asked before it began.
            elif self._standing is None or self._looks == looks:
                self._looks, self._standing = self._looks + 1, None
                await self._tell_the_book()
                self._standing = await self._read_the_book()
            return self._standing

    async def _tell_the_book(self) -> OrderStanding | None:
        """Tell it how the order stands; answers what it then knows of it, nothing where it knew that already."""
        standing = standing_of(
            as_ruled(self.order, self.state),
            self.state,
            facility=self.context.name.facility,
            procurement=self.context.leg("procurement").system,
        )
        if self.state.reversals and versions.goes("reversals-are-told"):
            standing = standing.model_copy(update={"reversed": taken_back(self.state)})
        if standing == self._in_the_book:
            return None
        told = await ask_store(Mailing.tell, standing, summary="tells the order book")
        self._in_the_book = standing
        if told.version > self.state.told:
            await self.write_to(EventType.order_moved, self.subject.partition(":")[2], {"order": self.order.number})
            self.know(told=told.version)
        return told.standing

    async def _read_the_book(self) -> OrderStanding:
        facility, order = self.context.name.facility, self.order
        asked = AskOrders(facility=facility, supplier=order.supplier, orders=(order.number,))
        return (await ask_store(Mailing.read, asked, summary="reads the order book")).orders[0]

    async def awaited(self) -> tuple[Awaited, ...]:
        """What is still missing; nothing once every line is closed."""
        missing = awaited(await self.in_the_book())
        if missing:
            self.enter(f"awaiting {missing[-1].what}")
        self.open_lines = tuple(sorted({line for one in missing for line in one.lines}))
        return missing

    async def until_missing(self, what: Missing) -> None:
        """Wait until this is missing, or every line is closed."""

        async def so_it_is() -> bool | None:
            missing = await self.awaited()
            return True if not missing or what in [one.what for one in missing] else None

        question = ask.not_missing(self.order.number, what)
        await self.until(so_it_is, clock=NOTHING_IS_DUE, question=question, subject=self.subject)

    def worth(self, order_line: int, quantity: Decimal) -> Money:
        """What so many order units of a line come to."""
        line = self.order.line(order_line)
        if line is None:
            return Money(amount=Decimal(0), currency=self.order.currency)
        return worth(line, quantity, self.order.currency)

    async def item(self, item: str, *, location: str) -> Item | None:
        """The item as inventory knows it now."""
        asked = AskKnownItem(context=self.context, location=location, item=item)

        async def attempt() -> ItemAndLot:
            return await workflow.execute_activity_method(Stock.known, asked, **self.call("inventory", "the item"))

        return (await self.look_up("inventory", attempt)).item

    async def check_readiness(self, receipt: Receipt) -> None:
        """Whether what came could be charged once it is used; people are told where not, and nothing waits for it."""
        if receipt.number in self.state.checked or not receipt.moves_stock:
            return
        for name in dict.fromkeys(line.item for line in receipt.lines if line.accepted > 0):
            try:
                await self._check_item(name, receipt)
            except ActivityError as failure:
                if is_cancelled_exception(failure):
                    raise
                self.aside(ask.not_checked(name))
        self.know(checked=(*self.state.checked, receipt.number))
        self.nudge()

    async def _check_item(self, name: str, receipt: Receipt) -> None:
        asked = AskKnownItem(context=self.context, location=receipt.location, item=name)
        known: ItemAndLot = await workflow.execute_activity_method(
            Stock.known, asked, **self.call("inventory", f"item {name}")
        )
        item = known.item
        if item is None:
            self.aside(ask.unknown_item(name))
            return
        if item.tracking is Tracking.none:
            return
        taken = self.state.taking(receipt.number)
        if taken is not None and taken.unfit and name not in [line.item for line in taken.lines]:
            return
        lots = [lot for line in (taken.lines if taken else receipt.lines) if line.item == name for lot in line.lots]
        if (missing := identifiers_missing(lots, item.tracking)) != "":
            self.aside(ask.identifiers_missing(name, receipt.number, missing))
        if not await self._has_charge_code(name, receipt.received_on):
            self.aside(ask.no_charge_code(name))

    async def _has_charge_code(self, item: str, on: date) -> bool:
        asked = AskChargeCode(context=self.context, item=item, on=on)
        answer: ChargeCodeAnswer = await workflow.execute_activity_method(
            Charges.code, asked, **self.call("billing", f"charge code of {item}")
        )
        return answer.code is not None


def identifiers_missing(lots: list[ReceivedLot], tracking: Tracking) -> str:
    """What the tracking class demands and a lot does not have, in words; nothing where all is there."""
    if tracking is Tracking.serial:
        return "serial" if not lots or any(lot.serial is None for lot in lots) else ""
    if not lots or any(lot.lot is None for lot in lots):
        return "lot"
    return "expiry" if tracking is Tracking.lot_expiry and any(lot.expires is None for lot in lots) else ""
