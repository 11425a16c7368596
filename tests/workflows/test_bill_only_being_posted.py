"""A use of the supplier's goods that is corrected while its receipt is still being posted."""

from collections.abc import Callable

import pytest

from tests.support.replenishing import order_sent
from tests.support.trade_house import TradeHouse
from tests.support.trouble import Held, lost
from tests.support.used_goods import (
    accepted,
    basket,
    changed,
    furnish,
    in_procurement,
    not_used,
    sheet,
    used,
    written,
)
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval


@pytest.mark.parametrize("answer", ["comes", "is lost"])
async def test_a_use_that_is_corrected_while_its_receipt_is_being_posted_waits_for_that_and_is_taken_back(
    trade_houses: Callable[..., TradeHouse], answer: str
) -> None:
    house = trade_houses(ReplenishmentApproval, ReceiptToInvoice)
    furnish(house)
    posting = Held(house.procurement.receipts)
    if answer == "is lost":
        posting.trouble.after(lost())
    async with house.open():
        request = await used(house)
        await sheet(house, written())
        order = await order_sent(house)
        await accepted(house, order)
        await house.closed(await basket(house))
        await posting.begun.wait()
        await not_used(house, request)
        await house.at_stage((await basket(house)).next(), "taking back")
        assert (await in_procurement(house, order.number)).version == 1
        posting.go_on.set()
        await changed(house, order.number, 0)
        assert (await house.closed((await basket(house)).next())).outcome == "taken back"
        await house.items(0)
    assert house.procurement.receipts.standing == ()
