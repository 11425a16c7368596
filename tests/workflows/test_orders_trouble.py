"""receipt-to-invoice: refusals, lost answers, late arrivals, people who give up, and histories that grow long."""

from decimal import Decimal

import pytest
from temporalio.client import Client, WorkflowFailureError

from canonical.documents.posting import LotsIn
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Posted
from canonical.errors import Audience
from canonical.inbound import EventType
from canonical.run import Standing
from suture.keys import Keyring
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from tests.conftest import StartTemporal
from tests.support.house import eventually
from tests.support.orders import (
    a_receipt,
    a_return,
    a_reversal,
    bill,
    came,
    ended,
    on_hand,
    order_line,
    placed,
    received,
    run_of,
    standing,
)
from tests.support.trade_house import TradeHouse
from tests.support.trouble import Held, Trouble, lost, refusal
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice

BOOKS = [("inventory", "lots_in"), ("procurement", "receipts")]
SHORT_HISTORY = {"limit.historyCount.suggestContinueAsNew": 60}


@pytest.fixture
async def house(trade_house: OpenTradeHouse) -> TradeHouse:
    """The house of orders, open."""
    return await trade_house(ReceiptToInvoice)


@pytest.mark.parametrize(("system", "book"), BOOKS, ids=lambda name: name)
@pytest.mark.parametrize("applied", [True, False], ids=["applied", "never arrived"])
async def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_posted_twice(
    house: TradeHouse, system: str, book: str, applied: bool
) -> None:
    books = getattr(getattr(house, system), book)
    post = Trouble(books, "post")
    post.after(lost()) if applied else post.before(lost())
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await received(house, order.number, "4")
    await on_hand(house, "4")
    assert len(house.procurement.receipts.standing) == len(house.inventory.lots_in.standing) == 1


@pytest.mark.parametrize(("system", "book"), BOOKS, ids=lambda name: name)
async def test_a_lost_answer_of_taking_back_is_asked_for(house: TradeHouse, system: str, book: str) -> None:
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await received(house, order.number, "4")
    take_back = Trouble(getattr(getattr(house, system), book), "take_back").after(lost())
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    await on_hand(house, "0")
    assert take_back.calls == 1
    assert house.procurement.receipts.standing == ()


@pytest.mark.parametrize(("system", "book"), [("inventory", "lots_out"), ("procurement", "returns")])
async def test_a_lost_answer_of_a_return_is_asked_for(house: TradeHouse, system: str, book: str) -> None:
    Trouble(getattr(getattr(house, system), book), "post").after(lost())
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await house.tell(EventType.goods_returned, a_return(house, order.number, authorisation="RMA-1"))
    await received(house, order.number, "2")
    await on_hand(house, "2")
    assert len(house.procurement.returns.standing) == len(house.inventory.lots_out.standing) == 1


async def test_a_write_that_arrives_after_its_receipt_was_reversed_is_taken_back(house: TradeHouse) -> None:
    order = await placed(house)
    Trouble(house.inventory.lots_in, "post").before(*(lost() for _ in range(3)))
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.uncertain
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    await house.at_stage(run_of(order), "awaiting goods")
    assert house.procurement.receipts.standing == ()
    assert house.inventory.lots_in.standing == ()


async def test_a_refused_receipt_waits_for_receiving_while_others_go_on(house: TradeHouse) -> None:
    order = await placed(house)
    Trouble(house.procurement.receipts, "post").before(refusal("the period of Mrs Planted"))
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.refused, Audience.receiving)
    assert listed.item.payable_at_risk is not None
    assert "Planted" not in listed.item.question
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1"), number="GR2"))
    await received(house, order.number, "1")
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.retry)
    await received(house, order.number, "5")


async def test_a_receipt_that_was_posted_by_hand_counts(house: TradeHouse) -> None:
    order = await placed(house, order_line(quantity=Decimal(4)))
    Trouble(house.procurement.receipts, "post").before(refusal())
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="PAPER-1")
    await received(house, order.number, "4")
    await bill(house, order.number, "4")
    state = await ended(house, run_of(order))
    assert state.ledgers[-1].standing is Standing.by_hand


async def test_an_abandoned_order_keeps_what_is_posted_and_is_taken_up_by_the_next_document(house: TradeHouse) -> None:
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    await received(house, order.number, "4")
    Trouble(house.inventory.lots_in, "post").before(refusal())
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1"), number="GR2"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.abandon)
    await ended(house, run_of(order))
    assert (await house.closed(run_of(order))).outcome == "abandoned"
    (left,) = await house.items()
    assert left.item.cause is Cause.left_behind
    assert "lots.GR2" in left.item.question
    await on_hand(house, "4")
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("2"), number="GR3"))
    await received(house, order.number, "7")
    await house.items(0)
    await on_hand(house, "7")


async def test_a_cancelled_order_leaves_its_open_lines_to_a_person(house: TradeHouse) -> None:
    order = await placed(house)
    await house.at_stage(run_of(order), "awaiting goods")
    await house.handle(run_of(order)).cancel()
    with pytest.raises(WorkflowFailureError):
        await house.handle(run_of(order)).result()
    (left,) = await house.items()
    assert "line 1" in left.item.question


@pytest.fixture
async def brief(start_temporal: StartTemporal, store: Store, keyring: Keyring) -> Client:
    """A client of a server on which every history is soon long."""
    server = await start_temporal(dynamic_config=SHORT_HISTORY)
    return await Client.connect(server.address, plugins=[suture_plugin(keyring)])


async def test_a_run_that_grows_long_loses_no_document(brief: Client, store: Store) -> None:
    async with TradeHouse(client=brief, store=store, workflows=[ReceiptToInvoice]).open() as house:
        order = await placed(house)
        first = (await house.handle(run_of(order)).describe()).run_id
        for number in range(1, 11):
            await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1"), number=f"GR{number}"))
        await received(house, order.number, "10")

        async def another() -> bool | None:
            # It goes on as a new one once nothing is under way: after the last receipt is told at the latest.
            return (await house.handle(run_of(order)).describe()).run_id != first or None

        await eventually(another)
        await bill(house, order.number, "10")
        await house.closed(run_of(order))
        assert len(house.procurement.receipts.by_reference) == len(house.inventory.lots_in.by_reference) == 10


async def test_what_nobody_has_foreseen_about_one_document_stops_no_other(house: TradeHouse) -> None:
    order = await placed(house)
    never = house.inventory.lots_in.post

    async def post(document: LotsIn, *, wire_key: str) -> Posted:
        if document.receipt == house.number("GR"):
            raise RuntimeError("a fault of our own")
        return await never(document, wire_key=wire_key)

    house.inventory.lots_in.post = post  # type: ignore[method-assign]
    await house.tell(EventType.goods_received, a_receipt(house, order.number))
    (listed,) = await house.items()
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("1"), number="GR2"))
    await received(house, order.number, "1")
    house.inventory.lots_in.post = never  # type: ignore[method-assign]
    await house.resolve(listed.item.item_id, Decision.retry)
    await received(house, order.number, "5")


@pytest.mark.parametrize(("system", "book"), BOOKS, ids=lambda name: name)
@pytest.mark.parametrize("answer", ["comes", "is lost"])
async def test_a_receipt_that_is_reversed_while_it_is_being_posted_is_taken_back_once_that_has_settled(
    house: TradeHouse, system: str, book: str, answer: str
) -> None:
    posting = Held(getattr(getattr(house, system), book))
    if answer == "is lost":
        posting.trouble.after(lost())
    order = await placed(house)
    receipt = a_receipt(house, order.number)
    await house.tell(EventType.goods_received, receipt)
    await posting.begun.wait()
    await house.tell(EventType.receipt_reversed, a_reversal(receipt))
    posting.go_on.set()

    async def reversed_in_the_book() -> bool | None:
        found = await standing(house, order.number)
        return True if found is not None and receipt.number in found.reversed else None

    await eventually(reversed_in_the_book)
    await on_hand(house, "0")
    assert (house.procurement.receipts.standing, house.inventory.lots_in.standing) == ((), ())
    assert await house.items(0) == ()
