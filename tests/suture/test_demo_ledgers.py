"""The demo's three ledgers: what a run has settled is held against the use, whether or not the rest waits for a person."""

from decimal import Decimal
from typing import Any, cast

from canonical.documents.usage_run import UsageRun
from canonical.documents.work_item import Cause, Decision
from canonical.policy import Policy
from canonical.run import Standing as LedgerStanding
from suture.demo.books import Books
from suture.demo.day import BY_NUMBER
from suture.demo.ledgers import compare
from suture.demo.sandbox_ledgers import SandboxLedgers
from suture.demo.standing import Standing, Watch
from suture.demo.vendors import Vendors
from suture.store.work_items import Listed
from tests.suture.test_demo_report import question, run

USE = BY_NUMBER["U-211"]


class Told:
    """A watch of one run that tells what the test says."""

    def __init__(self, *, settled: frozenset[str] = frozenset(), ended: UsageRun | None = None) -> None:
        self._settled = settled
        self._ended = ended

    async def effects(self, _: Any) -> tuple[Any, ...]:
        return ()

    async def settled(self, _: Any) -> frozenset[str]:
        return self._settled

    async def ended(self, _: Any) -> UsageRun | None:
        return self._ended


def standing(*items: Listed, outcome: str = "") -> Standing:
    return Standing(USE, run(USE, outcome=outcome), items, moves=False)


async def verdict(watch: Told, looked_at: Standing, *, moved: int) -> tuple[str, tuple[str, ...]]:
    """The verdict on the use, where the shelf tells that so many have moved."""
    movement = {"movementId": "mov_1", "delta": -moved, "externalRef": None, "useId": USE.number}

    books = Books(movements=(movement,), charges=(), journals=(), expense_accounts=frozenset(), closes=True)
    told = SandboxLedgers(books, cast(Vendors, None))
    comparison = await compare([looked_at], ledgers=told, watch=cast(Watch, watch), policy=Policy())
    (line,) = comparison.lines
    assert not comparison.agrees
    return line.verdict, line.wrong


async def test_a_wrong_stock_shows_though_the_charge_still_waits_for_a_person() -> None:
    waits = standing(question(USE, Cause.no_charge_code, Decision.retry))
    watch = Told(settled=frozenset({"stock"}))
    assert USE.end.stock == Decimal(2)
    assert await verdict(watch, waits, moved=2) == ("waits", ())
    assert await verdict(watch, waits, moved=3) == ("differs", ("stock moved 3, used 2",))


async def test_what_is_not_settled_yet_is_not_compared() -> None:
    assert await verdict(Told(), standing(question(USE, Cause.no_charge_code, Decision.retry)), moved=0) == (
        "waits",
        (),
    )


async def test_what_a_cancelled_run_left_waits() -> None:
    left = UsageRun()
    posted = left.stock.model_copy(update={"standing": LedgerStanding.posted})
    left = left.model_copy(update={"stock": posted})
    assert await verdict(Told(ended=left), standing(outcome="cancelled"), moved=2) == ("waits", ())
