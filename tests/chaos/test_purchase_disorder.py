"""Purchasing where events come twice, late and in another order, where two act at once, and where anything may fail."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random

import pytest
from temporalio.client import WorkflowUpdateFailedError

from canonical.documents.invoice import normalised
from canonical.documents.work_item import Decided, Decision, WorkItem
from canonical.identity import RunName, invoice_run
from canonical.kinds import Kind
from suture.temporal.server import Server
from tests.chaos.matrix import LONGER_THAN_A_CALL, UNCERTAIN
from tests.chaos.purchase_books import PurchaseBooks
from tests.chaos.purchase_matrix import REST_WITHIN, to_rest
from tests.chaos.purchase_writes import OPERATIONS, WRITES
from tests.chaos.purchases import (
    SHELVES,
    Purchase,
    ask,
    asked_and_changed,
    below_par,
    bill,
    buy,
    plan,
    receive,
    reversed_at_the_dock,
    sent_back,
)
from tests.support.engine import Engine, until
from tests.support.engine_hospital import SHORT_PAID
from tests.support.engine_running import engine_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
TROUBLES = ("repeat", "reorder", "delay")
SEEDS = (1, 2)
MANY = 1000


async def whole(engine: Engine, purchase: Purchase) -> None:
    """Ordered, announced by the supplier, received, and billed at the order's price."""
    await buy(engine, purchase)
    step = {"do": "ship"}
    await engine.order(engine.sandbox.supplier, "steps", {"number": purchase.bought, "step": step})
    await receive(engine, purchase)
    await bill(engine, purchase)


async def received_again(engine: Engine, purchase: Purchase) -> None:
    """Received, reversed because of the count, and received once more."""
    await buy(engine, purchase)
    await receive(engine, purchase)
    await reversed_at_the_dock(engine, purchase)
    await receive(engine, purchase, quantity=3, part="B")


STORIES: dict[str, Callable[[Engine, Purchase], Awaitable[None]]] = {
    "whole": whole,
    "received again": received_again,
    "sent back": sent_back,
    "asked and changed": asked_and_changed,
    "below par": below_par,
}
ENDS: dict[str, Counter[Kind]] = {
    "whole": Counter([Kind.lots_in, Kind.receipt, Kind.voucher, Kind.payable]),
    "received again": Counter([Kind.lots_in, Kind.receipt]),
    "sent back": Counter([Kind.lots_in, Kind.receipt, Kind.return_request, Kind.lots_out, Kind.goods_return]),
    "asked and changed": Counter(
        [Kind.reservation, Kind.order, Kind.sent_order, Kind.order_change, Kind.sent_change, *[Kind.expected] * 2]
    ),
    "below par": Counter([Kind.transfer]),
}
"""What stands in the end, however its events came."""


@pytest.fixture(scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Engine]:
    async with engine_here(tmp_path_factory.mktemp("disorder"), temporal, workers=2) as engine:
        yield engine


def purchases_of(telling: int) -> dict[str, Purchase]:
    """A purchase of its own for each story, at a shelf of its own."""
    shelf = SHELVES[telling]
    return {
        story: Purchase.nth(10 * telling + nth, shelf=shelf if story == "below par" else None)
        for nth, story in enumerate(STORIES)
    }


async def standing(engine: Engine, purchase: Purchase) -> Counter[Kind]:
    """What stands of a purchase, by the engine's own record of what it wrote and the systems' of what stands."""
    books = await asyncio.to_thread(PurchaseBooks.of, engine.sandbox)
    runs = [name.workflow_id for first in purchase.runs for name in (first, first.next())]
    effects = await engine.store.effects.of(workflow_ids=runs)
    ours = {one.posted.reference for one in effects if one.posted is not None and one.intent.undoes is None}
    return Counter(one.kind for one in books.kept if one.live and one.reference in ours)


async def comes_to(engine: Engine, purchase: Purchase, end: Counter[Kind]) -> None:
    """Wait until a purchase has come to this end, and rests there."""
    asked: dict[str, WorkItem] = {}
    stands: Counter[Kind] = Counter()

    async def there() -> bool | None:
        nonlocal stands
        await to_rest(engine, purchase, asked)
        stands = await standing(engine, purchase)
        return True if stands == end else None

    try:
        await until(there, what="the end", every=0.5, within=REST_WITHIN)
    except AssertionError:
        raise AssertionError(f"purchase {purchase.number} came to {stands}, not {end}") from None


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_events_that_come_twice_late_or_in_another_order_come_to_the_same_end(
    engine: Engine, trouble: str
) -> None:
    systems = (engine.sandbox.erp, engine.sandbox.inventory, engine.sandbox.supplier)
    for system in systems:
        await engine.order(system, "hooks", {"kind": trouble, "count": MANY})
    purchases = purchases_of(TROUBLES.index(trouble))
    try:
        await asyncio.gather(*(STORIES[story](engine, one) for story, one in purchases.items()))
        await asyncio.gather(*(comes_to(engine, one, ENDS[story]) for story, one in purchases.items()))
    finally:
        for system in systems:
            await system.control("DELETE", "faults")
    assert (await asyncio.to_thread(PurchaseBooks.of, engine.sandbox)).broken() == []


async def test_of_two_invoices_at_the_same_moment_for_the_same_goods_one_is_paid(engine: Engine) -> None:
    purchases = [Purchase.nth(100 + nth) for nth in range(6)]
    await asyncio.gather(*(_received(engine, one) for one in purchases))
    numbers = [(one, f"IV{letter}{one.number}") for one in purchases for letter in "AB"]
    terms = [{"line": 1, "quantity": "4"}]
    await asyncio.gather(*(bill(engine, one, number=number, terms=terms) for one, number in numbers))

    async def decided() -> bool | None:
        stages = []
        for _, number in numbers:
            run = await engine.store.runs.newest(_invoice(number).business_key)
            stages.append("" if run is None else "paid" if run.outcome == "paid" else run.stage)
        return True if Counter(stages) == {"paid": len(purchases), "held": len(purchases)} else None

    await until(decided, what="one invoice of each two that is paid, and one that is held", every=0.25, within=60)
    books = await asyncio.to_thread(PurchaseBooks.of, engine.sandbox)
    assert books.broken() == []
    for one in purchases:
        number = await _ours(engine, one)
        (line,) = [line for line in books.lines if line.order == number]
        assert line.invoiced == 4
    for _, number in numbers:
        if items := await engine.items(_invoice(number)):
            await engine.resolve(items[0].item_id, Decision.abandon, reason="billed twice")

    async def refused() -> bool | None:
        runs = [await engine.store.runs.newest(_invoice(number).business_key) for _, number in numbers]
        ends = Counter(run.outcome for run in runs if run is not None and run.closed is not None)
        return True if ends == {"paid": len(purchases), "refused": len(purchases)} else None

    await until(refused, what="the end of what was billed twice", every=0.25, within=60)
    books = await asyncio.to_thread(PurchaseBooks.of, engine.sandbox)
    assert books.broken() == []


async def test_of_two_people_who_decide_at_once_one_is_told_that_the_other_has_decided(engine: Engine) -> None:
    purchases = [Purchase.nth(200 + nth) for nth in range(4)]
    for one in purchases:
        await plan(engine, one.ordered)
        await ask(engine, one, boxes=20)
    for one in purchases:
        (item,) = await engine.waits_for_people(one.basket)
        decided = await asyncio.gather(
            engine.resolve(item.item_id, Decision.approve, who="bea"),
            engine.resolve(item.item_id, Decision.reject, who="cal", reason="too much"),
            return_exceptions=True,
        )
        (won,) = [answer for answer in decided if isinstance(answer, Decided)]
        (lost,) = [answer for answer in decided if isinstance(answer, WorkflowUpdateFailedError)]
        assert getattr(lost.cause, "type", "") in ("AlreadyDecided", "NotOpen")
        ordered = [Kind.reservation, Kind.order, Kind.sent_order, Kind.expected]
        await comes_to(engine, one, Counter(ordered if won.decision is Decision.approve else []))
    assert (await asyncio.to_thread(PurchaseBooks.of, engine.sandbox)).broken() == []


async def befall(engine: Engine, purchases: list[Purchase], chance: Random) -> None:
    """Any fault for every other write of these purchases, and for the first of each kind to be taken back."""
    struck = [
        (write.system, write.operation, write.wire(one))
        for one in purchases
        for write in WRITES
        if (one.shelf is None) == (write.kind not in (Kind.transfer, Kind.replacement)) and chance.random() < 0.5
    ]
    struck += [(system, undo, "") for system, _, undo, _ in OPERATIONS.values()]
    for system, operation, wire in struck:
        kind = chance.choice(("429", "503", *UNCERTAIN))
        more = {"seconds": LONGER_THAN_A_CALL} if kind.startswith("stall") else {}
        fault = {"operation": operation, "kind": kind, "key_contains": wire} | more
        await engine.order(getattr(engine.sandbox, system), "faults", fault)


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_ledger_laws_hold_after_a_run_of_faults(engine: Engine, seed: int) -> None:
    tellings = range(3 * seed, 3 * seed + 3)
    told = [(story, one) for telling in tellings for story, one in purchases_of(telling).items()]
    await befall(engine, [one for _, one in told], Random(seed))
    try:
        await asyncio.gather(*(STORIES[story](engine, one) for story, one in told))
        await asyncio.gather(*(comes_to(engine, one, ENDS[story]) for story, one in told))
    finally:
        await engine.sandbox.calm()
    books = await asyncio.to_thread(PurchaseBooks.of, engine.sandbox)
    assert books.broken() == []
    assert [one for one in books.kept if one.key and await engine.store.effects.by_wire_key(one.key) is None] == []


async def test_a_law_that_is_broken_is_seen(engine: Engine) -> None:
    """In figures alone: the systems' own databases are left as they are."""
    books = await asyncio.to_thread(PurchaseBooks.of, engine.sandbox)
    line = next(line for line in books.lines if line.invoiced)
    for change, words in (
        ({"committed": line.committed + 1}, "commits"),
        ({"open_quantity": line.open_quantity + 1}, "received and not invoiced"),
        ({"invoiced": line.invoiced + 1}, "was paid"),
    ):
        assert any(words in told for told in type(line)(**(vars(line) | change)).broken())


async def _received(engine: Engine, purchase: Purchase) -> None:
    await buy(engine, purchase)
    await receive(engine, purchase)
    await comes_to(engine, purchase, ENDS["received again"])


def _invoice(number: str) -> RunName:
    return invoice_run("NORTH", SHORT_PAID, normalised(number))


async def _ours(engine: Engine, purchase: Purchase) -> str:
    """The ERP's own number of the order that a buyer made."""
    headers = {"Authorization": f"Bearer {engine.sandbox.erp.token}"}
    url = f"{engine.sandbox.erp.url}/mm/order_status"
    answer = await engine.http.get(url, params={"PO_REF": purchase.bought}, headers=headers)
    return str(answer.json()["HEADER"]["PO_NUMBER"])
