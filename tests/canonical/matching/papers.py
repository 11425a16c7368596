"""Papers: orders, and documents about them as suppliers and docks write them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from canonical.documents.contract import UnitPrice
from canonical.documents.invoice import ChargeKind, Invoice, InvoiceLine
from canonical.documents.order import OrderLine

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST = date(2026, 3, 2)
CENT = Decimal("0.01")
Place = tuple[str, int]


def _line(place: Place, amount: str, *, each_in: int = 1, per: int = 1, price_unit: str = "each") -> OrderLine:
    unit = "box" if each_in > 1 else "each"
    price = UnitPrice(amount=Decimal(amount), currency="USD", per=Decimal(per), unit=price_unit)
    return OrderLine(
        line=place[1],
        quantity=Decimal(100),
        unit=unit,
        base_factor=Decimal(each_in),
        price=price,
        price_factor=Decimal(each_in if price_unit != unit else 1),
    )


LINES: dict[Place, OrderLine] = {
    ("PO-1", 1): _line(("PO-1", 1), "12.00"),
    ("PO-1", 2): _line(("PO-1", 2), "0.35"),
    ("PO-2", 1): _line(("PO-2", 1), "7.777"),
    ("PO-2", 2): _line(("PO-2", 2), "12.50", each_in=3, per=100),
    ("PO-3", 1): _line(("PO-3", 1), "20.00", each_in=7, price_unit="box"),
}
"""Lines by the each, and by boxes of three and seven, one of them priced by the hundred each."""
PLACES = tuple(LINES)


@dataclass(frozen=True)
class Came:
    """A receipt of one order line, counted by the each."""

    number: str
    place: Place
    quantity: int
    facility: str = "H1"

    @property
    def ordered(self) -> Decimal:
        """In the order's unit, as the dock tells the order book."""
        return in_order_units(self.place, self.quantity)


@dataclass(frozen=True)
class WentBack:
    """A return of some of a receipt; it counts once the receipt is known."""

    receipt: str
    quantity: Decimal


Document = Came | WentBack | Invoice


def in_order_units(place: Place, each: int) -> Decimal:
    """So many each in the unit of an order line."""
    return (each / LINES[place].base_factor).quantize(Decimal("0.0001"))


def bill(number: str, day: int, billed: dict[Place, int], **more: object) -> Invoice:
    """An invoice by the each, at order prices unless `each` adds to every one, with `freight` where there is any."""
    each, freight = Decimal(str(more.pop("each", 0))), Decimal(str(more.pop("freight", 0)))
    lines = [_billed(number, place, quantity, each) for number, (place, quantity) in enumerate(billed.items(), 1)]
    if freight:
        lines.append(InvoiceLine(line=len(lines) + 1, kind=ChargeKind.freight, amount=freight))
    fields: dict[str, object] = {
        "facility": "H1",
        "source": "edi",
        "number": number,
        "occurred": NOON,
        "supplier": "ACME",
        "currency": "USD",
        "invoiced_on": FIRST + timedelta(days=day),
        "received_on": FIRST,
        "total": sum((line.amount for line in lines), Decimal(0)),
        "lines": tuple(lines),
        **more,
    }
    return Invoice.model_validate(fields)


def _billed(number: int, place: Place, quantity: int, each: Decimal) -> InvoiceLine:
    line = LINES[place]
    worth = line.worth(quantity / line.base_factor)
    amount = (worth + each * quantity).quantize(CENT)
    return InvoiceLine(line=number, order=place[0], order_line=place[1], quantity=Decimal(quantity), amount=amount)
