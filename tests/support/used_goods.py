"""An operating room that uses goods of a supplier's own: uses, usage sheets, corrections, and a house that orders them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from canonical.clock import Clock
from canonical.documents.charge import AccountStanding, CaseStatus
from canonical.documents.costing import Valuation
from canonical.documents.item import Ownership
from canonical.documents.order import Acknowledged, ExactLot, Order
from canonical.documents.order_book import OrderStanding
from canonical.documents.replenishment import Request, RequestKind, RequestWithdrawn, SheetLine, UsageSheet
from canonical.identity import RunName, basket_run, case_basket
from canonical.inbound import EventType, Inbound
from canonical.money import Money
from canonical.ports import ClearStanding
from tests.support.answers import answers
from tests.support.house import LATER, SOON, eventually
from tests.support.replenishing import BOSS, acknowledged, contract, of_line, policy, price, says
from tests.support.trade_house import NOW, TODAY, TradeHouse

QUIET = Clock(look_again=SOON, overdue=LATER)
AT_ONCE = Clock(look_again=SOON, overdue=timedelta(0))
ASLEEP = Clock(look_again=LATER, overdue=LATER)
ITEM = "4702"


def furnish(house: TradeHouse, *, contracts: tuple[dict[str, Any], ...] = ({},), **rules: Any) -> None:
    """Consigned goods at 900 each, cases that are closed, clocks that nobody waits for, and a buyer with authority."""
    rules = {"usage_sheet": QUIET, "basket_limit": Decimal(100_000), "cost_centre_limit": Decimal(100_000)} | rules
    house.purchasing = policy(**rules)
    house.policy = house.policy.model_copy(update={"surgical_case": QUIET})
    plain = {"price": price(900), "ownership": Ownership.consigned, "order_unit": "each"}
    house.procurement.agreed = [contract(house, **(plain | changes)) for changes in contracts]
    cost = Money(amount=Decimal("900.00"), currency="USD")
    valued = Valuation(unit_cost=cost, method="contract", source="C-ACME", ownership=Ownership.consigned)
    answers(house.finance, "valuation", valued)
    house.people.people["boss"] = BOSS


def case_is(house: TradeHouse, status: CaseStatus) -> None:
    """How far every surgical case has come, by billing."""
    standing = AccountStanding(case_status=status, patient_class="I", payer="commercial")
    answers(house.billing, "account", ClearStanding(account_number="A-1", standing=standing))


def case_number(house: TradeHouse) -> str:
    """The surgical case of this house, in clear."""
    return f"SC-{house.tag}"


async def token(house: TradeHouse) -> str:
    """The surgical case of this house, as the engine knows it."""
    return await house.store.vault.tokenise("case", case_number(house))


async def basket(house: TradeHouse) -> RunName:
    """The run of what was used of the supplier's goods in the case."""
    return basket_run("NORTH", case_basket(house.number("ACME"), await token(house)))


async def used(house: TradeHouse, plain: str = "U1", quantity: int = 1, **changes: Any) -> Request:
    """So many of a lot were used; told as the run of the use tells it."""
    lot = {"lot": changes.pop("lot", "L1"), "serial": changes.pop("serial", None)}
    case = await token(house)
    number = house.number(plain)
    asked = Request(
        facility="NORTH",
        source="wards",
        number=number,
        occurred=NOW,
        kind=RequestKind.bill_only,
        supplier=house.number("ACME"),
        basket=case_basket(house.number("ACME"), case),
        item=ITEM,
        quantity=Decimal(quantity),
        location="OR-1",
        cost_centre="4100",
        need_by=TODAY,
        lots=(ExactLot(quantity=Decimal(quantity), **lot),),
        surgical_case=case,
        use=f"usage-to-charge:NORTH:wards:{number}",
    )
    request = asked.model_copy(update=changes)
    await house.tell(EventType.item_requested, request)
    return request


async def not_used(house: TradeHouse, request: Request) -> None:
    """The use did not happen as recorded."""
    gone = RequestWithdrawn(
        facility="NORTH",
        source="wards",
        number=request.number,
        occurred=NOW,
        supplier=request.supplier,
        basket=request.basket,
        reason="the use was corrected",
    )
    await house.tell(EventType.request_withdrawn, gone)


def written(quantity: int = 1, *, item: str = ITEM, lot: str | None = "L1", serial: str | None = None) -> SheetLine:
    """A line of a usage sheet."""
    return SheetLine(item=item, lot=lot, serial=serial, quantity=Decimal(quantity))


async def sheet(house: TradeHouse, *lines: SheetLine, number: str = "SH", version: int = 1) -> None:
    """The supplier's representative sends what was written down."""
    sent = UsageSheet(
        facility="NORTH",
        source="supplier",
        number=house.number(number),
        version=version,
        occurred=NOW,
        supplier=house.number("ACME"),
        surgical_case=await token(house),
        lines=lines,
    )
    await house.tell(EventType.usage_sheet_sent, sent)


async def case_changed(house: TradeHouse, *, of: str) -> None:
    """News of the surgical case."""
    news = Inbound(
        id=house.number(of),
        type=EventType.case_changed,
        facility="NORTH",
        number=case_number(house),
        time=NOW,
        data={"case_status": "closed"},
    )
    await house.mail.send(news)


async def accepted(house: TradeHouse, order: Order) -> None:
    """The supplier accepts all of it."""
    await acknowledged(house, says(order.number, *(of_line(one.line, Acknowledged.accepted) for one in order.lines)))


async def in_procurement(house: TradeHouse, number: str) -> Order:
    """The order as procurement has it now."""
    found = await house.procurement.order(facility="NORTH", number=number)
    assert found is not None
    return found


async def standing(house: TradeHouse, order: str, so: Callable[[OrderStanding], bool]) -> OrderStanding:
    """The order in the book, once it stands so."""

    async def seen() -> OrderStanding | None:
        found = await house.store.order_book.read(facility="NORTH", orders=(order,))
        return found[0] if found and so(found[0]) else None

    return await eventually(seen)


async def received(house: TradeHouse, order: str, *quantities: int) -> OrderStanding:
    """The order in the book, once so much of each line is received."""
    wanted = [Decimal(one) for one in quantities]
    return await standing(house, order, lambda found: [line.kept for line in found.lines] == wanted)


async def changed(house: TradeHouse, order: str, quantity: int) -> Order:
    """The order, once procurement has it for so many."""

    async def there() -> Order | None:
        now = await in_procurement(house, order)
        return now if now.lines[0].quantity - now.lines[0].cancelled == quantity else None

    return await eventually(there)
