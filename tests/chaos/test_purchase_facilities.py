"""One invoice over the orders of two facilities, struck while it is approved for payment: paid once, in both companies."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from canonical.documents.work_item import WorkItem
from canonical.effect import EffectState
from canonical.kinds import Kind
from canonical.receiving.standing import receipt_step
from suture.temporal.server import Server
from tests.chaos.matrix import FAULTS, LONGER_THAN_A_CALL, NEEDS_A_PERSON
from tests.chaos.purchase_books import PurchaseBooks
from tests.chaos.purchase_matrix import to_rest, written
from tests.chaos.purchase_writes import WRITES
from tests.chaos.purchases import Purchase, bill, buy, receive
from tests.support.engine import Engine, until
from tests.support.engine_running import engine_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PAYABLE = next(write for write in WRITES if write.kind is Kind.payable)


@dataclass
class Struck:
    """The facility that is billed, the other one, and what people were asked about the payment."""

    billed: Purchase
    other: Purchase
    asked: dict[str, WorkItem] = field(default_factory=dict)


@dataclass(frozen=True)
class Aftermath:
    """All invoices at rest, by what struck them, and the books of that moment."""

    struck: dict[str, Struck]
    books: PurchaseBooks


@pytest.fixture(scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Engine]:
    async with engine_here(tmp_path_factory.mktemp("facilities"), temporal) as engine:
        yield engine


@pytest.fixture(scope="module")
async def aftermath(engine: Engine) -> Aftermath:
    struck = {
        fault: Struck(Purchase.nth(2 * nth), Purchase.nth(2 * nth + 1, facility="SOUTH"))
        for nth, fault in enumerate(FAULTS)
    }
    await asyncio.gather(*(_strike(engine, fault, one) for fault, one in struck.items()))
    return Aftermath(struck, await asyncio.to_thread(PurchaseBooks.of, engine.sandbox))


async def _strike(engine: Engine, fault: str, struck: Struck) -> None:
    both = (struck.billed, struck.other)
    for one in both:
        await buy(engine, one)
        await receive(engine, one)
    for one in both:
        await _accrued(engine, one)
    more = {"seconds": LONGER_THAN_A_CALL} if fault.startswith("stall") else {"retry_after": 1}
    order = {"operation": PAYABLE.operation, "kind": fault, "key_contains": PAYABLE.wire(struck.billed)}
    await engine.order(
        engine.sandbox.erp, "faults", order | (more if fault.startswith(("stall", "429", "503")) else {})
    )
    await bill(engine, struck.billed, orders=[struck.other.bought])
    await written(engine, PAYABLE, struck.billed, struck.asked)
    for one in both:
        await to_rest(engine, one, struck.asked)


async def _accrued(engine: Engine, purchase: Purchase) -> None:
    async def accrued() -> bool | None:
        effects = await engine.store.effects.of(workflow_ids=[purchase.order.workflow_id])
        done = [one.intent.step for one in effects if one.state is EffectState.applied]
        return receipt_step(purchase.receipt) in done or None

    await until(accrued, what="the accrual", within=90)


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_paid_once_for_both_after(aftermath: Aftermath, fault: str) -> None:
    struck = aftermath.struck[fault]
    assert [one.kind for one in aftermath.books.live(PAYABLE.wires(struck.billed))] == [Kind.payable]
    about = [item for item in struck.asked.values() if item.step == PAYABLE.step(struck.billed)]
    assert bool(about) == (fault in NEEDS_A_PERSON)


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_order_is_closed_where_it_was_placed_after(engine: Engine, aftermath: Aftermath, fault: str) -> None:
    struck = aftermath.struck[fault]
    for one in (struck.billed, struck.other):
        run = await engine.store.runs.newest(one.order.business_key)
        assert run is not None
        assert run.outcome == "closed"
        [standing] = await engine.store.order_book.read(facility=one.facility, orders=[one.bought])
        assert standing.lines[0].received_not_invoiced == 0


def test_the_ledger_laws_hold_in_both_companies(aftermath: Aftermath) -> None:
    assert aftermath.books.broken() == []
    assert set(aftermath.books.balance.values()) == {Decimal(0)}
