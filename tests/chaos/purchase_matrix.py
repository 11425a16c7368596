"""The fault matrix of purchasing: every write of both processes, and what takes it back, struck by every fault."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from canonical.documents.work_item import Decision, WorkItem
from canonical.effect import EffectState
from canonical.identity import RunName
from canonical.kinds import Kind
from canonical.memory import InboxState
from tests.chaos.matrix import FAULTS, LONGER_THAN_A_CALL
from tests.chaos.purchase_books import PurchaseBooks, reference_of
from tests.chaos.purchase_writes import UNDOS, WRITES, PurchaseWrite
from tests.chaos.purchases import CONSIGNED, SHELVES, Purchase
from tests.chaos.requests import Request, requests
from tests.support.engine import Engine, until

AT_ONCE = 24
REST_WITHIN = 90.0
AWAY = 5
"""How often a look-up fails while its run is being cancelled."""
LOOKS = 3
"""A run that is quiet each time has nothing to do."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One write and one fault."""

    write: PurchaseWrite
    fault: str

    def __str__(self) -> str:
        return f"{self.write}-{self.fault}"


CELLS = tuple(Cell(write=write, fault=fault) for write in (*WRITES, *UNDOS) for fault in FAULTS)


@dataclass(kw_only=True)
class Struck:
    """What became of one cell: what people were asked, and how it went wrong if it did."""

    cell: Cell
    purchase: Purchase
    wire: str = ""
    asked: dict[str, WorkItem] = field(default_factory=dict)
    failure: BaseException | None = None


@dataclass(kw_only=True)
class Matrix:
    """All cells at rest, the books of that moment, and what each system was asked."""

    struck: dict[Cell, Struck] = field(default_factory=dict)
    books: PurchaseBooks
    log: dict[str, list[Request]]


async def run_matrix(engine: Engine, cells: Sequence[Cell] = CELLS) -> Matrix:
    """Strike the cells, some at once, each at a purchase of its own; a cell that fails fails alone."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(nth: int, cell: Cell) -> Struck:
        struck = Struck(cell=cell, purchase=Purchase.nth(nth, shelf=shelf_of(cell, cells[:nth])))
        async with turns:
            try:
                await _strike(engine, struck)
            except (Exception, ExceptionGroup) as failure:
                struck.failure = failure
        return struck

    struck = await asyncio.gather(*(one(nth, cell) for nth, cell in enumerate(cells)))
    return Matrix(
        struck={one.cell: one for one in struck},
        books=await asyncio.to_thread(PurchaseBooks.of, engine.sandbox),
        log={system.name: await requests(engine, system) for system in engine.sandbox.systems},
    )


def shelf_of(cell: Cell, before: Sequence[Cell]) -> tuple[str, int] | None:
    """A shelf that no other cell uses: a need has one run for each item and location."""
    if cell.write.kind not in (Kind.transfer, Kind.replacement):
        return None
    shelves = CONSIGNED if cell.write.kind is Kind.replacement else SHELVES
    taken = sum(earlier.write.kind is cell.write.kind for earlier in before)
    return shelves[taken % len(shelves)]


async def _strike(engine: Engine, struck: Struck) -> None:
    cell, purchase = struck.cell, struck.purchase
    write = cell.write
    system = getattr(engine.sandbox, write.system)
    barrier = ""
    if write.stopped:
        first = write.wire(purchase)
        barrier = await engine.barrier(system, write.writing, "applied", first)
        # On a busy machine it would be found, and the run be further on, before it is cancelled.
        away = {"operation": write.search, "kind": "503", "count": AWAY, "key_contains": first}
        await engine.order(system, "faults", away)
        await write.story(engine, purchase)
        await engine.reached(system, barrier)
    elif write.lead is not None:
        await write.lead(engine, purchase)
        await written(engine, write, purchase, struck.asked)
        await to_rest(engine, purchase, struck.asked)
    first = write.wire(purchase)
    struck.wire = write.undo_wire(purchase, reference_of(system, first)) if write.undoes else first
    await engine.order(system, "faults", _fault(cell, struck.wire))
    if write.stopped:
        await engine.client.get_workflow_handle(write.run(purchase).workflow_id).cancel()
        await engine.order(system, f"{barrier}/release")
    else:
        await write.story(engine, purchase)
    await reached(engine, struck.wire)
    if not write.undoes:
        await written(engine, write, purchase, struck.asked)
    await to_rest(engine, purchase, struck.asked)


def _fault(cell: Cell, wire: str) -> dict[str, Any]:
    more: dict[str, Any] = {"key_contains": wire}
    if cell.fault.startswith("stall"):
        more["seconds"] = LONGER_THAN_A_CALL
    if cell.fault in ("429", "503"):
        more["retry_after"] = 1
    return {"operation": cell.write.operation, "kind": cell.fault} | more


async def reached(engine: Engine, wire: str) -> None:
    """Wait until a write under this key was begun."""

    async def begun() -> bool | None:
        return await engine.store.effects.by_wire_key(wire) is not None or None

    await until(begun, what=f"a write under {wire}", every=0.2, within=REST_WITHIN)


async def written(engine: Engine, write: PurchaseWrite, purchase: Purchase, asked: dict[str, WorkItem]) -> None:
    """Wait until the step has been written, after whatever was asked about it."""
    run = write.run(purchase).workflow_id

    async def applied() -> bool | None:
        await answer(engine, purchase, asked)
        effects = await engine.store.effects.of(workflow_ids=[run])
        own = [one for one in effects if one.intent.step == write.step(purchase) and one.intent.undoes is None]
        return any(one.state is EffectState.applied for one in own) or None

    await until(applied, what=f"{write.step(purchase)} of {run}", every=0.25, within=REST_WITHIN)


async def to_rest(engine: Engine, purchase: Purchase, asked: dict[str, WorkItem]) -> None:
    """Wait until no run of the purchase has anything to do; adds to what people were asked on the way."""
    quiet = 0

    async def rests() -> bool | None:
        nonlocal quiet
        busy = await answer(engine, purchase, asked) or await under_way(engine, purchase)
        quiet = 0 if busy else quiet + 1
        return quiet == LOOKS or None

    await until(rests, what=f"rest of purchase {purchase.number}", every=0.25, within=REST_WITHIN)


async def answer(engine: Engine, purchase: Purchase, asked: dict[str, WorkItem]) -> bool:
    """Answer what is asked and was not yet: what blocks by `retry`, what only tells is acknowledged; whether anything was."""
    new = False
    for name in purchase.runs:
        run = await engine.store.runs.newest(name.business_key)
        for item in await engine.items(RunName.parse(run.workflow_id)) if run is not None else ():
            if item.item_id not in asked:
                asked[item.item_id], new = item, True
                await _resolve(engine, item)
    return new


async def _resolve(engine: Engine, item: WorkItem) -> None:
    """A question that has answered itself meanwhile, as that of a held invoice does, needs nobody."""
    try:
        await engine.resolve(item.item_id, Decision.retry if item.blocks else Decision.acknowledge)
    except WorkflowUpdateFailedError as refused:
        if getattr(refused.cause, "type", "") not in ("NotOpen", "AlreadyDecided"):
            raise
    except RPCError as refused:
        if refused.status is not RPCStatusCode.NOT_FOUND:
            raise


async def under_way(engine: Engine, purchase: Purchase) -> bool:
    """Whether a run of the purchase has a call or a task under way, or has not heard of an event yet.

    Temporal is asked: the store hears of a run only when it first comes to a stop, or to its end.
    """
    for name in purchase.runs:
        correlation = await engine.store.correlations.find(name.business_key)
        told = await engine.store.inbox.of_correlation(correlation) if correlation is not None else ()
        if any(event.state in (InboxState.stored, InboxState.started) for event in told):
            return True
        known = await engine.store.runs.newest(name.business_key)
        newest = name if known is None else RunName.parse(known.workflow_id)
        if await _has_something_to_do(engine, newest) or await _has_something_to_do(engine, newest.next()):
            return True
    return False


async def _has_something_to_do(engine: Engine, name: RunName) -> bool:
    try:
        described = await engine.client.get_workflow_handle(name.workflow_id).describe()
    except RPCError as refused:
        if refused.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    if described.status is not WorkflowExecutionStatus.RUNNING:
        return False
    raw = described.raw_description
    return bool(raw.pending_activities) or raw.HasField("pending_workflow_task")
