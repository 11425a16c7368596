"""Documents of the storeroom, small enough to count by hand: of item 4703, which needs no lot, at the north campus."""

from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.posting import ExpectedDelivery, ExpectedLine, LotEntry, LotsIn, LotsOut, Transfer
from canonical.documents.receipt import ReceivedLot
from canonical.documents.stock import StockMovement

ON = date(2026, 11, 20)
LATER = date(2026, 11, 25)
EXPIRES = date(2029, 5, 1)


def movement(quantity: Decimal = Decimal(2), **more: Any) -> StockMovement:
    fields = {"facility": "NORTH", "location": "OR-1", "item": "4703", "unit": "each", "service_date": ON}
    return StockMovement.model_validate(fields | {"quantity": quantity} | more)


def lot(name: str, quantity: int = 10) -> ReceivedLot:
    return ReceivedLot(lot=name, expires=EXPIRES, quantity=Decimal(quantity))


def lots_in(item: str, *lots: ReceivedLot, quantity: Decimal | int = 0, **fields: Any) -> LotsIn:
    total = sum((each.quantity for each in lots), Decimal(0)) or Decimal(quantity)
    line = LotEntry(item=item, quantity=total, lots=lots)
    head = {"facility": "NORTH", "location": "OR-1", "receipt": "R-1", "on": ON}
    return LotsIn.model_validate(head | {"lines": (line,)} | fields)


def lots_out(item: str, *lots: ReceivedLot, quantity: Decimal | int = 0) -> LotsOut:
    total = sum((each.quantity for each in lots), Decimal(0)) or Decimal(quantity)
    line = LotEntry(item=item, quantity=total, lots=lots)
    return LotsOut(facility="NORTH", location="OR-1", goods_return="RT-1", on=ON, lines=(line,))


def transfer(item: str, quantity: Decimal | int, *, to: str = "OR-1") -> Transfer:
    return Transfer(
        facility="NORTH", item=item, from_location="CATH", to_location=to, quantity=Decimal(quantity), on=ON
    )


def expected(order: str, quantity: Decimal | int, *, revision: int = 1, item: str = "4703") -> ExpectedDelivery:
    line = ExpectedLine(item=item, location="OR-1", quantity=Decimal(quantity), on=LATER)
    return ExpectedDelivery(facility="NORTH", order=order, revision=revision, lines=(line,))
