"""The demo's ledgers of purchasing: an order whose runs have closed is held against what it must come to."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from canonical.identity import order_run
from canonical.memory import RunProjection
from suture.configuration import read
from suture.demo.purchasing.books import Paid, TradeBooks
from suture.demo.purchasing.ledgers import TradeComparison, compare_trade
from suture.demo.purchasing.moves import Purchase
from suture.demo.purchasing.orders import PURCHASES
from suture.demo.purchasing.placed import Line, Placed
from suture.demo.purchasing.report import purchases, trade_ledgers
from suture.demo.purchasing.standing import PurchaseStanding
from suture.demo.report import WIDTH
from suture.settings import Settings
from suture.up.folder import furnish
from suture.up.hospital import Ports

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STRAIGHT = next(purchase for purchase in PURCHASES if purchase.number == "B-101")
LINE = Line(
    line=1,
    item=4702,
    location="OR-1",
    quantity=Decimal(2),
    cancelled=Decimal(0),
    unit="box",
    holds=Decimal(10),
    each=Decimal("447.40"),
    committed=Decimal(0),
    accrued=Decimal(0),
)
ORDER = Placed(number="B-101", facility="NORTH", supplier=100006, lines=(LINE,))
BOOKS = TradeBooks(
    orders=(ORDER,),
    received={"B-101": Decimal(2)},
    received_pieces={"B-101": Decimal(20)},
    worth={"B-101": Decimal("894.80")},
    shelved={"B-101": Decimal(20)},
    paid=(Paid("B-101", Decimal(2), Decimal("894.80")),),
    disputed={},
    reserved=(),
    at_suppliers={"B-101": 1},
)


def stands(purchase: Purchase = STRAIGHT, *, closed: bool = True) -> PurchaseStanding:
    """The purchase with its order's run."""
    name = order_run(purchase.facility, purchase.number)
    run = RunProjection(
        workflow_id=name.workflow_id,
        business_key=name.business_key,
        ordinal=1,
        correlation_id="c-" + "a" * 26,
        process="receipt-to-invoice",
        facility=purchase.facility,
        stage="closed" if closed else "receiving",
        outcome="closed" if closed else "",
        started=NOW,
        closed=NOW if closed else None,
    )
    return PurchaseStanding(purchase, purchase.number, (run,))


def wrong(books: TradeBooks) -> tuple[str, ...]:
    """What does not agree of the straight order."""
    comparison = compare_trade([stands()], books)
    assert not comparison.agrees
    return comparison.lines[0].wrong


def test_an_order_that_came_and_was_billed_and_paid_as_ordered_agrees() -> None:
    comparison = compare_trade([stands()], BOOKS)
    assert comparison.agrees
    assert comparison.lines[0].verdict == "ok"


def test_what_was_paid_twice_or_not_at_all_differs() -> None:
    assert wrong(replace(BOOKS, paid=BOOKS.paid * 2)) == (
        "billed 4, expected 2",
        "paid 1789.60, expected 894.80",
    )
    assert wrong(replace(BOOKS, paid=())) == ("billed 0, expected 2", "paid 0, expected 894.80")


def test_goods_that_were_received_and_are_not_on_the_shelf_differ() -> None:
    assert wrong(replace(BOOKS, shelved={})) == ("0 on the shelf, received 20",)


def test_money_that_stays_committed_or_accrued_differs() -> None:
    line = replace(LINE, committed=Decimal(5), accrued=Decimal(7))
    books = replace(BOOKS, orders=(replace(ORDER, lines=(line,)),))
    assert wrong(books) == ("line 1: 5 still committed", "line 1: 7 received and not invoiced")


def test_an_order_that_its_supplier_has_twice_differs() -> None:
    assert wrong(replace(BOOKS, at_suppliers={"B-101": 2})) == ("stands 2 times at the supplier",)


def test_an_order_that_is_still_under_way_is_not_judged() -> None:
    comparison = compare_trade([stands(closed=False)], replace(BOOKS, paid=()))
    assert [(line.verdict, line.wrong) for line in comparison.lines] == [("under way", ())]


def test_an_order_and_a_reservation_that_nobody_answers_for_are_orphans() -> None:
    stray = replace(ORDER, number="B-999")
    books = replace(BOOKS, orders=(ORDER, stray), reserved=("reservation 4700000001",))
    comparison = compare_trade([stands()], books)
    assert comparison.orphans == ("order B-999 of NORTH", "reservation 4700000001")
    assert not comparison.agrees


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read(furnish(tmp_path_factory.mktemp("hospital"), Ports.choose()).config)


def test_each_purchase_shows_its_state_its_correlation_id_and_its_link(settings: Settings) -> None:
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    purchases(console, [stands(purchase) for purchase in PURCHASES], settings)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= WIDTH
    assert text.count("c-" + "a" * 26) == len(PURCHASES)
    assert "/workflows/receipt-to-invoice%3ANORTH%3Aorder%3AB-101" in text


def test_the_ledgers_of_purchasing_stand_side_by_side_and_what_differs_is_told() -> None:
    comparison: TradeComparison = compare_trade([stands()], replace(BOOKS, shelved={}, reserved=("reservation 47",)))
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    trade_ledgers(console, comparison)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "894.80" in text
    assert "B-101 differs: 0 on the shelf, received 20" in text
    assert "orphan: reservation 47 belongs to no purchase" in text
