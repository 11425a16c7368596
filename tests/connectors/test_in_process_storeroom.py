"""The storeroom in this process counts stock as a real one would, so that what is built on it can be held to it."""

from datetime import date
from decimal import Decimal

import pytest

from bench.in_process_storeroom import InProcessStoreroom
from canonical.documents.posting import ExpectedDelivery, ExpectedLine, LotEntry, LotsIn, LotsOut, Transfer
from canonical.documents.receipt import ReceivedLot
from canonical.documents.stock import StockMovement
from canonical.errors import BusinessRefusal
from canonical.kinds import Kind

ON = date(2026, 11, 2)
LINE = LotEntry(
    item="4701",
    quantity=Decimal(5),
    lots=(ReceivedLot(lot="A", quantity=Decimal(2)), ReceivedLot(lot="B", quantity=Decimal(3))),
)
IN = LotsIn(facility="NORTH", location="OR-1", receipt="R-1", on=ON, lines=(LINE,))
OUT = LotsOut(facility="NORTH", location="OR-1", goods_return="RT-1", on=ON, lines=(LINE,))
MOVE = Transfer(facility="NORTH", item="4701", from_location="CATH", to_location="OR-1", quantity=Decimal(4), on=ON)


def expected(revision: int) -> ExpectedDelivery:
    line = ExpectedLine(item="4701", location="OR-1", quantity=Decimal(10 * revision))
    return ExpectedDelivery(facility="NORTH", order="PO-1", revision=revision, lines=(line,))


async def test_a_document_counts_once_whatever_is_repeated() -> None:
    room = InProcessStoreroom("inventory", "M")
    book = room.books()[Kind.lots_in]
    first = await book.post(IN, wire_key="K")
    assert await book.post(IN, wire_key="K") == first
    assert (room.on_hand("OR-1", "4701"), room.on_hand("OR-1", "4701", lot="B")) == (5, 3)
    back = await book.take_back(first.reference, on=ON, wire_key="K1")
    assert await book.take_back(first.reference, on=ON, wire_key="K2") == back
    assert room.on_hand("OR-1", "4701") == 0
    [found] = await book.find(["K"])
    assert (found.stands, room.lots_in.standing) == (False, ())


async def test_goods_out_transfers_and_uses_are_counted_where_they_are() -> None:
    room = InProcessStoreroom("inventory", "M")
    await room.books()[Kind.lots_in].post(IN, wire_key="I")
    await room.books()[Kind.transfer].post(MOVE, wire_key="T")
    assert (room.on_hand("OR-1", "4701"), room.on_hand("CATH", "4701")) == (9, -4)
    await room.books()[Kind.lots_out].post(OUT, wire_key="O")
    assert (room.on_hand("OR-1", "4701"), room.on_hand("OR-1", "4701", lot="A")) == (4, 0)
    use = StockMovement(
        facility="NORTH", location="OR-1", item="4701", quantity=Decimal(1), unit="each", service_date=ON
    )
    moved = await room.move(use, wire_key="U")
    assert room.on_hand("OR-1", "4701") == 3
    await room.take_back(moved.reference, wire_key="U1")
    assert room.on_hand("OR-1", "4701") == 4


async def test_the_newest_revision_that_stands_is_expected() -> None:
    room = InProcessStoreroom("inventory", "M")
    book = room.books()[Kind.expected]
    newest = await book.post(expected(2), wire_key="E2")
    await book.post(expected(1), wire_key="E1")
    assert room.expected("PO-1") == expected(2)
    await book.take_back(newest.reference, on=ON, wire_key="E2B")
    assert room.expected("PO-1") == expected(1)
    assert room.expected("PO-2") is None


async def test_a_book_refuses_for_as_long_as_it_is_told_to() -> None:
    room = InProcessStoreroom("inventory", "M")
    room.lots_in.refusal = BusinessRefusal("the lot is known as another owner's", system="inventory", operation="post")
    with pytest.raises(BusinessRefusal):
        await room.books()[Kind.lots_in].post(IN, wire_key="K")
    assert room.on_hand("OR-1", "4701") == 0
    room.lots_in.refusal = None
    await room.books()[Kind.lots_in].post(IN, wire_key="K")
    assert room.on_hand("OR-1", "4701") == 5
