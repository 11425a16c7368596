"""What is a Tryton's own as a ledger: drafts that were left, reversals at once, whose goods lie where, periods by journal."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from canonical.documents.costing import CostRule
from canonical.documents.item import Ownership
from canonical.documents.location import Keeping
from canonical.errors import Audience, BusinessRefusal, PeriodClosed, Uncertain
from canonical.identity import wire_key
from canonical.money import Money
from canonical.period import posting_date
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.connector import SYSTEM
from connectors.systems.tryton.settings import TrytonSettings
from tests.connectors.contract.peers.tryton_finance import TrytonFinancePeer
from tests.connectors.contract.peers.tryton_server import LEDGER
from tests.connectors.contract.trouble import Trouble
from tests.connectors.costs import posting
from tests.connectors.purchases import DAY

NEXT_MONTH, CLOSED_DAY = date(2026, 12, 1), date(2025, 2, 10)


@pytest.fixture(scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TrytonFinancePeer]:
    started = TrytonFinancePeer()
    await started.start(tmp_path_factory.mktemp("tryton"))
    yield started
    await started.stop()


@pytest.fixture
async def system(peer: TrytonFinancePeer) -> AsyncIterator[Any]:
    connector = peer.connect()
    yield connector
    await connector.close()


@pytest.fixture
async def accountant(peer: TrytonFinancePeer, tmp_path: Path) -> AsyncIterator[TrytonClient]:
    """A person at work in the same books, with every right."""
    (tmp_path / "admin").write_text("admin")
    client = client_of(peer, "admin", tmp_path / "admin")
    yield client
    await client.close()


def client_of(peer: TrytonFinancePeer, login: str, password_file: Path) -> TrytonClient:
    settings = TrytonSettings(base_url=peer.url, database="suture", login=login, password_file=password_file)
    return TrytonClient(settings.client("tryton", outgoing=dict), settings)


HEAD = ["company", "journal", "period", "date", "lines.account"]


def copied(row: dict[str, Any], *, debits: tuple[int, int]) -> dict[str, Any]:
    """A move on the same accounts as another of forty dollars."""
    entries = [
        {"account": line["account"], "debit": Decimal(debit), "credit": Decimal(40 - debit)}
        for line, debit in zip(row["lines."], debits, strict=True)
    ]
    return {**{name: row[name] for name in HEAD[:4]}, "lines": [["create", entries]]}


def key() -> str:
    return wire_key(uuid4().hex)


async def posted(system: Any, **more: Any) -> tuple[str, str]:
    """A journal of four items, by its key and reference."""
    of = key()
    return of, (await system.post_cost(posting(**more), posting_date=DAY, wire_key=of)).reference


async def moves(client: TrytonClient, domain: list[Any]) -> list[dict[str, Any]]:
    fields = ["state", "date", "description", "lines.debit", "lines.credit", "lines.description"]
    more = ["lines.account.code", "lines.analytic_lines.debit", "lines.analytic_lines.date"]
    return await client.rows("account.move", domain, [*fields, *more, "lines.analytic_lines.account.code"])


def reversals_of(reference: str) -> list[Any]:
    return ["origin", "=", f"account.move,{reference.removeprefix('move-')}"]


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


@pytest.mark.parametrize("trouble", [Trouble.cut_before, Trouble.cut_after])
async def test_a_reversal_left_as_a_draft_is_posted_by_the_look_up_and_is_the_answer_from_then_on(
    peer: TrytonFinancePeer, system: Any, accountant: TrytonClient, trouble: Trouble
) -> None:
    of, reference = await posted(system)
    peer.plan("model.account.move.post", trouble)
    with pytest.raises(Uncertain):
        await system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key())
    [found] = await system.find_journals([of])
    assert not found.live
    again = await system.reverse_cost(reference, posting_date=DAY, wire_key=key())
    assert again.posting_date == NEXT_MONTH
    assert [row["state"] for row in await moves(accountant, [reversals_of(reference)])] == ["posted"]


async def test_those_who_reverse_at_once_reverse_once(system: Any, accountant: TrytonClient) -> None:
    _, reference = await posted(system)
    told = await asyncio.gather(
        *(system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key()) for _ in range(3))
    )
    assert len({one.reference for one in told}) == 1
    assert [row["state"] for row in await moves(accountant, [reversals_of(reference)])] == ["posted"]


async def test_a_reversal_that_arrives_after_the_first_is_removed_by_the_look_up_and_never_counts(
    peer: TrytonFinancePeer, system: Any, accountant: TrytonClient
) -> None:
    of, reference = await posted(system)
    peer.plan("model.account.move.create", Trouble.late)
    with pytest.raises(Uncertain):
        await system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key())
    assert [one.live for one in await system.find_journals([of])] == [True]
    await system.reverse_cost(reference, posting_date=NEXT_MONTH, wire_key=key())
    assert [one.live for one in await system.find_journals([of])] == [False]
    assert [row["state"] for row in await moves(accountant, [reversals_of(reference)])] == ["posted"]


async def test_of_two_reversals_that_were_posted_in_the_same_moment_the_later_is_reversed_itself(
    peer: TrytonFinancePeer, system: Any, accountant: TrytonClient
) -> None:
    of, reference = await posted(system)
    [row] = await accountant.rows("account.move", [["description", "=", of]], HEAD)
    engine = client_of(peer, "engine", peer.password_file)
    for _ in range(2):
        contra = {**copied(row, debits=(0, 40)), "description": key(), "origin": f"account.move,{row['id']}"}
        made = await engine.create("account.move", contra, audience=Audience.finance)
        await engine.press("account.move", "post", made, audience=Audience.finance)
    await engine.close()
    for _ in range(2):
        assert [one.live for one in await system.find_journals([of])] == [False]
        first, second = await moves(accountant, [reversals_of(reference)])
        assert await moves(accountant, [reversals_of(f"move-{first['id']}")]) == []
        [again] = await moves(accountant, [reversals_of(f"move-{second['id']}")])
        assert (again["state"], again["date"]) == ("posted", second["date"])


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
    table: dict[str, Any] = {"base_url": peer.url, "database": "suture", "login": "engine"}
    settings = SYSTEM.settings.model_validate({**table, "password_file": peer.password_file})
    system: Any = SYSTEM.build("tryton", settings, outgoing=dict)
    with pytest.raises(BusinessRefusal) as caught:
        await system.find_journals([key()])
    assert caught.value.audience is Audience.integration
    await system.close()


async def test_the_table_may_name_one_expense_account_and_other_cost_centres(
    peer: TrytonFinancePeer, accountant: TrytonClient
) -> None:
    table: dict[str, Any] = {"base_url": peer.url, "database": "suture", "login": "engine"}
    ledger = {**LEDGER, "expense": "5.2.1", "cost_centres": {"SURGERY": "4120"}, "posts_with_movement": True}
    settings = SYSTEM.settings.model_validate({**table, "password_file": peer.password_file, "ledger": ledger})
    system: Any = SYSTEM.build("tryton", settings, outgoing=dict)
    of, _ = await posted(system, cost_centre="SURGERY")
    [move] = await moves(accountant, [["description", "=", of]])
    assert [line["account."]["code"] for line in move["lines."] if line["debit"]] == ["5.2.1"]
    assert [one["account."]["code"] for line in move["lines."] for one in line["analytic_lines."]] == ["4120"]
    assert (await system.valuation(facility="NORTH", item="4711", location="OR-1")).posts_with_movement
    await system.close()
