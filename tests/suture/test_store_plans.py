"""Query plans: what runs ask the order book is found by an index, however many years of it there are."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from tests.suture.test_store_order_book import allocation, invoice, standing

Asked = list[tuple[str, Any]]


@pytest.fixture
async def book(tmp_path: Path, keyring: Keyring) -> AsyncIterator[Store]:
    """A store on SQLite that holds some hundred invoices of a supplier."""
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    async with Store.open(url, keyring) as store:
        for count in range(200):
            order, key = f"PO-{count}", f"inv-{count}"
            day = date(2026, 1 + count % 12, 1 + count % 28)
            await store.order_book.tell(standing(order))
            await store.order_book.present(key, invoice(f"I-{count}", order).model_copy(update={"invoiced_on": day}))
        yield store


@contextmanager
def plans(store: Store) -> Iterator[Asked]:
    """Hear every statement, with what it was asked with."""
    heard: Asked = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            heard.append((statement, parameters))

    engines = (store._database.engine, store._database._reading)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


async def plan(store: Store, asked: Asked) -> list[str]:
    """How SQLite goes about each statement: one line a step."""

    def explain(connection: Any) -> list[str]:
        return [
            row[3]
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        ]

    return await store._database.read(explain)


async def test_no_question_of_a_run_reads_through_a_table_of_the_order_book(book: Store) -> None:
    orders = book.order_book
    taking = {"facility": "NORTH", "allocations": [allocation("PO-1", invoice="inv-1")], "at_versions": {"PO-1": 1}}
    with plans(book) as asked:
        await orders.tell(standing("PO-1"))
        await orders.read(facility="NORTH", orders=["PO-1", "PO-2"])
        await orders.present("inv-1", invoice("I-1", "PO-1"))
        await orders.presented(facility="NORTH", supplier="100001", orders=["PO-1", "PO-2"])
        await orders.seen(facility="NORTH", supplier="100001", beside=["inv-1", "inv-2"])
        assert await orders.allocate("inv-1", **taking)
        await orders.withdraw("inv-1")
    steps = await plan(book, asked)
    assert len(asked) > 15 and steps
    assert [step for step in steps if step.startswith("SCAN")] == []


async def test_invoices_beside_others_are_found_by_number_by_what_they_correct_and_by_day(book: Store) -> None:
    with plans(book) as asked:
        found = await book.order_book.seen(facility="NORTH", supplier="100001", beside=["inv-1"])
    assert len(found) < 20
    used = {name for step in await plan(book, asked) for name in re.findall(r"INDEX (ix_invoices_\w+) \((.*)\)", step)}
    assert used == {
        (f"ix_invoices_{name}", f"facility=? AND supplier=? AND {name}=?")
        for name in ("normalised", "corrects", "invoiced_on")
    }
