"""What is a Tryton's own as a ledger: drafts that were left, its accounts, whose goods lie where, periods by journal."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from canonical.documents.costing import CostRule
from canonical.documents.item import Ownership
from canonical.documents.location import Keeping
from canonical.errors import Audience, BusinessRefusal, PeriodClosed, Uncertain
from canonical.money import Money
from canonical.period import posting_date
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.contract.peers.tryton_finance import TrytonFinancePeer
from tests.connectors.contract.peers.tryton_server import LEDGER
from tests.connectors.contract.trouble import Trouble
from tests.connectors.costs import posting
from tests.connectors.purchases import DAY
from tests.connectors.stock import movement
from tests.connectors.tryton_books import HEAD, client_of, connected, copied, key, moves, posted

PEER = TrytonFinancePeer
NEXT_MONTH, CLOSED_DAY = date(2026, 12, 1), date(2025, 2, 10)
ITS_YEAR = date(2025, 7, 1)
"""In this year Tryton books by itself what leaves stock."""


@pytest.fixture
async def accountant(peer: TrytonFinancePeer, tmp_path: Path) -> AsyncIterator[TrytonClient]:
    """A person at work in the same books, with every right."""
    (tmp_path / "admin").write_text("admin")
    client = client_of(peer, "admin", tmp_path / "admin")
    yield client
    await client.close()


@pytest.mark.parametrize("trouble", [Trouble.cut_before, Trouble.cut_after])
async def test_a_journal_left_as_a_draft_is_posted_by_the_look_up(
    peer: TrytonFinancePeer, system: Any, trouble: Trouble
) -> None:
    of = key()
    peer.plan("model.account.move.post", trouble)
    with pytest.raises(Uncertain):
        await system.post_cost(posting(), posting_date=DAY, wire_key=of)
    [found] = await system.find_journals([of])
    assert (found.stands, found.quantity, found.amount, found.posting_date) == (True, 4, Decimal(40), DAY)
    assert await system.journal(found.reference) == found


async def test_what_tryton_refuses_to_post_leaves_no_draft_behind(system: Any, accountant: TrytonClient) -> None:
    of = key()
    with pytest.raises(BusinessRefusal):
        await system.post_cost(posting(rule=CostRule.sample_at_zero), posting_date=DAY, wire_key=of)
    assert await moves(accountant, [["description", "=", of]]) == []


async def test_a_draft_that_a_person_copied_is_neither_posted_nor_found(system: Any, accountant: TrytonClient) -> None:
    of, reference = await posted(system)
    [row] = await accountant.rows("account.move", [["description", "=", of]], HEAD)
    copy = {**copied(row, debits=(40, 0)), "description": of}
    draft = await accountant.create("account.move", copy, audience=Audience.finance)
    try:
        assert [one.reference for one in await system.find_journals([of])] == [reference]
        assert await system.journal(f"move-{draft}") is None
        with pytest.raises(BusinessRefusal):
            await system.reverse_cost(f"move-{draft}", posting_date=DAY, wire_key=key())
    finally:
        await accountant.remove("account.move", draft, audience=Audience.finance)


async def test_a_use_is_expensed_from_stock_to_its_cost_centre_on_the_posting_date(
    system: Any, accountant: TrytonClient
) -> None:
    of = key()
    await system.post_cost(posting(lot="L1", serial="S1"), posting_date=NEXT_MONTH, wire_key=of)
    [move] = await moves(accountant, [["description", "=", of]])
    entries = {line["account."]["code"]: (line["debit"], line["credit"]) for line in move["lines."]}
    assert entries == {"5.1.1": (Decimal(40), 0), "1.3.1": (0, Decimal(40))}
    [centre] = [one for line in move["lines."] for one in line["analytic_lines."]]
    assert (centre["account."]["code"], centre["debit"], centre["date"]) == ("4110", Decimal(40), NEXT_MONTH)
    words = "4 each of 4711, used 2026-11-20 at NORTH OR-1, lot L1, serial S1, by standard"
    assert {line["description"] for line in move["lines."]} == {words}


async def test_goods_of_the_suppliers_own_are_expensed_against_received_not_invoiced(
    system: Any, accountant: TrytonClient
) -> None:
    of, _ = await posted(system, location="LOAN", rule=CostRule.expense_against_received_not_invoiced)
    [move] = await moves(accountant, [["description", "=", of]])
    assert [line["account."]["code"] for line in move["lines."] if line["credit"]] == ["2.4.9"]


async def test_a_sample_is_booked_with_its_quantity_at_zero(system: Any) -> None:
    nothing = Money(amount=Decimal(0), currency="USD")
    of, _ = await posted(system, rule=CostRule.sample_at_zero, amount=nothing)
    [found] = await system.find_journals([of])
    assert (found.quantity, found.amount) == (4, 0)


@pytest.mark.parametrize(
    ("item", "method", "cost"),
    [("4711", "standard", "10"), ("4731", "moving-average", "2.5"), ("4732", "fifo", "2.5")],
)
async def test_an_item_is_valued_by_its_own_method(system: Any, item: str, method: str, cost: str) -> None:
    valued = await system.valuation(facility="NORTH", item=item, location="OR-1")
    assert (valued.method, valued.unit_cost) == (method, Money(amount=Decimal(cost), currency="USD"))
    assert (valued.ownership, valued.keeping, valued.posts_with_movement) == (
        Ownership.owned,
        Keeping.perpetual,
        False,
    )


async def test_an_item_that_nobody_priced_has_no_valuation(system: Any) -> None:
    assert await system.valuation(facility="NORTH", item="4733", location="OR-1") is None


@pytest.mark.parametrize(
    ("location", "kept"),
    [("ED-CART", (Ownership.owned, Keeping.par)), ("LOAN", (Ownership.consigned, Keeping.perpetual))],
)
async def test_a_place_says_whose_the_goods_are_and_whether_they_were_expensed(
    system: Any, location: str, kept: tuple[Ownership, Keeping]
) -> None:
    valued = await system.valuation(facility="NORTH", item="4711", location=location)
    assert (valued.ownership, valued.keeping) == kept


@pytest.mark.parametrize("day", [CLOSED_DAY, date(2035, 1, 1)])
async def test_a_day_without_an_open_period_is_refused_for_posting_and_for_reversing(system: Any, day: date) -> None:
    of, reference = await posted(system)
    with pytest.raises(PeriodClosed):
        await system.post_cost(posting(), posting_date=day, wire_key=of)
    with pytest.raises(PeriodClosed):
        await system.reverse_cost(reference, posting_date=day, wire_key=key())
    assert [one.stands for one in await system.find_journals([of])] == [True]


async def test_a_period_that_is_closed_for_the_journal_alone_is_closed_to_the_engine(
    system: Any, accountant: TrytonClient
) -> None:
    last = date(2027, 12, 31)
    assert posting_date(last, await system.periods(facility="NORTH")) == last
    [period] = await accountant.rows("account.period", [["end_date", "=", last]], ["id"])
    [journal] = await accountant.rows("account.journal", [["code", "=", "COST"]], ["id"])
    closing = {"journal": journal["id"], "period": period["id"]}
    closed = await accountant.create("account.journal.period", closing, audience=Audience.finance)
    await accountant.press("account.journal.period", "close", closed, audience=Audience.finance)
    assert posting_date(last, await system.periods(facility="NORTH")) is None
    with pytest.raises(PeriodClosed):
        await system.post_cost(posting(), posting_date=last, wire_key=key())


async def test_the_first_period_that_is_open_takes_what_a_closed_one_cannot(system: Any) -> None:
    assert posting_date(CLOSED_DAY, await system.periods(facility="NORTH")) == date(2025, 4, 1)
    with pytest.raises(BusinessRefusal):
        await system.periods(facility="WEST")


async def test_a_tryton_without_a_ledger_in_its_table_is_no_finance_system(peer: TrytonFinancePeer) -> None:
    system = connected(peer, None)
    with pytest.raises(BusinessRefusal) as caught:
        await system.find_journals([key()])
    assert caught.value.audience is Audience.integration
    await system.close()


async def test_the_table_may_name_one_expense_account_and_other_cost_centres(
    peer: TrytonFinancePeer, accountant: TrytonClient
) -> None:
    system = connected(peer, {**LEDGER, "expense": "5.2.1", "cost_centres": {"SURGERY": "4120"}})
    of, _ = await posted(system, cost_centre="SURGERY")
    [move] = await moves(accountant, [["description", "=", of]])
    assert [line["account."]["code"] for line in move["lines."] if line["debit"]] == ["5.2.1"]
    assert [one["account."]["code"] for line in move["lines."] for one in line["analytic_lines."]] == ["4120"]
    await system.close()


async def test_a_tryton_says_that_it_books_what_leaves_stock_by_itself(peer: TrytonFinancePeer) -> None:
    system = connected(peer, {**LEDGER, "posts_with_movement": True})
    assert (await system.valuation(facility="NORTH", item="4711", location="OR-1")).posts_with_movement
    await system.close()


async def test_what_tryton_has_booked_with_a_movement_is_found_by_it(system: Any, accountant: TrytonClient) -> None:
    used = await system.move(movement(Decimal(3), service_date=ITS_YEAR, discrepancy=True), wire_key=key())
    booked = await system.booked_with(used.reference)
    assert (booked.stands, booked.quantity, booked.amount, booked.posting_date) == (True, 3, Decimal(30), ITS_YEAR)
    [move] = await moves(accountant, [["id", "=", int(booked.reference.removeprefix("move-"))]])
    entries = {line["account."]["code"]: (line["debit"], line["credit"]) for line in move["lines."]}
    assert entries == {"5.9.1": (Decimal(30), 0), "1.3.9": (0, Decimal(30))}
    back = await system.take_back(used.reference, wire_key=key())
    contra = await system.booked_with(back.reference)
    assert (contra.stands, contra.quantity, contra.amount) == (True, 3, Decimal(30))
    assert contra.reference != booked.reference


async def test_where_tryton_has_booked_nothing_with_a_movement_nothing_is_found(system: Any) -> None:
    used = await system.move(movement(Decimal(1), discrepancy=True), wire_key=key())
    for reference in (used.reference, "out-999999", "move-1", ""):
        assert await system.booked_with(reference) is None
