"""A supplier's own goods on a real Tryton, from their use to their payment: nothing comes, and all of it is counted once."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal

import pytest

from canonical.documents.order import Acknowledged
from canonical.documents.usage import CorrectionKind
from canonical.inbound import EventType
from tests.support.house import eventually
from tests.support.on_loan import OnLoan
from tests.support.payables import billed
from tests.support.real_trade import RealTrade
from tests.support.replenishing import BOSS, acknowledged, of_line, order_sent, policy, says, today
from tests.support.trade_house import TradeHouse
from tests.support.trading import Trading
from tests.support.used_goods import QUIET
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.supplier_invoice import SupplierInvoice
from workflows.usage_to_charge import UsageToCharge

EVERY = (UsageToCharge, ReplenishmentApproval, ReceiptToInvoice, SupplierInvoice)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def trade(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealTrade]:
    trade = await RealTrade.start(tmp_path_factory.mktemp("trade"))
    yield trade
    await trade.stop()


@pytest.fixture
async def loan(trade: RealTrade, trade_houses: Callable[..., TradeHouse]) -> AsyncIterator[OnLoan]:
    """Ten of a lot lie on a shelf of their supplier's, and cases are closed at once."""
    rules = policy(usage_sheet=QUIET, basket_limit=Decimal(100_000), cost_centre_limit=Decimal(100_000))
    house = await trade.furnish(trade_houses, *EVERY, purchasing=rules)
    house.policy = house.policy.model_copy(update={"surgical_case": QUIET})
    house.people.people["boss"] = BOSS
    async with house.open():
        yield await OnLoan.at(await Trading.at(trade, house))


async def test_what_was_used_is_ordered_counted_billed_and_paid_and_no_goods_are_awaited(loan: OnLoan) -> None:
    house, trading, books = loan.house, loan.trading, loan.trading.books
    _, run = await loan.used(10)
    assert (await house.closed(run)).outcome == "posted"
    await loan.sheet(10)
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted), supplier=trading.goods.supplier))
    await trading.has_kept(order, "10")
    assert (await loan.counted(order.number), await books.awaited()) == (["done"], Decimal(0))
    assert (await loan.on_shelf(), await loan.cost_open()) == (Decimal(0), Decimal("-25.00"))

    line = billed(order.number, "10", "2.5", item=trading.goods.item)
    dates = {"invoiced_on": today(), "received_on": today()}
    invoice = trading.payables.invoice("INV", line, supplier=trading.goods.supplier, **dates)
    assert (await (await trading.payables.present(invoice)).result()).approved
    assert (await house.closed(trading.run_of(order))).outcome == "closed"
    assert await books.owed() == Decimal("25.00")
    # Expensed once, when it was used: the invoice clears what was received and not invoiced.
    assert await books.expensed("2.4.9") == Decimal("25.00")
    assert await house.items(0) == ()


async def test_a_use_that_did_not_happen_leaves_nothing_in_tryton(loan: OnLoan) -> None:
    house, trading = loan.house, loan.trading
    use, run = await loan.used(10)
    await loan.sheet(10)
    order = await order_sent(house)
    await acknowledged(house, says(order.number, of_line(1, Acknowledged.accepted), supplier=trading.goods.supplier))
    await trading.has_kept(order, "10")
    await house.closed(loan.basket)
    await house.closed(run)
    await house.tell(EventType.usage_corrected, loan.correction(use, CorrectionKind.not_used))
    assert (await house.closed(run.next())).outcome == "not used"

    async def taken_back() -> bool | None:
        return True if await loan.counted(order.number) == ["cancelled"] else None

    await eventually(taken_back)
    assert (await house.closed(loan.basket.next())).outcome == "taken back"
    assert (await loan.on_shelf(), await loan.cost_open()) == (Decimal(10), Decimal(0))
    assert await house.items(0) == ()
