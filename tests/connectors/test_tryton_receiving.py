"""What is Tryton's own of receiving: moves taken over once, awaited again, and goods that are counted once at the dock."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from canonical.documents.posting import ReceiptPosting
from canonical.documents.receipt import ReceivedLot
from canonical.errors import Audience, BusinessRefusal, Uncertain
from canonical.kinds import Kind
from tests.connectors.contract.peers.tryton_invoices import TrytonInvoicesPeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import DAY, change, goods_return, receipt
from tests.connectors.stock import EXPIRES, lot, lots_in, lots_out
from tests.connectors.tryton_books import client_of
from tests.connectors.tryton_orders import new_key, ordered, shown

PEER = TrytonInvoicesPeer
MISSED = "wizard.purchase.handle.shipment.exception.execute"


@pytest.fixture
async def number(system: Any) -> str:
    """Ten of an item at ten dollars were ordered under this number."""
    name = f"PO-{uuid4().hex[:8]}"
    await ordered(system, name)
    return name


async def test_more_than_was_ordered_is_received_for_the_dock_has_counted_it(system: Any, number: str) -> None:
    for quantity in ("8", "5"):
        await system.books()[Kind.receipt].post(receipt(number, quantity=quantity), wire_key=new_key())
    assert await shown(system, number) == {"shipment": "received", "came": 13, "awaited": 0, "billed": 0}


async def test_an_order_of_a_buyers_own_is_received_by_the_number_and_the_lines_that_tryton_gives_it(
    peer: TrytonInvoicesPeer, system: Any, number: str, tmp_path: Path
) -> None:
    (tmp_path / "admin").write_text("admin")
    buyer = client_of(peer, "admin", tmp_path / "admin")
    head = ["company", "party", "invoice_address", "payment_term", "currency", "warehouse", "purchase_date"]
    goods = ["product", "unit", "quantity", "unit_price"]
    fields = [*head, *(f"lines.{name}" for name in goods)]
    [like] = await buyer.rows("purchase.purchase", [["description", "=", number]], fields)
    line = {name: like["lines."][0][name] for name in goods}
    values = {**{name: like[name] for name in head}, "lines": [["create", [line]]]}
    made = await buyer.create("purchase.purchase", values, audience=Audience.buyer)
    for button in ("quote", "confirm"):
        await buyer.press("purchase.purchase", button, made, audience=Audience.buyer)
    [row] = await buyer.rows("purchase.purchase", [["id", "=", made]], ["number"])
    await buyer.close()
    told = await system.order(facility="NORTH", number=row["number"])
    assert (told.number, told.lines[0].line) == (row["number"], 1)
    await system.books()[Kind.receipt].post(receipt(row["number"], quantity="4"), wire_key=new_key())
    changed = change(row["number"], quantity="4", line={"cost_centre": told.lines[0].cost_centre})
    await system.books()[Kind.order_change].post(changed, wire_key=new_key())
    assert (await system.order(facility="NORTH", number=row["number"])).lines[0].quantity == 4


async def test_receipts_of_one_order_by_two_engines_at_once_never_take_over_the_same_move(
    peer: TrytonInvoicesPeer, number: str
) -> None:
    engines: list[Any] = [peer.connect(), peer.connect()]
    receipts = [engine.books()[Kind.receipt] for engine in engines * 2]
    await asyncio.gather(*(book.post(receipt(number, quantity="2"), wire_key=new_key()) for book in receipts))
    assert await shown(engines[0], number) == {"shipment": "partially shipped", "came": 8, "awaited": 2, "billed": 0}
    for engine in engines:
        await engine.close()


@pytest.mark.parametrize("call", ["model.stock.shipment.in.cancel", MISSED, None])
async def test_a_receipt_that_is_taken_back_is_awaited_again_also_by_a_look_up_after_its_undo_died(
    peer: TrytonInvoicesPeer, system: Any, number: str, call: str | None
) -> None:
    book, key = system.books()[Kind.receipt], new_key()
    posted = await book.post(receipt(number), wire_key=key)
    if call is not None:
        peer.plan(call, Trouble.cut_after if call != MISSED else Trouble.cut_before)
        with pytest.raises(Uncertain):
            await book.take_back(posted.reference, on=DAY, wire_key=new_key())
    else:
        await book.take_back(posted.reference, on=DAY, wire_key=new_key())
    [found] = await book.find([key])
    assert not found.stands
    assert await shown(system, number) == {"shipment": "waiting", "came": 0, "awaited": 10, "billed": 0}


async def test_a_receipt_that_tryton_refuses_is_not_found_and_its_goods_are_awaited_still(system: Any) -> None:
    number, key = f"PO-{uuid4().hex[:8]}", new_key()
    await ordered(system, number, item="4701")
    with pytest.raises(BusinessRefusal):
        await system.books()[Kind.receipt].post(of_item(number, "4701", quantity="4"), wire_key=key)
    assert await system.books()[Kind.receipt].find([key]) == ()
    assert await shown(system, number) == {"shipment": "waiting", "came": 0, "awaited": 10, "billed": 0}


async def test_goods_of_an_order_are_put_away_from_the_dock_and_go_back_over_it_and_are_counted_once(
    system: Any,
) -> None:
    number, books = f"PO-{uuid4().hex[:8]}", system.books()
    one, other = lot(f"A{uuid4().hex[:8]}", 3), lot(f"B{uuid4().hex[:8]}", 2)
    await ordered(system, number, item="4701")
    await books[Kind.receipt].post(of_item(number, "4701", one, other, quantity="5"), wire_key=new_key())
    assert await counted(system, one, other) == {"dock": [3, 2], "OR-1": [0, 0]}
    put = await books[Kind.lots_in].post(lots_in("4701", one, other, order=number), wire_key=new_key())
    assert await counted(system, one, other) == {"dock": [0, 0], "OR-1": [3, 2]}

    taken, back = lots_out("4701", lot(one.lot or "", 2)).model_copy(update={"order": number}), new_key()
    out = await books[Kind.lots_out].post(taken, wire_key=back)
    assert await counted(system, one, other) == {"dock": [2, 0], "OR-1": [1, 2]}
    returned = goods_return(number, quantity="2")
    line = returned.goods_return.lines[0].model_copy(update={"item": "4701", "lots": (lot(one.lot or "", 2),)})
    returned = returned.model_copy(update={"goods_return": returned.goods_return.model_copy(update={"lines": (line,)})})
    await books[Kind.goods_return].post(returned, wire_key=new_key())
    assert await counted(system, one, other) == {"dock": [0, 0], "OR-1": [1, 2]}

    assert [found.reference for found in await books[Kind.lots_out].find([back])] == [out.reference]
    await books[Kind.lots_in].take_back(put.reference, on=DAY, wire_key=new_key())
    assert await counted(system, one, other) == {"dock": [3, 2], "OR-1": [-2, 0]}


def of_item(number: str, item: str, *lots: ReceivedLot, quantity: str) -> ReceiptPosting:
    posting = receipt(number, quantity=quantity)
    line = posting.receipt.lines[0].model_copy(update={"item": item, "lots": lots})
    return posting.model_copy(update={"receipt": posting.receipt.model_copy(update={"lines": (line,)})})


async def counted(system: Any, *lots: ReceivedLot) -> dict[str, list[Decimal]]:
    """How many of each lot are at the dock and in the operating room."""
    [warehouse] = await system._client.rows(
        "stock.location", [["code", "=", "NORTH"], ["type", "=", "warehouse"]], ["input_location"]
    )
    [room] = await system._client.rows(
        "stock.location", [["code", "=", "OR-1"], ["parent", "child_of", [warehouse["id"]], "parent"]], ["id"]
    )
    there: dict[str, list[Decimal]] = {}
    for name, location in (("dock", warehouse["input_location"]), ("OR-1", room["id"])):
        context = {"locations": [location]}
        rows = [
            await system._client.rows(
                "stock.lot", [["number", "=", one.lot]], ["quantity", "expiration_date"], context=context
            )
            for one in lots
        ]
        assert all(row["expiration_date"] == EXPIRES for [row] in rows)
        there[name] = [row["quantity"] or 0 for [row] in rows]
    return there
