"""Receipts that move no stock in a Tryton: what was used before it was ordered is counted, billed, and taken back once."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from canonical.documents.order import OrderType
from canonical.documents.posting import ReceiptPosting
from canonical.errors import Audience, BusinessRefusal, Uncertain
from canonical.kinds import Kind
from tests.connectors.contract.peers.tryton_invoices import TrytonInvoicesPeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import DAY, payable, receipt
from tests.connectors.tryton_orders import new_key, ordered, purchase

PEER = TrytonInvoicesPeer


@pytest.fixture
async def number(system: Any) -> str:
    """Ten of an item were ordered that had been used before."""
    name = f"PO-{uuid4().hex[:8]}"
    await ordered(system, name, type=OrderType.bill_only)
    return name


@pytest.mark.parametrize("trouble", [Trouble.cut_before, Trouble.cut_after])
async def test_one_that_was_left_on_its_way_is_carried_on_by_the_look_up_and_none_is_beside_it(
    peer: TrytonInvoicesPeer, system: Any, number: str, trouble: Trouble
) -> None:
    book, key = system.books()[Kind.receipt], new_key()
    peer.plan("model.stock.shipment.in.receive", trouble)
    with pytest.raises(Uncertain):
        await book.post(counted(number, "2.5"), wire_key=key)
    [found] = await book.find([new_key(), key])
    assert (found.wire_key, found.stands, found.quantity, found.posting_date) == (key, True, Decimal("2.5"), DAY)
    assert await book.get(found.reference) == found
    assert await system._client.rows("stock.shipment.in", [["reference", "=", key]], ["state"]) == []


async def test_no_goods_are_awaited_and_none_come(system: Any, number: str) -> None:
    await system.books()[Kind.receipt].post(counted(number, "10"), wire_key=new_key())
    [order] = await purchase(system, number, ["shipment_state", "lines.moves"])
    assert (order["shipment_state"], [line["moves"] for line in order["lines."]]) == ("none", [[]])


async def test_it_is_taken_back_once_and_not_while_it_is_billed(system: Any, number: str) -> None:
    books = system.books()
    first = await books[Kind.receipt].post(counted(number, "3"), wire_key=new_key())
    await books[Kind.receipt].post(counted(number, "4"), wire_key=new_key())
    billed = await books[Kind.payable].post(
        payable(f"I-{number}", of=number, quantity="5", amount="50.00"), wire_key=new_key()
    )
    with pytest.raises(BusinessRefusal, match="invoiced") as refusal:
        await books[Kind.receipt].take_back(first.reference, on=DAY, wire_key=new_key())
    assert refusal.value.audience is Audience.receiving
    await books[Kind.payable].take_back(billed.reference, on=DAY, wire_key=new_key())
    for _ in range(2):
        assert await books[Kind.receipt].take_back(first.reference, on=DAY, wire_key=new_key()) == first
    found = await books[Kind.receipt].get(first.reference)
    assert (found.live, found.quantity) == (False, 3)


async def test_what_it_was_billed_for_clears_what_was_received_and_not_invoiced(system: Any, number: str) -> None:
    await system.books()[Kind.receipt].post(counted(number, "4"), wire_key=new_key())
    billed = await system.books()[Kind.payable].post(
        payable(f"I-{number}", of=number, quantity="4", amount="40.00"), wire_key=new_key()
    )
    [invoice] = await system._client.rows(
        "account.invoice", [["id", "=", int(billed.reference.removeprefix("pay-"))]], ["lines.account.code"]
    )
    assert [line["account."]["code"] for line in invoice["lines."]] == ["2.4.9"]


async def test_a_line_whose_goods_tryton_awaits_is_received_at_the_dock_alone(system: Any, number: str) -> None:
    stocked = f"{number}-S"
    await ordered(system, stocked)
    with pytest.raises(BusinessRefusal, match="awaits the goods"):
        await system.books()[Kind.receipt].post(counted(stocked, "1"), wire_key=new_key())
    other = counted(number, "1")
    nowhere = other.lines[0].model_copy(update={"order_line": 9})
    with pytest.raises(BusinessRefusal, match="no such line"):
        await system.books()[Kind.receipt].post(other.model_copy(update={"lines": (nowhere,)}), wire_key=new_key())


async def test_a_shipment_that_brings_goods_is_none_of_them(system: Any, number: str) -> None:
    stocked = f"{number}-S"
    await ordered(system, stocked)
    came = await system.books()[Kind.receipt].post(receipt(stocked), wire_key=new_key())
    assert await system.books()[Kind.receipt].get(came.reference.replace("rec-", "use-")) is None


def counted(number: str, quantity: str) -> ReceiptPosting:
    """So much of an order was used, and counts as received."""
    return receipt(number, quantity=quantity, moves_stock=False)
