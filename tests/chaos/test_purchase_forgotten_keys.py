"""Keys that are forgotten at once: of two documents of ordering, receiving and paying that really came, one is taken back.

Inventory knows no keys at all, so the fault matrix strikes it so already.
"""

from collections.abc import AsyncIterator

import pytest

from canonical.effect import EffectState
from canonical.kinds import Kind
from suture.temporal.server import Server
from tests.chaos.purchase_matrix import Cell, Matrix, Struck, run_matrix
from tests.chaos.purchase_writes import UNDOS, WRITES
from tests.chaos.requests import repeated_blindly
from tests.chaos.test_purchase_faults import told_of
from tests.support.engine import Engine
from tests.support.engine_hospital import KEYED, Timing
from tests.support.engine_running import engine_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FAULTS = ("apply_late", "cut")
"""The first arrives with its repeat; and it has arrived, the answer is lost: what the other faults come to as well."""
CELLS = tuple(
    Cell(write=write, fault=fault) for write in (*WRITES, *UNDOS) if write.system in KEYED for fault in FAULTS
)

KNOWN_BY_NUMBER = (Kind.order, Kind.order_change, Kind.sent_change, Kind.payable)
"""Of one order, revision or invoice number their systems refuse a second one, and what is refused is looked up."""


@pytest.fixture(scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Engine]:
    async with engine_here(tmp_path_factory.mktemp("purchase-keys"), temporal, timing=Timing(key_life=0)) as engine:
        await engine.order(engine.sandbox.erp, "idempotency", {"life_seconds": 0})
        await engine.order(engine.sandbox.supplier, "keys", {"seconds": 0})
        # Once it has shipped, the supplier lets nobody withdraw the second of two, and a person is asked.
        later = {"message": "replacements", "times": 1000, "steps": [{"do": "ship", "after": 3600}]}
        await engine.order(engine.sandbox.supplier, "plans", later)
        yield engine


@pytest.fixture(scope="module")
async def matrix(engine: Engine) -> Matrix:
    return await run_matrix(engine, CELLS)


@pytest.fixture
def struck(matrix: Matrix, cell: Cell) -> Struck:
    """The cell, once it has come to rest."""
    struck = matrix.struck[cell]
    if struck.failure is not None:
        raise struck.failure
    return struck


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_one_stands_or_none_and_nobody_is_asked_after(matrix: Matrix, struck: Struck, cell: Cell) -> None:
    standing = matrix.books.live(cell.write.wires(struck.purchase))
    assert [one.kind for one in standing] == [cell.write.kind] * cell.write.expected
    assert [item for item in struck.asked.values() if item.step == cell.write.step(struck.purchase)] == []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_look_up_precedes_any_repeat_of(matrix: Matrix, struck: Struck, cell: Cell) -> None:
    story = told_of(matrix.log[cell.write.system], cell.write, struck)
    assert story.count("write") == (2 if cell.fault == "apply_late" else 1)
    assert not repeated_blindly(story)


@pytest.mark.parametrize(
    "cell", [cell for cell in CELLS if not cell.write.undoes and cell.fault == "apply_late"], ids=str
)
async def test_of_two_under_one_key_the_first_stays_of(engine: Engine, matrix: Matrix, struck: Struck) -> None:
    came = [one for one in matrix.books.kept if one.key == struck.wire]
    assert [one.live for one in came] == ([True] if struck.cell.write.kind in KNOWN_BY_NUMBER else [True, False])
    effect = await engine.store.effects.by_wire_key(struck.wire)
    assert effect is not None
    assert effect.state is EffectState.applied
    assert effect.posted is not None
    assert effect.posted.reference == came[0].reference


async def test_no_system_holds_what_the_engine_does_not_know_of(engine: Engine, matrix: Matrix) -> None:
    orphans = [one for one in matrix.books.kept if one.key and await engine.store.effects.by_wire_key(one.key) is None]
    assert orphans == []


def test_the_ledger_laws_hold(matrix: Matrix) -> None:
    assert matrix.books.broken() == []
