"""A facility moves from one ERP to another on a day, with runs in flight, which finish where they began; another is mixed."""

import asyncio
import copy
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from canonical.documents.work_item import Decision, WorkItem
from canonical.effect import EffectState
from canonical.identity import RunName
from canonical.receiving.standing import receipt_step
from suture.temporal.server import Server
from tests.chaos.purchase_books import PurchaseBooks
from tests.chaos.purchase_matrix import to_rest
from tests.chaos.purchases import Purchase, bill, buy, receive
from tests.chaos.uses import Use, another_quantity
from tests.support.engine import Engine, until
from tests.support.engine_running import engine_here
from tests.support.sandbox import NEXT_ERP

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
A_DAY = 86_400


@dataclass
class Story:
    """What began before the move and after it, and what people were asked."""

    to_be_billed: Purchase = field(default_factory=lambda: Purchase.nth(0))
    to_be_received: Purchase = field(default_factory=lambda: Purchase.nth(1))
    bought_after: Purchase = field(default_factory=lambda: Purchase.nth(2))
    mixed: Purchase = field(default_factory=lambda: Purchase.nth(3, facility="SOUTH"))
    parked: Use = field(default_factory=lambda: Use.nth(0))
    to_be_corrected: Use = field(default_factory=lambda: Use.nth(3))
    used_after: Use = field(default_factory=lambda: Use.nth(6))
    asked: dict[str, WorkItem] = field(default_factory=dict)
    books: dict[str, PurchaseBooks] = field(default_factory=dict)

    @property
    def purchases(self) -> tuple[Purchase, ...]:
        return (self.to_be_billed, self.to_be_received, self.bought_after, self.mixed)


@pytest.fixture(scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Engine]:
    tomorrow = datetime.now(ZoneInfo("America/New_York")).date() + timedelta(days=1)
    async with engine_here(tmp_path_factory.mktemp("moves"), temporal, moves=tomorrow) as engine:
        yield engine


@pytest.fixture(scope="module")
async def story(engine: Engine) -> Story:
    story = Story()
    moved = copy.copy(engine.sandbox)
    assert engine.sandbox.next_erp is not None
    moved.erp = engine.sandbox.next_erp
    after = replace(engine, sandbox=moved)

    await engine.order(
        engine.sandbox.erp,
        "faults",
        {"operation": "post_journal", "kind": "refuse", "key_contains": story.parked.wire("cost")},
    )
    await engine.capture(story.parked.body())
    await engine.capture(story.to_be_corrected.body())
    [item] = await engine.waits_for_people(story.parked.name)
    await engine.to_rest(story.to_be_corrected.name)
    for purchase in (story.to_be_billed, story.to_be_received):
        await buy(engine, purchase)
    await receive(engine, story.to_be_billed)
    await accrued(engine, story.to_be_billed)
    await begun(engine, story.to_be_received.order)

    for system in moved.systems:
        if system is not moved.billing:
            await engine.order(system, "clock", {"offset_seconds": A_DAY})

    await engine.resolve(item.item_id, Decision.retry)
    await engine.correct(story.to_be_corrected.number, another_quantity(2))
    await engine.capture(story.used_after.body())
    await receive(engine, story.to_be_received)
    for purchase in (story.bought_after, story.mixed):
        await buy(after, purchase)
        await receive(after, purchase)
    for purchase in story.purchases:
        await accrued(engine, purchase)
        await bill(engine, purchase)
    for purchase in story.purchases:
        await to_rest(engine, purchase, story.asked)
    await engine.to_rest(story.parked.name)
    await engine.to_rest(story.to_be_corrected.name, reports=2)
    await engine.to_rest(story.used_after.name)
    story.books = {
        "erp": await asyncio.to_thread(PurchaseBooks.of, engine.sandbox),
        NEXT_ERP: await asyncio.to_thread(PurchaseBooks.of, moved),
    }
    return story


async def accrued(engine: Engine, purchase: Purchase) -> None:
    async def done() -> bool | None:
        effects = await engine.store.effects.of(workflow_ids=[purchase.order.workflow_id])
        applied = [one.intent.step for one in effects if one.state is EffectState.applied]
        return receipt_step(purchase.receipt) in applied or None

    await until(done, what=f"the accrual of {purchase.number}", within=60)


async def begun(engine: Engine, name: RunName) -> None:
    async def known() -> bool | None:
        return await engine.status(name.workflow_id) is not None or None

    await until(known, what=f"the run {name.workflow_id}")


async def written(engine: Engine, *names: RunName) -> set[str]:
    """The ERPs into which the runs have written."""
    effects = await engine.store.effects.of(workflow_ids=[name.workflow_id for name in names])
    return {one.intent.system for one in effects if one.intent.domain in ("finance", "procurement")}


@pytest.mark.parametrize(
    ("which", "system"),
    [("to_be_billed", "erp"), ("to_be_received", "erp"), ("bought_after", NEXT_ERP), ("mixed", NEXT_ERP)],
)
async def test_an_order_is_received_and_paid_where_it_was_placed(
    engine: Engine, story: Story, which: str, system: str
) -> None:
    purchase: Purchase = getattr(story, which)
    assert await written(engine, purchase.order, purchase.invoice) == {system}
    invoice = await engine.store.runs.newest(purchase.invoice.business_key)
    order = await engine.store.runs.newest(purchase.order.business_key)
    assert invoice is not None and order is not None
    assert (invoice.outcome, order.outcome) == ("paid", "closed")


@pytest.mark.parametrize(("which", "system"), [("parked", "erp"), ("to_be_corrected", "erp"), ("used_after", NEXT_ERP)])
async def test_a_use_is_expensed_where_its_run_began(engine: Engine, story: Story, which: str, system: str) -> None:
    use: Use = getattr(story, which)
    assert await written(engine, use.name, use.name.next()) == {system}


def test_nobody_was_asked_about_a_purchase_and_both_ledgers_keep_their_laws(story: Story) -> None:
    assert story.asked == {}
    for books in story.books.values():
        assert books.broken() == []
