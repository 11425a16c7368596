"""receipt-to-invoice: receipts that did not happen as recorded, goods that go back, and the credits they are owed."""

from decimal import Decimal

import pytest

from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.inbound import EventType
from tests.support.orders import (
    PLACE,
    a_receipt,
    a_return,
    a_reversal,
    asked_the_supplier,
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
from tests.support.trade_house import SHORT, TradeHouse
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice


@pytest.fixture
async def house(trade_house: OpenTradeHouse) -> TradeHouse:
    """The house of orders, open."""
    return await trade_house(ReceiptToInvoice)


async def test_a_reversed_receipt_is_taken_back_from_both_ledgers(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await received(house, order.number, "4")
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    await received(house, order.number, "0")
    await on_hand(house, "0")
    assert house.procurement.commitment(order.number) == Decimal("25.00")
    await house.at_stage(run_of(order), "awaiting goods")
    assert await house.items(0) == ()


async def test_a_reversal_that_comes_before_its_receipt_keeps_it_from_being_posted(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    await house.tell(EventType.goods_received, receipt)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1"), number="GR2"))
    await received(house, order.number, "1")
    assert len(house.procurement.receipts.by_reference) == 1
    await on_hand(house, "1")


async def test_a_receipt_that_was_billed_is_taken_back_once_a_credit_has_come(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await received(house, order.number, "4")
    await bill(house, order.number, "4")
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.already_invoiced, Audience.payables)
    assert listed.item.payable_at_risk is not None
    assert listed.item.payable_at_risk.amount == Decimal("10.00")
    await on_hand(house, "4")
    await bill(house, order.number, "-4", invoice="CR-1")
    await house.items(0)
    await received(house, order.number, "0")
    await house.at_stage(run_of(order), "awaiting goods")
    await on_hand(house, "0")
    assert house.procurement.receipts.standing == ()


async def test_a_billed_receipt_may_be_taken_back_by_hand(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await received(house, order.number, "4")
    await bill(house, order.number, "4")
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="JE-77")
    await house.items(0)
    await house.at_stage(run_of(order), "awaiting credit")
    await on_hand(house, "0")


async def test_a_newer_version_of_a_receipt_takes_the_place_of_the_older(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await received(house, order.number, "4")
    corrected = receipt.model_copy(update={"version": 2, "lines": (came("3"),)})
    await house.tell(EventType.goods_received, corrected)
    await received(house, order.number, "3")
    await on_hand(house, "3")
    assert len(house.procurement.receipts.standing) == 1


async def test_goods_go_back_once_the_supplier_allows_it(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("4", lots=(lot("L1", "4"),))))
    await received(house, order.number, "4")
    back = a_return(house, order.number, came("2", lots=(lot("L1", "2"),)))
    await house.tell(EventType.goods_returned, back)
    await asked_the_supplier(house)
    await on_hand(house, "4")
    allowed = back.model_copy(update={"authorisation": "RMA-9"})
    await house.tell(EventType.return_authorised, allowed, source="supplier")
    await received(house, order.number, "2")
    assert house.inventory.on_hand(PLACE, "4702", lot="L1") == 2
    (asked,) = house.supplier.returns.standing
    (posted,) = house.procurement.returns.standing
    assert (asked.goods_return.number, posted.goods_return.authorisation) == (back.number, "RMA-9")
    assert house.procurement.commitment(order.number) == Decimal("20.00")


async def test_a_return_that_brings_its_authorisation_goes_at_once(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await house.tell(EventType.goods_returned, a_return(house, order.number, authorisation="RMA-1"))
    await received(house, order.number, "2")
    assert house.supplier.returns.standing == ()


async def test_a_facility_may_send_back_without_asking(house: TradeHouse) -> None:
    receiving_by(house, authorise_returns=False)
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await house.tell(EventType.goods_returned, a_return(house, order.number))
    await received(house, order.number, "2")


@pytest.mark.parametrize("refused", [False, True], ids=["silent", "refused"])
async def test_a_return_that_is_not_allowed_in_time_is_a_question_to_the_buyer(
    house: TradeHouse, refused: bool
) -> None:
    receiving_by(house, authorisation=SHORT)
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    back = a_return(house, order.number)
    await house.tell(EventType.goods_returned, back)
    if refused:
        await house.tell(EventType.return_authorised, back.model_copy(update={"reason": "opened"}), source="supplier")
    (listed,) = await house.items()
    while ("refused" in listed.item.question) != refused:
        (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.not_authorised, Audience.buyer)
    await house.resolve(listed.item.item_id, Decision.correct, correction={"authorisation": "BY-PHONE"})
    await received(house, order.number, "2")


async def test_a_return_that_comes_before_its_receipt_waits_for_it(house: TradeHouse) -> None:
    receiving_by(house, order=SHORT)
    order = await placed(house)
    await house.tell(EventType.goods_returned, a_return(house, order.number, authorisation="RMA-1"))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.not_received, Audience.receiving)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await received(house, order.number, "2")
    await house.items(0)


async def test_a_credit_that_does_not_come_after_a_return_is_a_work_item_with_the_money(house: TradeHouse) -> None:
    receiving_by(house, credit=SHORT)
    order = await placed(house, order_line(quantity=Decimal(4)))
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await received(house, order.number, "4")
    await bill(house, order.number, "4")
    await ended(house, run_of(order))
    await house.tell(EventType.goods_returned, a_return(house, order.number, authorisation="RMA-1"))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.credit_overdue, Audience.payables)
    assert listed.item.workflow_id == run_of(order).next().workflow_id
    assert listed.item.payable_at_risk is not None
    assert listed.item.payable_at_risk.amount == Decimal("5.00")
    await bill(house, order.number, "-2", invoice="CR-1")
    await house.items(0)
    await house.at_stage(run_of(order).next(), "awaiting goods")


async def test_a_return_of_a_named_receipt_counts_against_that_one(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    second = a_receipt(house, order.number, came("4"), number="GR2")
    await house.tell(EventType.goods_received, second)
    await received(house, order.number, "8")
    back = a_return(house, order.number, receipt=second.number, authorisation="RMA-1")
    await house.tell(EventType.goods_returned, back)
    standing = await received(house, order.number, "6")
    assert {part.receipt: part.returned for part in standing.lines[0].received}[second.number] == 2


async def test_bill_only_goods_go_back_without_leaving_a_shelf(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number, moves_stock=False)
    await house.tell(EventType.goods_received, receipt)
    await received(house, order.number, "4")
    back = a_return(house, order.number, receipt=receipt.number, authorisation="RMA-1")
    await house.tell(EventType.goods_returned, back)
    await received(house, order.number, "2")
    assert house.inventory.lots_out.standing == ()
