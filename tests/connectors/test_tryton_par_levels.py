"""How items stand against their order points in a Tryton, and what is told of deliveries that are expected there."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from canonical.documents.item import Ownership
from canonical.documents.posting import ExpectedDelivery, ExpectedLine
from canonical.documents.receipt import ReceivedLot
from canonical.documents.replenishment import ParStanding
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.contract.peers.tryton import TrytonPeer
from tests.connectors.purchases import order, receipt
from tests.connectors.shelves import people, planned, put, shelved
from tests.connectors.stock import LATER, ON, lot, lots_in, movement

PEER = TrytonPeer
MOST, MOST_OF_ONE = 20, 12
"""Calls: for one item, and for all of a campus that has eight places."""


@pytest.fixture
async def books(peer: TrytonPeer, tmp_path: Path) -> AsyncIterator[TrytonClient]:
    """Who sets par levels, and moves goods by hand."""
    client = people(peer, tmp_path)
    yield client
    await client.close()


@pytest.fixture
async def item(books: TrytonClient) -> str:
    """Of this test alone; filled up to ten at OR-1 where there are fewer than four."""
    return (await shelved(books)).item


async def test_an_item_that_is_nowhere_needs_all_of_its_par_and_other_places_give_what_they_have(
    system: Any, item: str
) -> None:
    await put(system, item, 3, at="CATH")
    found = await standing(system, item)
    assert (found.par, found.available, found.need, found.ownership) == (10, 0, 10, Ownership.owned)
    assert [(one.location, one.quantity) for one in found.spare] == [("CATH", 3)]
    assert [(one.unit, one.factor) for one in found.factors] == [("box", 10)]
    assert found in await system.below_par(facility="NORTH")


async def test_a_place_is_filled_up_once_it_falls_below_its_least_and_not_before(system: Any, item: str) -> None:
    await put(system, item, 4)
    assert item not in await listed(system)
    await system.move(movement(Decimal(1), item=item), wire_key=new_key())
    assert item in await listed(system)
    assert (await standing(system, item)).need == 7


async def test_what_has_expired_is_not_available(system: Any, books: TrytonClient) -> None:
    item = (await shelved(books, like="4701")).item
    old = ReceivedLot(lot=f"OLD{uuid4().hex[:6]}", expires=date(2026, 1, 31), quantity=Decimal(5))
    await put(system, item, 0, old, lot(f"NEW{uuid4().hex[:6]}", 2))
    assert (await standing(system, item)).available == 2


async def test_the_level_of_a_warehouse_counts_all_that_is_the_hospitals_own(system: Any, books: TrytonClient) -> None:
    item = (await shelved(books, at=None)).item
    loaned = lots_in(item, quantity=5, location="LOAN", ownership=Ownership.consigned)
    await system.books()[Kind.lots_in].post(loaned, wire_key=new_key())
    await put(system, item, 2)
    found = await standing(system, item, at="STO")
    assert (found.available, found.spare, found.need) == (2, (), 8)
    assert await system.par(facility="NORTH", location="LOAN", item=item) is None


async def test_an_order_kept_here_is_on_its_way_to_the_place_that_its_line_names_until_it_came(
    system: Any, books: TrytonClient
) -> None:
    number, kept, books_of = f"PO-{uuid4().hex[:8]}", await shelved(books), system.books()
    item = kept.item
    placed = order(number, supplier=kept.supplier, quantity="6", price="10", line={"item": item, "location": "OR-1"})
    await books_of[Kind.order].post(placed, wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (0, 6, 0)
    key = new_key()
    told = await books_of[Kind.expected].post(expected(number, item, 6), wire_key=key)
    assert [found.reference for found in await books_of[Kind.expected].find([key])] == [told.reference]
    assert on_its_way(await standing(system, item)) == (0, 6, 0)
    await books_of[Kind.receipt].post(of_item(receipt(number, quantity="6"), item), wire_key=new_key())
    await books_of[Kind.lots_in].post(lots_in(item, quantity=6, order=number), wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (6, 0, 0)
    await books_of[Kind.expected].take_back(told.reference, on=ON, wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (6, 0, 0)


async def test_an_order_kept_elsewhere_is_awaited_as_was_told_last_less_what_came(system: Any, item: str) -> None:
    number, book = f"PO-{uuid4().hex[:8]}", system.books()[Kind.expected]
    await book.post(expected(number, item, 8), wire_key=new_key())
    second = await book.post(expected(number, item, 5, revision=2), wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (0, 5, 0)
    came = await system.books()[Kind.lots_in].post(lots_in(item, quantity=3, order=number), wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (3, 2, 0)
    await book.take_back(second.reference, on=ON, wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (3, 5, 0)
    await system.books()[Kind.lots_in].take_back(came.reference, on=ON, wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (0, 8, 0)
    nothing = ExpectedDelivery(facility="NORTH", order=number, revision=3, lines=())
    await book.post(nothing, wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (0, 0, 0)


async def test_what_came_to_another_place_comes_no_more(system: Any, item: str) -> None:
    number = f"PO-{uuid4().hex[:8]}"
    await system.books()[Kind.expected].post(expected(number, item, 5), wire_key=new_key())
    elsewhere = lots_in(item, quantity=4, order=number, location="CATH")
    await system.books()[Kind.lots_in].post(elsewhere, wire_key=new_key())
    assert on_its_way(await standing(system, item)) == (0, 1, 0)


async def test_what_people_move_in_tryton_is_on_its_way_and_given_away_once(
    system: Any, books: TrytonClient, item: str
) -> None:
    await put(system, item, 6, at="CATH")
    await planned(books, item, 4, start="CATH", end="OR-1")
    found = await standing(system, item)
    assert (on_its_way(found), [one.quantity for one in found.spare]) == ((0, 0, 4), [2])


async def test_all_of_a_facility_is_asked_for_in_calls_that_do_not_grow_with_its_items(
    peer: TrytonPeer, system: Any, books: TrytonClient, item: str
) -> None:
    await put(system, item, 1, at="CATH")
    counts = []
    for _ in range(2):
        before = peer.calls_so_far()
        assert item in await listed(system)
        counts.append(peer.calls_so_far() - before)
        for _ in range(3):
            await shelved(books)
    assert counts[0] == counts[1] <= MOST
    before = peer.calls_so_far()
    await standing(system, item)
    assert peer.calls_so_far() - before <= MOST_OF_ONE


async def test_a_facility_that_tryton_does_not_have_has_nothing_below_par_and_cases_are_not_known(system: Any) -> None:
    assert await system.below_par(facility="WEST") == ()
    assert await system.cases_needing(facility="NORTH", item="4703", until=ON) is None


def on_its_way(found: ParStanding) -> tuple[Decimal, Decimal, Decimal]:
    return found.available, found.on_order, found.in_transit


def expected(number: str, item: str, quantity: int, *, revision: int = 1) -> ExpectedDelivery:
    line = ExpectedLine(item=item, location="OR-1", quantity=Decimal(quantity), on=LATER)
    return ExpectedDelivery(facility="NORTH", order=number, revision=revision, lines=(line,))


def of_item(posting: Any, item: str) -> Any:
    line = posting.receipt.lines[0].model_copy(update={"item": item})
    return posting.model_copy(update={"receipt": posting.receipt.model_copy(update={"lines": (line,)})})


def new_key() -> str:
    return wire_key(uuid4().hex)


async def standing(system: Any, item: str, *, at: str = "OR-1") -> ParStanding:
    found: ParStanding = await system.par(facility="NORTH", location=at, item=item)
    return found


async def listed(system: Any) -> set[str]:
    return {one.item for one in await system.below_par(facility="NORTH")}
