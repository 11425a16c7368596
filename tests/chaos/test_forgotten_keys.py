"""An ERP that forgets its request keys at once: nothing but the engine stands between a late arrival and a second journal."""

from collections.abc import AsyncIterator

import pytest

from canonical.effect import EffectState
from suture.temporal.server import Server
from tests.chaos.matrix import REPEATED, UNCERTAIN, Cell, Matrix, Struck, run_matrix
from tests.chaos.requests import repeated_blindly, told_of
from tests.chaos.uses import WRITES
from tests.support.engine import Engine
from tests.support.engine_hospital import Timing
from tests.support.engine_running import engine_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CELLS = tuple(
    Cell(write=write, fault=fault, redone=redone)
    for write in WRITES
    if write.system == "erp"
    for redone in ((False, True) if write.undoes else (False,))
    for fault in UNCERTAIN
)
TWICE = next(cell for cell in CELLS if not cell.write.undoes and cell.fault == "apply_late")


@pytest.fixture(scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Engine]:
    async with engine_here(tmp_path_factory.mktemp("keys"), temporal, timing=Timing(key_life=0)) as engine:
        await engine.order(engine.sandbox.erp, "idempotency", {"life_seconds": 0})
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
def test_the_ledgers_agree_and_nobody_is_asked_after(matrix: Matrix, struck: Struck) -> None:
    assert matrix.ledgers.wrong(struck.expected) == []
    assert struck.asked == ()


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_look_up_precedes_any_repeat(matrix: Matrix, struck: Struck, cell: Cell) -> None:
    operation = cell.write.operation
    story = told_of(matrix.log["erp"], system="erp", operation=operation, wire=struck.wire, sought=struck.sought)
    assert story.count("write") == (2 if cell.fault in REPEATED else 1)
    assert not repeated_blindly(story)


async def test_of_two_journals_under_one_key_the_engine_takes_one_back(engine: Engine, matrix: Matrix) -> None:
    struck = matrix.struck[TWICE]
    use = struck.expected.use
    first, second = [one for one in matrix.ledgers.journals if one.key == struck.wire]
    assert first.counts == second.counts == use.base_quantity
    [undo] = [one for one in matrix.ledgers.journals if one.takes_back == second.reference]
    assert undo.key == use.undo_wire("cost", second.reference)
    run = await engine.run(use.name)
    assert run is not None
    effects = {one.intent.key: one for one in await engine.store.effects.of(correlation_id=run.correlation_id)}
    standing = effects[use.key("cost")]
    assert standing.state is EffectState.applied
    assert standing.posted is not None
    assert standing.posted.reference == first.reference


def test_no_system_holds_what_belongs_to_no_use(matrix: Matrix) -> None:
    assert matrix.ledgers.orphans(matrix.uses, since=matrix.before) == []
