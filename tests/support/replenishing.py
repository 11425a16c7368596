"""What tests of needs and baskets share: a house with a contract, a par level, policies with short clocks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from canonical.clock import Clock
from canonical.documents.contract import Contract, UnitPrice
from canonical.documents.order import Acknowledged, AcknowledgedLine, Acknowledgement
from canonical.documents.replenishment import ParCrossed, ParStanding, Request
from canonical.identity import RunName, basket_run, request_run
from canonical.inbound import EventType
from canonical.memory import Person
from canonical.purchasing.policy import PurchasingPolicy
from canonical.purchasing.replenishing import OrderCalendar, ReplenishingPolicy
from canonical.quantity import UnitFactor
from tests.support.house import LATER, SOON, eventually
from tests.support.trade_house import NOW, TradeHouse

ALWAYS = (0, 1, 2, 3, 4, 5, 6)
AT_ONCE = OrderCalendar(every=timedelta(milliseconds=200), at=timedelta(0), weekdays=ALWAYS)
NEVER = OrderCalendar(every=timedelta(days=1), at=timedelta(0), weekdays=ALWAYS)
FOREVER = date(2099, 1, 1)


def policy(**changes: Any) -> PurchasingPolicy:
    """Baskets that close at once, and everything else in its own time."""
    waits = Clock(look_again=SOON, overdue=LATER)
    rules = ReplenishingPolicy(calendar=AT_ONCE, acknowledgement=waits, ordered=waits, dates=waits)
    return PurchasingPolicy(replenishing=rules.model_copy(update=changes))


def price(amount: str | int, *, per: int = 1, unit: str = "each") -> UnitPrice:
    """A price in dollars."""
    return UnitPrice(amount=Decimal(amount), currency="USD", per=Decimal(per), unit=unit)


def contract(house: TradeHouse, item: str = "4702", supplier: str = "ACME", **changes: Any) -> Contract:
    """A contract in force for boxes of ten; a basket is known by its supplier, so each house has its own."""
    plain = Contract(
        contract=f"C-{supplier}",
        supplier=house.number(supplier),
        item=item,
        supplier_item=f"{supplier}-{item}",
        manufacturer="MEDI",
        price=price(5),
        first=date(2020, 1, 1),
        last=FOREVER,
        order_unit="box",
    )
    return plain.model_copy(update=changes)


BOXES = (UnitFactor(unit="box", per="each", factor=Decimal(10), since=date(2020, 1, 1)),)


def below_par(item: str = "4702", location: str = "OR-1", **changes: Any) -> ParStanding:
    """Twelve of twenty are missing."""
    plain = ParStanding(
        facility="NORTH", location=location, item=item, par=Decimal(20), available=Decimal(8), factors=BOXES
    )
    return plain.model_copy(update=changes)


async def crossed(house: TradeHouse, location: str, item: str = "4702") -> RunName:
    """The par level of an item is crossed."""
    crossing = ParCrossed(
        facility="NORTH", source="inventory", number=uuid4().hex[:12], occurred=NOW, location=location, item=item
    )
    await house.tell(EventType.par_crossed, crossing)
    return request_run("NORTH", location, item)


async def requested(house: TradeHouse, number: str, **changes: Any) -> RunName:
    """A line is asked for by somebody."""
    plain = Request(
        facility="NORTH",
        source="portal",
        number=number,
        occurred=NOW,
        supplier=house.number("ACME"),
        basket=house.number("ACME"),
        item="4702",
        quantity=Decimal(2),
        unit="box",
        location="OR-1",
        cost_centre="4100",
        factors=BOXES,
    )
    request = plain.model_copy(update=changes)
    await house.tell(EventType.item_requested, request)
    return basket_run("NORTH", request.basket)


def says(
    order: str, *lines: AcknowledgedLine, number: str = "", supplier: str = "ACME", minutes: int = 0
) -> Acknowledgement:
    """A supplier's answer to an order."""
    return Acknowledgement(
        facility="NORTH",
        source="supplier",
        number=number or uuid4().hex[:12],
        occurred=NOW + timedelta(minutes=minutes),
        order=order,
        supplier=supplier,
        lines=lines,
    )


def of_line(line: int, status: Acknowledged, **said: Any) -> AcknowledgedLine:
    """What is said of a line."""
    return AcknowledgedLine(line=line, status=status, **said)


async def acknowledged(house: TradeHouse, said: Acknowledgement) -> None:
    """The supplier's answer comes in."""
    await house.tell(EventType.order_acknowledged, said)


async def order_sent(house: TradeHouse, count: int = 1) -> Any:
    """The newest order at the supplier, once there are so many."""

    async def there() -> Sequence[Any] | None:
        return house.supplier.orders.standing if len(house.supplier.orders.standing) >= count else None

    return (await eventually(there))[count - 1]


def today() -> date:
    """The day that runs of a test take for today."""
    return datetime.now(UTC).date()


BOSS = Person(person="boss", roles=("buyer",), cost_centres=("*",), approval_limit=Decimal(100_000))
"""Who may let any order pass."""
