"""A supplier's own goods in a Tryton: counted at a place of its own, owed for by nothing but the engine's order."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from canonical.documents.item import Ownership
from canonical.documents.posting import LotsIn, LotsOut, Voucher
from canonical.errors import Audience, BusinessRefusal, Uncertain
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.contract.peers.tryton import TrytonPeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import invoice
from tests.connectors.stock import ON, lot, lots_in, lots_out, movement
from tests.connectors.tryton_books import client_of

PEER = TrytonPeer
LOAN = "LOAN"


@pytest.fixture
async def books(peer: TrytonPeer, tmp_path: Path) -> AsyncIterator[TrytonClient]:
    """What an administrator sees."""
    (tmp_path / "admin").write_text("admin")
    client = client_of(peer, "admin", tmp_path / "admin")
    yield client
    await client.close()


async def test_goods_that_stay_the_suppliers_come_are_used_come_back_and_go_back_and_are_counted(
    system: Any, books: TrytonClient
) -> None:
    before = await on_hand(system)
    await system.books()[Kind.lots_in].post(loaned(10), wire_key=new_key())
    used = await system.move(movement(location=LOAN), wire_key=new_key())
    assert (await on_hand(system) - before, await billed(books)) == (8, [])
    back = await system.take_back(used.reference, wire_key=new_key())
    assert await on_hand(system) - before == 10
    await system.take_back(back.reference, wire_key=new_key())
    assert (await on_hand(system) - before, await billed(books)) == (8, [])
    key = new_key()
    gone = await system.books()[Kind.lots_out].post(back_to_supplier(3), wire_key=key)
    assert await on_hand(system) - before == 5
    [found] = await system.books()[Kind.lots_out].find([key])
    assert (found.reference, found.quantity, found.stands) == (gone.reference, 3, True)
    await system.books()[Kind.lots_out].take_back(gone.reference, on=ON, wire_key=new_key())
    assert await on_hand(system) - before == 8


async def test_more_than_lies_there_is_refused(system: Any, books: TrytonClient) -> None:
    there = await on_hand(system)
    with pytest.raises(BusinessRefusal):
        await system.move(movement(there + 1, location=LOAN), wire_key=new_key())
    with pytest.raises(BusinessRefusal):
        await system.books()[Kind.lots_out].post(back_to_supplier(int(there) + 1), wire_key=new_key())
    assert (await on_hand(system), await billed(books)) == (there, [])


async def test_lots_of_a_supplier_are_counted_by_themselves(system: Any) -> None:
    named = f"C{uuid4().hex[:8]}"
    document = lots_in("4701", lot(named, 4), location=LOAN, supplier="100", ownership=Ownership.consigned)
    await system.books()[Kind.lots_in].post(document, wire_key=new_key())
    await system.move(movement(Decimal(1), item="4701", lot=named, location=LOAN), wire_key=new_key())
    looked = await system.look_up(
        facility="NORTH", location=LOAN, item="4701", device_identifier=None, lot=named, serial=None
    )
    assert (looked.lot.known, looked.lot.on_hand) == (True, Decimal(3))


async def test_what_a_person_has_put_into_an_invoice_is_left_there(
    peer: TrytonPeer, system: Any, books: TrytonClient
) -> None:
    await system.books()[Kind.lots_in].post(loaned(5), wire_key=new_key())
    key = new_key()
    peer.plan("model.account.invoice.line.delete", Trouble.cut_before)
    with pytest.raises(Uncertain):
        await system.move(movement(location=LOAN), wire_key=key)
    line, _ = sorted(await billed(books), key=lambda line: line["invoice_type"])
    document = Voucher(invoice=invoice(f"INV-{key[:8]}", "50.00", supplier="100"))
    drawn_up = await system.books()[Kind.voucher].post(document, wire_key=new_key())
    put_in = {"invoice": int(drawn_up.reference.rpartition("-")[2])}
    await books.write("account.invoice.line", line["id"], put_in, audience=Audience.finance)
    assert [found.stands for found in await system.find_movements([key])] == [True]
    assert await billed(books) == []
    [left] = await books.rows("account.invoice.line", [["id", "=", line["id"]]], ["invoice"])
    assert left["invoice"] == put_in["invoice"]


async def test_a_use_of_goods_that_tryton_cannot_price_is_refused_and_leaves_nothing(
    system: Any, books: TrytonClient
) -> None:
    goods, key = lots_in("4733", quantity=2, location=LOAN, ownership=Ownership.consigned), new_key()
    await system.books()[Kind.lots_in].post(goods, wire_key=new_key())
    with pytest.raises(BusinessRefusal):
        await system.move(movement(item="4733", location=LOAN), wire_key=key)
    assert (await system.find_movements([key]), await billed(books)) == ((), [])


@pytest.mark.parametrize("button", ["assign_try", "do"])
async def test_a_use_whose_call_died_is_carried_on_by_the_look_up_and_leaves_nothing_to_be_billed(
    peer: TrytonPeer, system: Any, books: TrytonClient, button: str
) -> None:
    await system.books()[Kind.lots_in].post(loaned(5), wire_key=new_key())
    key, before = new_key(), await on_hand(system)
    peer.plan(f"model.stock.shipment.out.{button}", Trouble.cut_after)
    with pytest.raises(Uncertain):
        await system.move(movement(location=LOAN), wire_key=key)
    assert await billed(books) != []
    [found], [again] = await asyncio.gather(*(system.find_movements([key]) for _ in range(2)))
    assert (found.stands, found.quantity) == (again.stands, again.quantity) == (True, 2)
    assert (await on_hand(system), await billed(books)) == (before - 2, [])


async def test_goods_do_not_change_hands_by_where_they_are_put(system: Any) -> None:
    book = system.books()[Kind.lots_in]
    for document in (
        lots_in("4703", quantity=1, location=LOAN),
        lots_in("4703", quantity=1, ownership=Ownership.consigned),
    ):
        with pytest.raises(BusinessRefusal, match="somebody else"):
            await book.post(document, wire_key=new_key())


def loaned(quantity: int) -> LotsIn:
    return lots_in("4703", quantity=quantity, location=LOAN, ownership=Ownership.consigned)


def back_to_supplier(quantity: int) -> LotsOut:
    return lots_out("4703", quantity=quantity).model_copy(update={"location": LOAN})


async def on_hand(system: Any) -> Decimal:
    looked = await system.look_up(
        facility="NORTH", location=LOAN, item="4703", device_identifier=None, lot=None, serial=None
    )
    found: Decimal = looked.lot.on_hand
    return found


async def billed(books: TrytonClient) -> list[Any]:
    """What waits to be billed for goods that left."""
    waiting = [["origin", "like", "stock.move,%"], ["invoice", "=", None]]
    return await books.rows("account.invoice.line", waiting, ["invoice_type"])


def new_key() -> str:
    return wire_key(uuid4().hex)
