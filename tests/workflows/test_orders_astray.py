"""receipt-to-invoice: documents in any order, twice, by notice, without an order, and moved to the one they belong to."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from canonical.documents.document import Document
from canonical.documents.order import Acknowledged, AcknowledgedLine, Acknowledgement
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.identity import stray_run
from canonical.inbound import EventType
from tests.support.house import refusal
from tests.support.orders import (
    PLACE,
    a_notice,
    a_receipt,
    a_return,
    a_reversal,
    an_order,
    came,
    ended,
    lot,
    on_hand,
    order_line,
    placed,
    received,
    receiving_by,
    run_of,
    standing,
)
from tests.support.trade_house import NOW, SHORT, TODAY, TradeHouse
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice


@pytest.fixture
async def house(trade_house: OpenTradeHouse) -> TradeHouse:
    """The house of orders, open."""
    return await trade_house(ReceiptToInvoice)


ARRIVALS = list(permutations(range(4)))[::5]


@pytest.mark.parametrize("arrival", ARRIVALS, ids=lambda arrival: "".join(map(str, arrival)))
async def test_documents_come_to_the_same_in_any_order(house: TradeHouse, arrival: tuple[int, ...]) -> None:
    order = an_order(house)
    first, second = a_receipt(house, order.number), a_receipt(house, order.number, came("3"), number="GR2")
    back = a_return(house, order.number, came("1"), authorisation="RMA-1", receipt=second.number)
    told: list[list[tuple[EventType, Document]]] = [
        [(EventType.order_placed, order)],
        [(EventType.goods_received, first), (EventType.receipt_reversed, a_reversal(first))],
        [(EventType.goods_received, second)],
        [(EventType.goods_returned, back)],
    ]
    house.procurement.place(order)
    for part in arrival:
        for kind, document in told[part]:
            await house.tell(kind, document)
    await received(house, order.number, "2")
    await house.at_stage(run_of(order), "awaiting invoice")
    await on_hand(house, "2")
    assert house.procurement.received_not_invoiced(order.number) == {1: Decimal(2)}
    assert len(house.procurement.receipts.standing) == len(house.procurement.returns.standing) == 1


async def test_a_receipt_that_is_told_twice_is_posted_once(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await house.tell(EventType.goods_received, receipt, source="dock")
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1"), number="GR2"))
    await received(house, order.number, "5")
    assert await house.items(0) == ()
    assert len(house.procurement.receipts.by_reference) == 2


async def test_the_same_receipt_with_other_content_is_told_to_people(house: TradeHouse) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await house.tell(EventType.goods_received, receipt.model_copy(update={"lines": (came("5"),)}))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.blocks) == (Cause.conflicting_content, False)
    await received(house, order.number, "4")


async def test_of_an_order_the_newest_revision_counts(house: TradeHouse) -> None:
    order = an_order(house)
    newer = order.model_copy(update={"version": 2, "lines": (order_line(quantity=Decimal(12)),)})
    house.procurement.place(newer)
    await house.tell(EventType.order_changed, newer)
    await house.tell(EventType.order_placed, order)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("12")))
    found = await received(house, order.number, "12")
    assert found.order.version == 2
    again = newer.model_copy(update={"lines": (order_line(quantity=Decimal(20)),)})
    await house.tell(EventType.order_changed, again)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.conflicting_content


async def test_a_receipt_that_waits_as_too_much_goes_on_once_the_order_was_changed(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("12")))
    await house.items()
    newer = order.model_copy(update={"version": 2, "lines": (order_line(quantity=Decimal(12)),)})
    house.procurement.place(newer)
    await house.tell(EventType.order_changed, newer)
    await received(house, order.number, "12")
    assert await house.items(0) == ()


async def test_lots_come_from_the_ship_notice_that_a_receipt_names(house: TradeHouse) -> None:
    order = await placed(house)
    notice = a_notice(house, order.number, came("4", lots=(lot("L1", "3"), lot("L2", "1"))))
    await house.tell(EventType.goods_shipped, notice)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, ship_notice=notice.number))
    await received(house, order.number, "4")
    assert house.inventory.on_hand(PLACE, "4702", lot="L1") == 3
    assert house.inventory.on_hand(PLACE, "4702", lot="L2") == 1


async def test_a_facility_may_receive_by_notice_and_a_later_count_takes_its_place(house: TradeHouse) -> None:
    receiving_by(house, receive_by_notice=True)
    order = await placed(house)
    notice = a_notice(house, order.number, came("4", lots=(lot("L1", "4"),)))
    await house.tell(EventType.goods_shipped, notice)
    await received(house, order.number, "4")
    assert house.inventory.on_hand(PLACE, "4702", lot="L1") == 4
    counted = a_receipt(house, order.number, came("3"), ship_notice=notice.number)
    await house.tell(EventType.goods_received, counted)
    await received(house, order.number, "3")
    await on_hand(house, "3")


async def test_what_is_announced_for_a_later_day_is_not_received_yet(house: TradeHouse) -> None:
    receiving_by(house, receive_by_notice=True)
    order = await placed(house)
    later = TODAY + timedelta(days=3650)
    await house.tell(EventType.goods_shipped, a_notice(house, order.number, expected_on=later))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1")))
    await received(house, order.number, "1")


async def test_an_acknowledgement_of_an_order_that_a_buyer_made_is_kept(house: TradeHouse) -> None:
    order = await placed(house)
    said = Acknowledgement(
        facility="NORTH",
        source="supplier",
        number=house.number("ACK"),
        occurred=NOW,
        order=order.number,
        supplier="ACME",
        lines=(AcknowledgedLine(line=1, status=Acknowledged.accepted),),
    )
    await house.tell(EventType.order_acknowledged, said)
    await house.handle(run_of(order)).cancel()
    await house.closed(run_of(order))
    closing = await house.store.runs.closing(run_of(order).workflow_id)
    assert closing is not None
    assert said.number in closing


async def test_goods_without_an_order_ask_at_once_and_are_moved_to_the_order_that_a_person_names(
    house: TradeHouse,
) -> None:
    order = an_order(house)
    house.procurement.place(order)
    receipt = a_receipt(house, None)
    await house.tell(EventType.goods_received, receipt)
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.no_order, Audience.receiving)
    stray = stray_run("NORTH", "receipt", receipt.number)
    await house.resolve(listed.item.item_id, Decision.correct, correction={"order": order.number})
    assert (await ended(house, stray)).moved_to == order.number
    await received(house, order.number, "4")
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    assert (await house.closed(stray.next())).outcome == "moved"
    await received(house, order.number, "0")
    await on_hand(house, "0")


async def test_goods_for_an_order_that_nobody_knows_are_asked_about_after_a_while(house: TradeHouse) -> None:
    receiving_by(house, order=SHORT)
    order = an_order(house)
    house.procurement.place(order)
    wrong = house.number("PO-WRONG")
    await house.tell(EventType.goods_received, a_receipt(house, wrong))
    (listed,) = await house.items()
    assert wrong in listed.item.question
    itself = house.resolve(listed.item.item_id, Decision.correct, correction={"order": wrong})
    assert "order it is filed under" in await refusal(itself)
    await house.resolve(listed.item.item_id, Decision.correct, correction={"order": order.number})
    await received(house, order.number, "4")


async def test_an_order_that_appears_after_all_is_told_as_its_own_run(house: TradeHouse) -> None:
    receiving_by(house, order=SHORT)
    order, late = an_order(house), an_order(house, number="PO-LATE")
    house.procurement.place(order)
    await house.tell(EventType.goods_received, a_receipt(house, late.number))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"order": order.number})
    await received(house, order.number, "4")
    house.procurement.place(late)
    await house.tell(EventType.order_placed, late)
    await house.tell(EventType.goods_received, a_receipt(house, late.number, came("1"), number="GR2"))
    await received(house, late.number, "1")


async def test_one_receipt_of_an_order_is_moved_to_another(house: TradeHouse) -> None:
    order = await placed(house)
    other = an_order(house, order_line(item="4799"), number="PO-OTHER")
    house.procurement.place(other)
    receipt = a_receipt(house, order.number, came("4", item="4799"))
    await house.tell(EventType.goods_received, receipt)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, correction={"order": other.number})
    await received(house, other.number, "4")
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    await received(house, other.number, "0")
    found = await standing(house, order.number)
    assert found is not None
    assert found.lines[0].received == ()
