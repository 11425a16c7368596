"""Acts of purchasing that write into Tryton, each with the way back of it that a process really goes; for faults to strike."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from canonical.documents.replenishment import SpareStock
from canonical.documents.work_item import Decision
from canonical.identity import RunName, wire_key
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.matching.policy import MatchPolicy, Rule
from canonical.purchasing.paying import PayingPolicy
from tests.connectors.stock import lot, lots_in
from tests.support.orders import a_reversal
from tests.support.real_trade import COST_CENTRE, PLACE
from tests.support.replenishing import requested
from tests.support.trading import Trading
from tests.support.trouble import Trouble, refusal

SHIPMENT, INVOICE = "model.stock.shipment", "model.account.invoice"


class Act(ABC):
    """`writes` and `undoes` are Tryton's calls, in the order in which they come; `done` and `undone` what is then counted.

    `gives_up`: the way back is a run that is abandoned; what it had doubted it names to a person all the same.
    """

    writes: ClassVar[Sequence[str]]
    undoes: ClassVar[Sequence[str]] = ()
    done: ClassVar[Any]
    undone: ClassVar[Any] = None
    gives_up: ClassVar[bool] = False

    def __init__(self, trading: Trading) -> None:
        self.trading = trading
        self.house, self.books = trading.house, trading.books

    async def prepare(self) -> None:
        """What stands before, and is in no trouble."""
        self.order = await self.trading.bought()

    @abstractmethod
    async def do(self) -> RunName:
        """The act; answers the run that writes."""

    async def undo(self) -> RunName:
        """The way back; answers the run that goes it."""
        raise NotImplementedError

    @abstractmethod
    async def counted(self) -> Any:
        """What Tryton's own books say."""


class Ordering(Act):
    """An order is made that its supplier does not take, and given up."""

    writes = ("model.purchase.purchase.create",)
    undoes = ("model.purchase.amendment.create",)
    done, undone = [("processing", Decimal(2))], [("done", Decimal(0))]
    gives_up = True

    async def prepare(self) -> None:
        Trouble(self.house.supplier.orders, "post").before(refusal())

    async def do(self) -> RunName:
        self.basket = await asked_for(self.trading)
        [self.listed] = await self.house.items()
        return self.basket

    async def undo(self) -> RunName:
        await self.house.resolve(self.listed.item.item_id, Decision.abandon)
        await self.house.closed(self.basket)
        return self.basket

    async def counted(self) -> Any:
        return await self.books.ordered()


class Changing(Act):
    """The supplier takes one box of two."""

    writes = ("model.purchase.amendment.create",)
    done = ([("processing", Decimal(1))], 1, Decimal(10))

    async def prepare(self) -> None:
        self.basket = await asked_for(self.trading)
        self.order = await self.trading.is_sent()

    async def do(self) -> RunName:
        await self.trading.is_answered(self.order, boxes="1")
        await self.house.closed(self.basket)
        return self.basket

    async def counted(self) -> Any:
        return await self.books.ordered(), await self.books.amendments(), await self.books.awaited()


class Receiving(Act):
    """Goods come and are put away, and then it is said that they did not come."""

    writes = (f"{SHIPMENT}.internal.create", f"{SHIPMENT}.in.create")
    undoes = (f"{SHIPMENT}.in.cancel", f"{SHIPMENT}.internal.cancel")
    done, undone = (Decimal(12), Decimal(12), Decimal(8)), (Decimal(0), Decimal(0), Decimal(20))

    async def do(self) -> RunName:
        self.receipt = await self.trading.comes(self.order, 12, "L1")
        await self.trading.has_kept(self.order, "1.2")
        return self.trading.run_of(self.order)

    async def undo(self) -> RunName:
        await self.house.tell(EventType.receipt_reversed, a_reversal(self.receipt))
        await self.trading.has_kept(self.order, "0")
        return self.trading.run_of(self.order)

    async def counted(self) -> Any:
        return await self.books.on_hand(at=PLACE), await self.books.on_hand(), await self.books.awaited()


class SendingBack(Act):
    """A part goes back; then it is said that it was less."""

    writes = (f"{SHIPMENT}.internal.create", f"{SHIPMENT}.in.return.create")
    undoes = (f"{SHIPMENT}.in.return.cancel", f"{SHIPMENT}.internal.cancel")
    done, undone = (Decimal(10), Decimal(10)), (Decimal(16), Decimal(16))

    async def prepare(self) -> None:
        await super().prepare()
        await self.trading.comes(self.order, 20, "L1")
        await self.trading.has_kept(self.order, "2")

    async def do(self) -> RunName:
        return await self._goes_back(10, kept="1")

    async def undo(self) -> RunName:
        return await self._goes_back(4, kept="1.6", version=2)

    async def counted(self) -> Any:
        return await self.books.on_hand(at=PLACE), await self.books.on_hand()

    async def _goes_back(self, each: int, *, kept: str, **changes: Any) -> RunName:
        back = self.trading.goods_return(self.order, each, "L1", **changes)
        await self.house.tell(EventType.goods_returned, back)
        await self.trading.has_kept(self.order, kept)
        return self.trading.run_of(self.order)


class Moving(Act):
    """Goods come from another place; what is to come from a second one cannot, and the need is given up."""

    writes = (f"{SHIPMENT}.internal.create",)
    undoes = (f"{SHIPMENT}.internal.cancel",)
    done, undone = (Decimal(7), Decimal(23)), (Decimal(0), Decimal(30))
    gives_up = True

    async def prepare(self) -> None:
        stock = lots_in(self.trading.goods.item, lot("L1", 30), location="OR-2")
        key = wire_key(f"the other shelf of {self.trading.goods.item}")
        await self.house.procurement.books()[Kind.lots_in].post(stock, wire_key=key)

    async def do(self) -> RunName:
        places = (("OR-2", 7), ("NOWHERE", 5))
        spare = tuple(SpareStock(location=place, quantity=Decimal(quantity)) for place, quantity in places)
        self.need = await self.trading.needs(missing=12, spare=spare)
        [self.listed] = await self.house.items()
        return self.need

    async def undo(self) -> RunName:
        await self.house.resolve(self.listed.item.item_id, Decision.abandon)
        await self.house.closed(self.need)
        return self.need

    async def counted(self) -> Any:
        return await self.books.on_hand(at=PLACE), await self.books.on_hand(at="OR-2")


class Parking(Act):
    """An invoice comes before its goods, and is withdrawn."""

    writes = (f"{INVOICE}.create",)
    undoes = (f"{INVOICE}.cancel",)
    done, undone = ([("draft", Decimal("50.00"))], Decimal(0)), ([("cancelled", Decimal("50.00"))], Decimal(0))
    each = 25

    async def do(self) -> RunName:
        return await self._is_presented()

    async def undo(self) -> RunName:
        handle = await self.trading.payables.withdraw(self.invoice)
        await handle.result()
        return RunName.parse(handle.id)

    async def counted(self) -> Any:
        return [(one.state, one.total) for one in await self.books.invoices()], await self.books.owed()

    async def _is_presented(self) -> RunName:
        self.invoice = self.trading.invoice(self.order, each=Decimal(self.each))
        self.handle = await self.trading.payables.present(self.invoice)
        name = self.trading.payables.name(self.invoice)
        await self.house.at_stage(name, "held")
        return name


class Paying(Parking):
    """Its goods come, and it is approved for payment; then it is withdrawn."""

    writes = (f"{INVOICE}.write", f"{INVOICE}.post")
    done = ([("posted", Decimal("50.00"))], Decimal("50.00"))

    async def prepare(self) -> None:
        await super().prepare()
        self.name = await self._is_presented()

    async def do(self) -> RunName:
        await self.trading.comes(self.order, 20, "L1")
        await self.handle.result()
        return self.name


class AskingBack(Paying):
    """It is paid short, and the rest asked back; then it is withdrawn."""

    writes = (f"{INVOICE}.create",)
    done = ([("posted", Decimal("50.00")), ("paid", Decimal("0.00"))], Decimal("50.00"))
    undone = ([("cancelled", Decimal("50.00")), ("cancelled", Decimal("0.00"))], Decimal(0))
    each = 30

    async def prepare(self) -> None:
        paying = PayingPolicy(match=MatchPolicy(rules=(Rule(on_difference="short-pay"),)))
        self.house.purchasing = self.house.purchasing.model_copy(update={"paying": paying})
        await super().prepare()


async def asked_for(trading: Trading) -> RunName:
    """Two boxes are asked for by somebody; answers the run of their basket."""
    goods = trading.goods
    asked = {"supplier": goods.supplier, "basket": goods.supplier, "item": goods.item}
    return await requested(trading.house, trading.house.number("RQ"), **asked, location=PLACE, cost_centre=COST_CENTRE)


ACTS: Sequence[type[Act]] = (Ordering, Changing, Receiving, SendingBack, Moving, Parking, Paying, AskingBack)
