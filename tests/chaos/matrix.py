"""The fault matrix: every external write, and the undo of each, struck by every fault; all cells run in one engine."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from canonical.documents.work_item import WorkItem
from tests.chaos.billing import final_bill
from tests.chaos.ledgers import Ledgers
from tests.chaos.requests import Request, requests
from tests.chaos.uses import NOT_USED, SEARCHES, WRITES, Expected, Use, Write, another_quantity
from tests.support.engine import Engine

LONGER_THAN_A_CALL = 1.8
NEEDS_A_PERSON = ("refuse", "refuse_unauthorized")
UNCERTAIN = ("stall_before", "stall_after", "apply_late", "500_before", "500", "malformed", "cut_before", "cut")
REPEATED = ("apply_late", "500_before", "cut_before")
"""Not applied when the look-up comes, so that the write goes out again."""

FAULTS = (*NEEDS_A_PERSON, *UNCERTAIN, "429", "503")
AT_ONCE = 24


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One write and one fault; an undo is struck where nothing is posted after it, and where the use is redone.

    `look_up` strikes the look-up that follows the write.
    """

    write: Write
    fault: str
    redone: bool = False
    look_up: str = ""

    def __str__(self) -> str:
        redone, look_up = ", redone" if self.redone else "", f", look-up {self.look_up}" if self.look_up else ""
        return f"{self.write.name}{redone}-{self.fault}{look_up}"


CELLS = (
    *(
        Cell(write=write, fault=fault, redone=redone)
        for write in WRITES
        for redone in ((False, True) if write.undoes and not write.billed else (False,))
        for fault in (UNCERTAIN if redone else FAULTS)
    ),
    *(Cell(write=write, fault="cut", look_up=look_up) for write in WRITES for look_up in ("500", "cut")),
)


@dataclass(kw_only=True)
class Struck:
    """What became of one cell: what must stand, what people were asked, and how it went wrong if it did."""

    cell: Cell
    expected: Expected
    wire: str = ""
    sought: str = ""
    barrier: str = ""
    asked: tuple[WorkItem, ...] = ()
    failure: BaseException | None = None


@dataclass(kw_only=True)
class Matrix:
    """All cells at rest, the ledgers before and at that moment, and what each system was asked."""

    struck: dict[Cell, Struck] = field(default_factory=dict)
    before: Ledgers
    ledgers: Ledgers
    log: dict[str, list[Request]]

    @property
    def uses(self) -> list[Use]:
        """All uses that were reported."""
        return [one.expected.use for one in self.struck.values()]


async def run_matrix(engine: Engine, cells: Sequence[Cell] = CELLS) -> Matrix:
    """Strike the cells, some at once, each at a use of its own; a cell that fails fails alone."""
    turns = asyncio.Semaphore(AT_ONCE)
    before = await asyncio.to_thread(Ledgers.of, engine.sandbox)

    async def one(nth: int, cell: Cell) -> Struck:
        billed = sum(earlier.write.billed for earlier in cells[:nth])
        use = Use.nth(nth).to_be_billed(billed) if cell.write.billed else Use.nth(nth)
        struck = Struck(cell=cell, expected=Expected.of(use))
        async with turns:
            try:
                await (_strike_an_undo if cell.write.undoes else _strike)(engine, struck)
            except (Exception, ExceptionGroup) as failure:
                struck.failure = failure
        return struck

    struck = await asyncio.gather(*(one(nth, cell) for nth, cell in enumerate(cells)))
    return Matrix(
        struck={one.cell: one for one in struck},
        before=before,
        ledgers=await asyncio.to_thread(Ledgers.of, engine.sandbox),
        log={system.name: await requests(engine, system) for system in engine.sandbox.systems},
    )


async def _strike(engine: Engine, struck: Struck) -> None:
    use = struck.expected.use
    struck.wire = struck.sought = use.wire(struck.cell.write.step)
    await _set(engine, struck)
    await engine.capture(use.body())
    await _strike_the_look_up(engine, struck)
    struck.asked = await engine.to_rest(use.name)


async def _strike_an_undo(engine: Engine, struck: Struck) -> None:
    use, cell = struck.expected.use, struck.cell
    await engine.capture(use.body())
    if asked := await engine.to_rest(use.name):
        raise AssertionError(f"a use without trouble asked a person: {asked[0].question}")
    if cell.write.billed:
        await final_bill(engine, use)
    posted = await asyncio.to_thread(Ledgers.of, engine.sandbox)
    reference = posted.reference(use.wire(cell.write.step))
    struck.wire, struck.sought = use.undo_wire(cell.write.step, reference), use.sought(cell.write, reference)
    await _set(engine, struck)
    quantity = use.quantity + 1 if cell.redone else 0
    struck.expected = Expected.of(use, quantity)
    await engine.correct(use.number, another_quantity(quantity) if cell.redone else NOT_USED)
    await _strike_the_look_up(engine, struck)
    struck.asked = await engine.to_rest(use.name, reports=2)


async def _set(engine: Engine, struck: Struck) -> None:
    cell = struck.cell
    system = getattr(engine.sandbox, cell.write.system)
    more: dict[str, Any] = {"key_contains": struck.wire}
    if cell.fault.startswith("stall"):
        more["seconds"] = LONGER_THAN_A_CALL
    if cell.fault in ("429", "503"):
        more["retry_after"] = 1
    await engine.order(system, "faults", {"operation": cell.write.operation, "kind": cell.fault} | more)
    if cell.look_up:
        struck.barrier = await engine.barrier(system, cell.write.operation, "received", struck.wire)


async def _strike_the_look_up(engine: Engine, struck: Struck) -> None:
    """Set the fault of the look-up while the write is on its way: an undo is looked up before it as well."""
    if not struck.barrier:
        return
    cell = struck.cell
    system = getattr(engine.sandbox, cell.write.system)
    await engine.reached(system, struck.barrier)
    fault = {"operation": SEARCHES[cell.write.system], "kind": cell.look_up, "key_contains": struck.sought}
    await engine.order(system, "faults", fault)
    await engine.order(system, f"{struck.barrier}/release")
