"""Ordering, receiving and paying on a real Tryton: after each act it is read in Tryton's own books what became of it."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal

import pytest

from canonical.documents.invoice import InvoiceType
from canonical.documents.work_item import Cause, Decision
from canonical.inbound import EventType
from canonical.matching.policy import MatchPolicy, Rule
from canonical.purchasing.paying import PayingPolicy
from tests.support.orders import receiving_by
from tests.support.real_trade import COST_CENTRE, PLACE, PRICE, RealTrade
from tests.support.replenishing import BOSS, policy
from tests.support.trade_books import Invoiced
from tests.support.trade_house import SHORT, TradeHouse
from tests.support.trading import Trading
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest
from workflows.supplier_invoice import SupplierInvoice

BUYING = (ReplenishmentRequest, ReplenishmentApproval, ReceiptToInvoice, SupplierInvoice)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def trade(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealTrade]:
    trade = await RealTrade.start(tmp_path_factory.mktemp("trade"))
    yield trade
    await trade.stop()


@pytest.fixture
async def trading(trade: RealTrade, trade_houses: Callable[..., TradeHouse]) -> AsyncIterator[Trading]:
    """A house in which whatever costs more than ten dollars needs an approver."""
    rules = policy(cost_centres={PLACE: COST_CENTRE}, refused="cancel", basket_limit=Decimal(10))
    house = await trade.furnish(trade_houses, *BUYING, purchasing=rules)
    house.people.people["boss"] = BOSS
    async with house.open():
        yield await Trading.at(trade, house)


async def test_a_need_becomes_an_order_once_it_is_approved_and_is_sent_and_acknowledged(trading: Trading) -> None:
    house, books = trading.house, trading.books
    need = await trading.needs(missing=12)
    [listed] = await house.items()
    assert listed.item.cause is Cause.approval
    assert await books.orders() == []
    await house.resolve(listed.item.item_id, Decision.approve, who="boss")
    order = await trading.is_sent()
    [row] = await books.orders("invoice_method", "lines.unit_price", "lines.analytic_accounts.account.code")
    assert (row["description"], row["state"], row["invoice_method"]) == (order.number, "processing", "manual")
    [line] = row["lines."]
    assert (line["unit_price"], line["analytic_accounts."][0]["account."]["code"]) == (PRICE, COST_CENTRE)
    await trading.is_answered(order)
    assert (await house.closed(need)).outcome == "ordered"
    assert (await books.ordered(), await books.awaited()) == ([("processing", Decimal(2))], Decimal(20))


async def test_what_the_supplier_takes_of_an_order_is_what_tryton_awaits(trading: Trading) -> None:
    await trading.needs(missing=12)
    [listed] = await trading.house.items()
    await trading.house.resolve(listed.item.item_id, Decision.approve, who="boss")
    order = await trading.is_sent()
    await trading.is_answered(order, boxes="1")
    assert (await trading.house.closed(trading.basket_of(order))).outcome == "ordered"
    assert await trading.books.amendments() == 1
    assert (await trading.books.ordered(), await trading.books.awaited()) == ([("processing", Decimal(1))], Decimal(10))


async def test_goods_come_in_two_parts_are_billed_and_the_order_closes(trading: Trading) -> None:
    house, books = trading.house, trading.books
    order = await trading.bought()
    await trading.comes(order, 12, "L1")
    await trading.has_kept(order, "1.2")
    assert (await books.on_hand(at=PLACE, lot="L1"), await books.on_hand()) == (Decimal(12), Decimal(12))
    assert await books.awaited() == Decimal(8)

    invoice = trading.invoice(order)
    handle = await trading.payables.present(invoice)
    [held] = await house.items()
    assert held.item.cause is Cause.quantity_hold
    assert await books.invoices() == [Invoiced(invoice.number, "draft", Decimal("50.00"))]
    assert await books.owed() == Decimal(0)

    await trading.comes(order, 8, "L2", number="GR2")
    assert (await handle.result()).approved
    assert await books.invoices() == [Invoiced(invoice.number, "posted", Decimal("50.00"))]
    assert (await books.owed(), await books.expensed()) == (Decimal("50.00"), Decimal("50.00"))
    assert (await house.closed(trading.run_of(order))).outcome == "closed"
    assert (await books.on_hand(at=PLACE), await books.awaited()) == (Decimal(20), Decimal(0))
    assert await books.shipments() == [("in", "done")] * 2 + [("internal", "done")] * 2
    assert await house.items(0) == ()


async def test_what_goes_back_is_credited_and_the_rest_of_the_order_is_closed_short(trading: Trading) -> None:
    house, books = trading.house, trading.books
    receiving_by(house, goods=SHORT)
    order = await trading.bought()
    await trading.comes(order, 20, "L1")
    await trading.has_kept(order, "2")
    invoice = trading.invoice(order)
    assert (await (await trading.payables.present(invoice)).result()).approved
    await house.closed(trading.run_of(order))

    await house.tell(EventType.goods_returned, trading.goods_return(order, 10, "L1"))
    await trading.has_kept(order, "1")
    assert (await books.on_hand(), await books.on_hand(at=PLACE, lot="L1")) == (Decimal(10), Decimal(10))
    assert ("return", "done") in await books.shipments()

    credit = trading.invoice(order, "1", number="CR", type=InvoiceType.credit, corrects=invoice.number)
    assert (await (await trading.payables.present(credit)).result()).approved
    assert await books.invoices() == [
        Invoiced(invoice.number, "posted", Decimal("50.00")),
        Invoiced(credit.number, "posted", Decimal("-25.00")),
    ]
    assert await books.owed() == Decimal("25.00")

    listed = next(one for one in await house.items() if one.item.cause is Cause.goods_overdue)
    await house.resolve(listed.item.item_id, Decision.correct, correction={"short_close": "1"})
    assert (await house.closed(trading.run_of(order).next())).outcome == "closed"
    assert (await books.amendments(), await books.awaited()) == (1, Decimal(0))


async def test_a_price_that_was_not_agreed_is_held_and_paid_once_a_person_lets_it_pass(trading: Trading) -> None:
    house, books = trading.house, trading.books
    order = await trading.bought()
    await trading.comes(order, 20, "L1")
    await trading.has_kept(order, "2")
    handle = await trading.payables.present(trading.invoice(order, each=Decimal(30)))
    [held] = await house.items()
    assert held.item.cause is Cause.price_hold
    assert (await books.owed(), [one.state for one in await books.invoices()]) == (Decimal(0), ["draft"])
    await house.resolve(held.item.item_id, Decision.override)
    assert (await handle.result()).approved
    assert await books.owed() == Decimal("60.00")
    assert await books.expensed("VARIANCE") == Decimal("10.00")


async def test_what_was_billed_too_high_is_withheld_and_asked_back_by_debit_memo(trading: Trading) -> None:
    match = MatchPolicy(rules=(Rule(on_difference="short-pay"),))
    trading.house.purchasing = trading.house.purchasing.model_copy(update={"paying": PayingPolicy(match=match)})
    books = trading.books
    order = await trading.bought()
    await trading.comes(order, 20, "L1")
    await trading.has_kept(order, "2")
    invoice = trading.invoice(order, each=Decimal(30))
    assert (await (await trading.payables.present(invoice)).result()).approved
    assert (await trading.house.closed(trading.payables.name(invoice))).outcome == "short-paid"
    paid, memo = await books.invoices()
    assert (paid.total, memo.total) == (Decimal("50.00"), Decimal("0.00"))
    assert {paid.state, memo.state} <= {"posted", "paid"}
    assert (await books.owed(), await books.expensed("DISPUTE")) == (Decimal("50.00"), Decimal(0))
