"""The order book: versions, allocations that are all or nothing, and invoices that ask."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

from canonical.documents.contract import UnitPrice
from canonical.documents.invoice import Invoice, InvoiceLine
from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import Allocation, LineStanding, OrderStanding, ReceivedPart
from suture.store.store import Store

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = date(2026, 11, 2)
USD = UnitPrice(amount=Decimal(10), currency="USD")


def order(number: str) -> Order:
    return Order(
        facility="NORTH",
        source="erp",
        number=number,
        occurred=NOW,
        supplier="100001",
        currency="USD",
        ordered_on=DAY,
        lines=(OrderLine(line=1, item="4702", quantity=Decimal(10), price=USD),),
    )


def standing(number: str, *, received: str = "10") -> OrderStanding:
    part = ReceivedPart(receipt="R1", line=1, quantity=Decimal(received), received_on=DAY)
    lines = tuple(LineStanding(line=line, received=(part,)) for line in order(number).lines)
    return OrderStanding(facility="NORTH", order=order(number), lines=lines)


def allocation(number: str, *, invoice: str = "inv-1", quantity: str = "4") -> Allocation:
    return Allocation(
        invoice=invoice,
        invoice_line=1,
        order=number,
        order_line=1,
        receipt="R1",
        receipt_line=1,
        quantity=Decimal(quantity),
        amount=Decimal(quantity) * 10,
    )


def invoice(number: str, *orders: str) -> Invoice:
    lines = tuple(
        InvoiceLine(line=place, order=one, order_line=1, quantity=Decimal(4), price=USD, amount=Decimal(40))
        for place, one in enumerate(orders, start=1)
    )
    return Invoice(
        facility="NORTH",
        source="suppliers",
        number=number,
        occurred=NOW,
        supplier="100001",
        currency="USD",
        invoiced_on=DAY,
        received_on=DAY,
        total=Decimal(40) * len(orders),
        lines=lines,
    )


async def test_a_version_rises_with_what_is_told_anew_and_not_with_the_same_again(store: Store) -> None:
    book = store.order_book
    assert [await book.tell(standing("PO-1")), await book.tell(standing("PO-1"))] == [1, 1]
    assert await book.tell(standing("PO-1", received="12")) == 2
    (known,) = await book.read(facility="NORTH", orders=("PO-1", "PO-9"))
    assert (known.version, known.lines[0].kept) == (2, Decimal(12))


async def test_what_an_invoice_took_stands_with_the_order_and_raises_its_version(store: Store) -> None:
    book = store.order_book
    await book.tell(standing("PO-1"))
    await book.present("inv-1", invoice("I-1", "PO-1"))
    taking = {"facility": "NORTH", "allocations": [allocation("PO-1")], "at_versions": {"PO-1": 1}}
    assert await book.allocate("inv-1", **taking)
    assert await book.allocate("inv-1", **taking), "asked again after a lost answer"
    (known,) = await book.read(facility="NORTH", orders=["PO-1"])
    assert (known.version, known.lines[0].invoiced, known.lines[0].received_not_invoiced) == (2, Decimal(4), Decimal(6))
    assert await book.tell(standing("PO-1")) == 2, "allocations are not for the order to tell"
    await book.withdraw("inv-1")
    (known,) = await book.read(facility="NORTH", orders=["PO-1"])
    assert (known.version, known.lines[0].invoiced) == (3, Decimal(0))


async def test_an_order_that_changed_since_gives_nothing_and_neither_do_the_others(store: Store) -> None:
    book = store.order_book
    await book.tell(standing("PO-1"))
    await book.tell(standing("PO-2"))
    both = [allocation("PO-1"), allocation("PO-2")]
    await book.tell(standing("PO-2", received="3"))
    assert not await book.allocate("inv-1", facility="NORTH", allocations=both, at_versions={"PO-1": 1, "PO-2": 1})
    known = await book.read(facility="NORTH", orders=["PO-1", "PO-2"])
    assert [one.lines[0].invoiced for one in known] == [Decimal(0), Decimal(0)]


async def test_of_two_invoices_at_the_same_time_one_takes_and_the_other_matches_again(store: Store) -> None:
    book = store.order_book
    await book.tell(standing("PO-1"))
    keys = [f"inv-{place}" for place in range(5)]
    taken = await asyncio.gather(
        *(
            book.allocate(
                key,
                facility="NORTH",
                allocations=[allocation("PO-1", invoice=key, quantity="10")],
                at_versions={"PO-1": 1},
            )
            for key in keys
        )
    )
    assert sorted(taken) == [False] * 4 + [True]


async def test_an_invoice_asks_until_it_has_taken_and_is_known_again_for_good(store: Store) -> None:
    book = store.order_book
    await book.tell(standing("PO-1"))
    await book.present("inv-1", invoice("I-1", "PO-1"))
    await book.present("inv-2", invoice("I-2", "PO-1", "PO-2"))
    assert sorted(await book.presented(facility="NORTH", supplier="100001", orders=["PO-1"])) == ["inv-1", "inv-2"]
    assert sorted(await book.presented(facility="NORTH", supplier="100001", orders=["PO-2"])) == ["inv-2"]
    assert await book.allocate("inv-1", facility="NORTH", allocations=[allocation("PO-1")], at_versions={"PO-1": 1})
    assert sorted(await book.presented(facility="NORTH", supplier="100001", orders=["PO-1"])) == ["inv-2"]
    seen = await book.seen(facility="NORTH", supplier="100001")
    assert [(one.business_key, one.normalised, one.orders) for one in seen] == [
        ("inv-1", "I1", ("PO-1",)),
        ("inv-2", "I2", ("PO-1", "PO-2")),
    ]


async def test_of_a_suppliers_invoices_those_that_matter_to_some_are_told_however_they_are_joined(store: Store) -> None:
    book = store.order_book
    another_day = {"invoiced_on": date(2026, 10, 1)}
    documents = {
        "first": invoice("A-1", "PO-1").model_copy(update=another_day),
        "corrected": invoice("A-2", "PO-1").model_copy(update={**another_day, "corrects": "A-1"}),
        "again": invoice("A-3", "PO-1").model_copy(update={"corrects": "A-2", "total": Decimal(1)}),
        "other-money": invoice("B-1", "PO-2").model_copy(update={"total": Decimal(1)}),
        "same-money": invoice("B-2", "PO-2"),
        "other-day": invoice("B-3", "PO-2").model_copy(update=another_day),
        "same-number": invoice("a1", "PO-3").model_copy(update={**another_day, "total": Decimal(7)}),
        "plain": invoice("C-1", "PO-4"),
    }
    for key, document in documents.items():
        await book.present(key, document)

    async def seen(*beside: str) -> set[str]:
        return {one.business_key for one in await book.seen(facility="NORTH", supplier="100001", beside=beside)}

    family = {"first", "corrected", "again", "same-number"}
    assert await seen("corrected") == family | {"other-day"}
    assert await seen("plain") == {"plain", "same-money"}
    assert await seen("same-number", "plain") == family | {"plain", "same-money"}
    assert await seen("never presented") == set(documents)


def elsewhere(number: str, *, facility: str = "SOUTH") -> OrderStanding:
    placed = standing(number)
    return placed.model_copy(
        update={"facility": facility, "order": placed.order.model_copy(update={"facility": facility})}
    )


async def test_another_facilitys_order_is_found_by_number_and_supplier_where_only_one_can_be_meant(
    store: Store,
) -> None:
    book = store.order_book

    async def found(supplier: str = "100001") -> list[str]:
        return [one.facility for one in await book.read(facility="NORTH", orders=["PO-1"], supplier=supplier)]

    await book.tell(elsewhere("PO-1"))
    assert await book.read(facility="NORTH", orders=["PO-1"]) == ()
    assert [await found(), await found("100002")] == [["SOUTH"], []]
    await book.tell(elsewhere("PO-1", facility="EAST"))
    assert await found() == []
    await book.tell(standing("PO-1"))
    assert [await found(), await found("100002")] == [["NORTH"], ["NORTH"]]


async def test_what_an_invoice_takes_of_another_facilitys_order_is_taken_there_and_given_back_there(
    store: Store,
) -> None:
    book = store.order_book
    await book.tell(standing("PO-1"))
    await book.tell(elsewhere("PO-2"))
    both, versions = [allocation("PO-1"), allocation("PO-2")], {"PO-1": 1, "PO-2": 1}
    at = {"facility": "NORTH", "allocations": both, "elsewhere": {"PO-2": "SOUTH"}}
    assert not await book.allocate("inv-1", at_versions=versions | {"PO-2": 2}, **at)
    assert await book.allocate("inv-1", at_versions=versions, **at)
    assert await book.allocate("inv-1", at_versions=versions, **at)
    [there] = await book.read(facility="SOUTH", orders=["PO-2"])
    assert (there.version, there.lines[0].invoiced) == (2, 4)
    await book.withdraw("inv-1")
    [there] = await book.read(facility="SOUTH", orders=["PO-2"])
    assert (there.version, there.lines[0].invoiced) == (3, 0)


async def test_an_invoice_to_another_facility_competes_for_the_same_order_and_for_no_other_of_its_number(
    store: Store,
) -> None:
    book = store.order_book
    await book.tell(elsewhere("PO-1"))
    await book.present("north", invoice("I-1", "PO-1"))
    await book.present("south", invoice("I-2", "PO-1").model_copy(update={"facility": "SOUTH"}))

    async def asking(facility: str) -> list[str]:
        return sorted(await book.presented(facility=facility, supplier="100001", orders=["PO-1"]))

    assert await asking("NORTH") == await asking("SOUTH") == ["north", "south"]
    seen = await book.seen(facility="SOUTH", supplier="100001", beside=["south"], orders=["PO-1"])
    assert sorted(one.business_key for one in seen) == ["north", "south"]
    await book.tell(standing("PO-1"))
    assert [await asking("NORTH"), await asking("SOUTH")] == [["north"], ["south"]]
