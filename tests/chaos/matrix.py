"""The fault matrix: every external write, and the undo of each, struck by every fault; all cells run in one engine."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from canonical.documents.work_item import WorkItem
from tests.chaos.billing import final_bill
from tests.chaos.ledgers import Ledgers
from tests.chaos.requests import Request, requests
from tests.chaos.uses import NOT_USED, WRITES, Expected, Use, Write, another_quantity
from tests.support.engine import Engine

LONGER_THAN_A_CALL = 1.8
NEEDS_A_PERSON = ("refuse", "refuse_unauthorized")
UNCERTAIN = ("stall_before", "stall_after", "apply_late", "500_before", "500", "malformed", "cut_before", "cut")
FAULTS = (*NEEDS_A_PERSON, *UNCERTAIN, "429", "503")
AT_ONCE = 24


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One write and one fault; an undo is struck where nothing is posted after it, and where the use is redone."""

    write: Write
    fault: str
    redone: bool = False

    def __str__(self) -> str:
        return f"{self.write.name}, redone-{self.fault}" if self.redone else f"{self.write.name}-{self.fault}"


CELLS = tuple(
    Cell(write=write, fault=fault, redone=redone)
    for write in WRITES
    for redone in ((False, True) if write.undoes and not write.billed else (False,))
    for fault in (UNCERTAIN if redone else FAULTS)
)


@dataclass(kw_only=True)
class Struck:
    """What became of one cell: what must stand, what people were asked, and how it went wrong if it did."""

    cell: Cell
    expected: Expected
    wire: str = ""
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


async def run_matrix(engine: Engine) -> Matrix:
    """Strike all cells, some at once, each at a use of its own; a cell that fails fails alone."""
    turns = asyncio.Semaphore(AT_ONCE)
    before = await asyncio.to_thread(Ledgers.of, engine.sandbox)

    async def one(nth: int, cell: Cell) -> Struck:
        use = Use.nth(nth).to_be_billed(nth) if cell.write.billed else Use.nth(nth)
        struck = Struck(cell=cell, expected=Expected.of(use))
        async with turns:
            try:
                await (_strike_an_undo if cell.write.undoes else _strike)(engine, struck)
            except (Exception, ExceptionGroup) as failure:
                struck.failure = failure
        return struck

    struck = await asyncio.gather(*(one(nth, cell) for nth, cell in enumerate(CELLS)))
    return Matrix(
        struck={one.cell: one for one in struck},
        before=before,
        ledgers=await asyncio.to_thread(Ledgers.of, engine.sandbox),
        log={system.name: await requests(engine, system) for system in engine.sandbox.systems},
    )


async def _strike(engine: Engine, struck: Struck) -> None:
    use = struck.expected.use
    struck.wire = use.wire(struck.cell.write.step)
    await _set(engine, struck)
    await engine.capture(use.body())
    struck.asked = await engine.to_rest(use.name)


async def _strike_an_undo(engine: Engine, struck: Struck) -> None:
    use, cell = struck.expected.use, struck.cell
    await engine.capture(use.body())
    if await engine.to_rest(use.name):
        raise AssertionError("a use without trouble asked a person")
    if cell.write.billed:
        await final_bill(engine, use)
    posted = await asyncio.to_thread(Ledgers.of, engine.sandbox)
    struck.wire = use.undo_wire(cell.write.step, posted.reference(use.wire(cell.write.step)))
    await _set(engine, struck)
    quantity = use.quantity + 1 if cell.redone else 0
    struck.expected = Expected.of(use, quantity)
    await engine.correct(use.number, another_quantity(quantity) if cell.redone else NOT_USED)
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
