"""receipt-to-invoice: goods come, are posted in two ledgers, billed, and the order closes line by line."""

from decimal import Decimal

import pytest

from canonical.documents.item import Ownership
from canonical.documents.posting import Relief
from canonical.documents.receipt import Refused
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.inbound import EventType
from canonical.run import Standing
from tests.support.orders import (
    PLACE,
    a_receipt,
    an_order,
    bill,
    came,
    ended,
    lot,
    on_hand,
    order_line,
    placed,
    received,
    receiving_by,
    run_of,
)
from tests.support.trade_house import TradeHouse
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice


@pytest.fixture
async def house(trade_house: OpenTradeHouse) -> TradeHouse:
    """The house of orders, open."""
    return await trade_house(ReceiptToInvoice)


async def test_an_order_that_comes_in_parts_and_is_billed_closes(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", lots=(lot("L1", "4"),))))
    await received(house, order.number, "4")
    assert house.inventory.on_hand(PLACE, "4702", lot="L1") == 4
    assert house.procurement.commitment(order.number) == Decimal("15.00")
    await house.tell(
        EventType.goods_received, a_receipt(house, order.number, came("6", lots=(lot("L2", "6"),)), number="GR2")
    )
    await received(house, order.number, "10")
    await bill(house, order.number, "10")
    run = await house.closed(run_of(order))
    assert run.outcome == "closed"
    assert await house.items(0) == ()
    assert house.inventory.on_hand(PLACE, "4702") == 10
    state = await ended(house, run_of(order))
    assert {ledger.standing for ledger in state.ledgers} == {Standing.posted}
    assert [ledger.step.removesuffix(f"-{house.tag}") for ledger in state.ledgers] == [
        "lots.GR",
        "receipt.GR",
        "lots.GR2",
        "receipt.GR2",
    ]


async def test_the_order_is_looked_up_where_nobody_told_of_it(house: TradeHouse) -> None:
    order = an_order(house)
    house.procurement.place(order)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    standing = await received(house, order.number, "4")
    assert standing.order.supplier == "ACME"


async def test_goods_that_come_before_their_order_wait_for_it(house: TradeHouse) -> None:
    order = an_order(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await house.at_stage(run_of(order), "looking up")
    house.procurement.place(order)
    await house.tell(EventType.order_placed, order)
    await received(house, order.number, "4")
    assert await house.items(0) == ()


async def test_goods_are_counted_in_another_unit_than_ordered(house: TradeHouse) -> None:
    boxes = order_line(unit="box", base_factor=Decimal(10), quantity=Decimal(3))
    order = await placed(house, boxes)
    lots = (lot("L1", "15"),)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("15", lots=lots)))
    await received(house, order.number, "1.5")
    dock = came("1", unit="case", unit_factor=Decimal(15))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, dock, number="GR2"))
    await received(house, order.number, "3")
    assert house.inventory.on_hand(PLACE, "4702") == 30


async def test_a_unit_that_nothing_leads_from_is_asked_of_the_item_master(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1", unit="sleeve")))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.unknown_unit, Audience.item_master)
    await house.resolve(listed.item.item_id, Decision.correct, correction={"unit_factor": "5"})
    await received(house, order.number, "5")
    assert house.inventory.on_hand(PLACE, "4702") == 5


async def test_the_item_master_knows_a_unit_that_the_order_does_not(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1", unit="box")))
    await received(house, order.number, "10")


async def test_more_than_ordered_is_a_question_to_the_buyer_and_may_be_accepted_as_a_change(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("12")))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.over_delivered, Audience.buyer)
    assert listed.item.payable_at_risk is not None
    assert listed.item.payable_at_risk.amount == Decimal("5.00")
    assert house.procurement.receipts.standing == ()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"over": "accept"})
    await received(house, order.number, "12")
    changed = await house.procurement.order(facility="NORTH", number=order.number)
    assert changed is not None
    assert (changed.version, changed.lines[0].quantity) == (2, 12)
    assert house.procurement.commitment(order.number) == 0


async def test_more_than_ordered_may_go_back_to_the_supplier(house: TradeHouse) -> None:
    order = await placed(house)
    lots = (lot("L1", "8"), lot("L2", "4"))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("12", lots=lots)))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"over": "return"})
    await received(house, order.number, "10")
    assert house.inventory.on_hand(PLACE, "4702", lot="L2") == 2
    (claim,) = house.supplier.returns.standing
    assert claim.goods_return.lines[0].accepted == 2
    (told,) = await house.items()
    assert told.item.cause is Cause.refused_goods


async def test_a_little_more_than_ordered_is_within_the_facilitys_tolerance(house: TradeHouse) -> None:
    receiving_by(house, over=Decimal(20))
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("12")))
    await received(house, order.number, "12")


@pytest.mark.parametrize("why", [Refused.damaged, Refused.wrong_item, Refused.short_dated, Refused.expired])
async def test_goods_refused_at_the_dock_are_claimed_and_never_posted(house: TradeHouse, why: Refused) -> None:
    order = await placed(house)
    line = came("4", refused="2", refused_for=why)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, line))
    await received(house, order.number, "4")
    (told,) = await house.items()
    assert (told.item.owner, told.item.blocks, why in told.item.question) == (Audience.buyer, False, True)
    assert house.inventory.on_hand(PLACE, "4702") == 4
    (claim,) = house.supplier.returns.standing
    assert claim.goods_return.lines[0].accepted == 2


async def test_goods_of_which_all_was_refused_post_nothing(house: TradeHouse) -> None:
    order = await placed(house)
    line = came("0", refused="4", refused_for=Refused.damaged)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, line))
    await house.items()
    assert (house.procurement.receipts.standing, house.inventory.lots_in.standing) == ((), ())


async def test_goods_without_an_order_line_go_to_the_only_one_for_their_item(house: TradeHouse) -> None:
    order = await placed(house, order_line(), order_line(2, item="4706"))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", order_line=None, item="4706")))
    await received(house, order.number, "0", "4")


async def test_goods_of_which_no_order_line_is_plainly_meant_are_asked_about(house: TradeHouse) -> None:
    order = await placed(house, order_line(), order_line(2))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", order_line=None)))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.no_order_line, Audience.buyer)
    await house.resolve(listed.item.item_id, Decision.correct, correction={"order_line": "2"})
    await received(house, order.number, "0", "4")


async def test_another_item_than_ordered_is_asked_about(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", item="4799")))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.no_order_line
    await house.resolve(listed.item.item_id, Decision.correct, correction={"order_line": "1"})
    await received(house, order.number, "4")
    assert house.inventory.on_hand(PLACE, "4799") == 4


async def test_a_bill_only_receipt_is_posted_for_the_match_and_moves_no_stock(house: TradeHouse) -> None:
    order = await placed(house)
    bill_only = a_receipt(house, order.number, came("1"), ownership=Ownership.bill_only, moves_stock=False)
    await house.tell(EventType.goods_received, bill_only)
    await received(house, order.number, "1")
    assert house.inventory.lots_in.standing == ()


async def test_goods_that_stay_the_suppliers_are_registered_as_consigned(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number, came("4", lots=(lot("L1", "4"),)), ownership=Ownership.consigned)
    await house.tell(EventType.goods_received, receipt)
    await on_hand(house, "4")
    (entry,) = house.inventory.lots_in.standing
    assert entry.ownership is Ownership.consigned
    assert [one.lot for line in entry.lines for one in line.lots] == ["L1"]


async def test_the_commitment_is_relieved_at_invoice_where_the_facility_does_so(house: TradeHouse) -> None:
    receiving_by(house, relief=Relief.at_invoice)
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await received(house, order.number, "4")
    assert house.procurement.commitment(order.number) == Decimal("25.00")
