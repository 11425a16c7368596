"""Orders and papers of goods for tests of the order run, as a door takes them in."""

from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.contract import UnitPrice
from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import Allocation, OrderStanding
from canonical.documents.order_run import OrderRun
from canonical.documents.receipt import GoodsReturn, Receipt, ReceiptLine, ReceiptReversal, ReceivedLot, ShipNotice
from canonical.identity import RunName, order_run
from canonical.inbound import EventType, Inbound
from tests.support.house import eventually
from tests.support.trade_house import NOW, TODAY, TradeHouse

ITEM = "4702"
PLACE = "STORES"


def order_line(line: int = 1, **changes: Any) -> OrderLine:
    """Ten each at 2.50."""
    price = UnitPrice(amount=Decimal("2.50"), currency="USD")
    plain: dict[str, Any] = {"line": line, "item": ITEM, "quantity": Decimal(10), "price": price, "location": PLACE}
    return OrderLine.model_validate(plain | changes)


def an_order(house: TradeHouse, *lines: OrderLine, number: str = "PO", **changes: Any) -> Order:
    """An order of these lines; of one, where none is given."""
    plain: dict[str, Any] = {
        "facility": "NORTH",
        "source": "erp",
        "number": house.number(number),
        "occurred": NOW,
        "supplier": "ACME",
        "currency": "USD",
        "ordered_on": TODAY,
        "lines": lines or (order_line(),),
    }
    return Order.model_validate(plain | changes)


async def placed(house: TradeHouse, *lines: OrderLine, **changes: Any) -> Order:
    """An order that a buyer made, of which the run was told."""
    order = an_order(house, *lines, **changes)
    house.procurement.place(order)
    await house.tell(EventType.order_placed, order)
    return order


def came(accepted: str, line: int = 1, **changes: Any) -> ReceiptLine:
    """A line of a receipt, counted in each, for the order line of the same number."""
    plain: dict[str, Any] = {"line": line, "order_line": line, "item": ITEM, "accepted": Decimal(accepted)}
    return ReceiptLine.model_validate(plain | changes)


def lot(name: str, quantity: str, *, serial: str | None = None, expires: date | None = date(2028, 1, 1)) -> ReceivedLot:
    """So many of a lot."""
    return ReceivedLot(lot=name, serial=serial, expires=expires, quantity=Decimal(quantity))


def a_receipt(house: TradeHouse, order: str | None, *lines: ReceiptLine, number: str = "GR", **changes: Any) -> Receipt:
    """What came; four each, where no line is given."""
    plain: dict[str, Any] = _paper(house, number, order) | {
        "source": "inventory",
        "location": PLACE,
        "received_on": TODAY,
        "lines": lines or (came("4"),),
    }
    return Receipt.model_validate(plain | changes)


def a_reversal(receipt: Receipt) -> ReceiptReversal:
    """The receipt did not happen as recorded."""
    return ReceiptReversal(
        facility="NORTH",
        source="inventory",
        number=receipt.number,
        occurred=NOW,
        order=receipt.order,
        reason="counted twice",
    )


def a_return(
    house: TradeHouse, order: str | None, *lines: ReceiptLine, number: str = "RT", **changes: Any
) -> GoodsReturn:
    """What goes back; two each, where no line is given."""
    plain: dict[str, Any] = _paper(house, number, order) | {
        "source": "inventory",
        "supplier": "ACME",
        "location": PLACE,
        "returned_on": TODAY,
        "lines": lines or (came("2"),),
    }
    return GoodsReturn.model_validate(plain | changes)


def a_notice(
    house: TradeHouse, order: str | None, *lines: ReceiptLine, number: str = "SN", **changes: Any
) -> ShipNotice:
    """What is on its way."""
    plain: dict[str, Any] = _paper(house, number, order) | {
        "source": "supplier",
        "supplier": "ACME",
        "expected_on": TODAY,
        "lines": lines or (came("4"),),
    }
    return ShipNotice.model_validate(plain | changes)


def run_of(order: Order) -> RunName:
    """The run of an order."""
    return order_run(order.facility, order.number)


async def ended(house: TradeHouse, name: RunName) -> OrderRun:
    """What a run ended with."""
    run: OrderRun = await house.client.get_workflow_handle(name.workflow_id, result_type=OrderRun).result()
    return run


async def standing(house: TradeHouse, order: str) -> OrderStanding | None:
    """The order as the book has it."""
    found = await house.store.order_book.read(facility="NORTH", orders=(order,))
    return found[0] if found else None


def receiving_by(house: TradeHouse, **changes: object) -> None:
    """The policy of receiving from now on."""
    receiving = house.purchasing.receiving.model_copy(update=changes)
    house.purchasing = house.purchasing.model_copy(update={"receiving": receiving})


async def received(house: TradeHouse, order: str, *quantities: str) -> OrderStanding:
    """The order's standing once the book has so much kept, line by line."""
    wanted = [Decimal(quantity) for quantity in quantities]

    async def there() -> OrderStanding | None:
        found = await standing(house, order)
        return found if found is not None and [line.kept for line in found.lines] == wanted else None

    return await eventually(there)


async def asked_the_supplier(house: TradeHouse) -> None:
    """Wait until the supplier was asked to allow a return."""

    async def asked() -> bool | None:
        return True if house.supplier.returns.standing else None

    await eventually(asked)


async def on_hand(house: TradeHouse, quantity: str, *, item: str = ITEM) -> None:
    """Wait until so many are on the shelf."""

    async def there() -> bool | None:
        return True if house.inventory.on_hand(PLACE, item) == Decimal(quantity) else None

    await eventually(there)


async def bill(house: TradeHouse, order: str, quantity: str, *, invoice: str = "INV-1", line: int = 1) -> None:
    """An invoice (a credit, below zero) takes so many of a line, as the run of an invoice does."""
    now = await standing(house, order)
    assert now is not None
    amount = Decimal(quantity) * Decimal("2.50")
    allocation = Allocation(
        invoice=invoice,
        invoice_line=1,
        order=order,
        order_line=line,
        quantity=Decimal(quantity),
        amount=amount,
    )
    taken = await house.store.order_book.allocate(
        house.number(invoice), facility="NORTH", allocations=(allocation,), at_versions={order: now.version}
    )
    assert taken
    await moved(house, order, of=house.number(f"{invoice}-moved"))


async def moved(house: TradeHouse, order: str, *, of: str) -> None:
    """News that something else has changed how an order stands."""
    news = Inbound(id=of, type=EventType.order_moved, facility="NORTH", number=f"NORTH/{order}", time=NOW, data={})
    await house.mail.send(news)


def _paper(house: TradeHouse, number: str, order: str | None) -> dict[str, Any]:
    return {"facility": "NORTH", "number": house.number(number), "occurred": NOW, "order": order}
