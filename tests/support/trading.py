"""A house that buys one item of one supplier on a real Tryton: what its people do, and what its supplier sends."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from canonical.documents.contract import UnitPrice
from canonical.documents.invoice import Invoice
from canonical.documents.order import Acknowledged, Order, OrderLine
from canonical.documents.receipt import GoodsReturn, Receipt
from canonical.identity import RunName, basket_of_order, basket_run, wire_key
from canonical.inbound import EventType
from canonical.kinds import Kind
from tests.support.orders import a_receipt, a_return, an_order, came, lot, received, run_of
from tests.support.payables import Payables, billed
from tests.support.real_trade import COST_CENTRE, PLACE, PRICE, Goods, RealTrade
from tests.support.replenishing import acknowledged, below_par, crossed, of_line, order_sent, says, today
from tests.support.trade_books import TradeBooks
from tests.support.trade_house import TradeHouse

PER_BOX = Decimal(10)


@dataclass
class Trading:
    """The house, what it trades in, and Tryton's books of that."""

    house: TradeHouse
    goods: Goods
    books: TradeBooks

    @classmethod
    async def at(cls, trade: RealTrade, house: TradeHouse) -> "Trading":
        """Somebody makes the item and its supplier in Tryton."""
        goods = await trade.goods()
        return cls(house, goods, TradeBooks(trade.person, goods))

    async def needs(self, *, missing: int = 12, **standing: Any) -> RunName:
        """The shelf lacks so many of twenty; answers the run of the need."""
        below = below_par(item=self.goods.item, location=PLACE, available=Decimal(20 - missing), **standing)
        self.house.inventory.beside.pars = [below]
        return await crossed(self.house, PLACE, self.goods.item)

    async def is_sent(self) -> Order:
        """The order that the supplier has."""
        order: Order = await order_sent(self.house)
        return order

    async def is_answered(self, order: Order, *, boxes: str | None = None) -> None:
        """The supplier takes the order, or so many boxes of it."""
        taken = Acknowledged.accepted if boxes is None else Acknowledged.quantity_changed
        said = of_line(1, taken, quantity=None if boxes is None else Decimal(boxes), on=today() + timedelta(days=3))
        await acknowledged(self.house, says(order.number, said, supplier=self.goods.supplier))

    async def bought(self, boxes: int = 2) -> Order:
        """An order that a buyer has placed in procurement, of which its run was told."""
        price = UnitPrice(amount=PRICE, currency="USD", unit="box")
        line = OrderLine(
            line=1,
            item=self.goods.item,
            quantity=Decimal(boxes),
            unit="box",
            base_factor=PER_BOX,
            price=price,
            contract=self.goods.contract,
            location=PLACE,
            cost_centre=COST_CENTRE,
        )
        order = an_order(self.house, line, supplier=self.goods.supplier, ordered_on=today())
        await self.house.procurement.books()[Kind.order].post(order, wire_key=wire_key(f"bought {order.number}"))
        await self.house.tell(EventType.order_placed, order)
        return order

    def receipt(self, order: Order, each: int, name: str, *, number: str = "GR") -> Receipt:
        """So many came, of one lot."""
        line = came(str(each), item=self.goods.item, lots=(lot(name, str(each)),))
        return a_receipt(self.house, order.number, line, number=number, location=PLACE, received_on=today())

    async def comes(self, order: Order, each: int, name: str, *, number: str = "GR") -> Receipt:
        """So many come, of one lot."""
        receipt = self.receipt(order, each, name, number=number)
        await self.house.tell(EventType.goods_received, receipt)
        return receipt

    def goods_return(self, order: Order, each: int, name: str, **changes: Any) -> GoodsReturn:
        """So many of a lot are to go back, and may."""
        line = came(str(each), item=self.goods.item, lots=(lot(name, str(each)),))
        head = {"location": PLACE, "supplier": self.goods.supplier, "returned_on": today(), "authorisation": "RMA-1"}
        return a_return(self.house, order.number, line, **(head | changes))

    def invoice(
        self, order: Order, boxes: str = "2", *, each: Decimal = PRICE, number: str = "INV", **more: Any
    ) -> Invoice:
        """An invoice for so many boxes of an order."""
        line = billed(order.number, boxes, str(each), item=self.goods.item, unit="box")
        dates = {"invoiced_on": today(), "received_on": today()}
        return self.payables.invoice(number, line, supplier=self.goods.supplier, **(dates | more))

    @property
    def payables(self) -> Payables:
        """Accounts payable of the house."""
        return Payables(self.house)

    async def has_kept(self, order: Order, boxes: str) -> None:
        """Wait until so many boxes of the order came and stayed."""
        await received(self.house, order.number, boxes)

    def basket_of(self, order: Order) -> RunName:
        """The run of the basket that an order came of."""
        return basket_run(order.facility, basket_of_order(order.facility, order.number) or "")

    def run_of(self, order: Order) -> RunName:
        """The run of an order."""
        return run_of(order)
