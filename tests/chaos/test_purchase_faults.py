"""Each write of ordering, receiving and paying, and what takes it back, by each fault: one document stands, or none."""

from collections.abc import AsyncIterator

import pytest

from canonical.effect import EffectState
from suture.temporal.server import Server
from tests.chaos.matrix import NEEDS_A_PERSON, UNCERTAIN
from tests.chaos.purchase_matrix import CELLS, Cell, Matrix, Struck, run_matrix
from tests.chaos.purchase_writes import PurchaseWrite
from tests.chaos.requests import Request, repeated_blindly
from tests.support.engine import Engine
from tests.support.engine_running import engine_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Engine]:
    async with engine_here(tmp_path_factory.mktemp("purchases"), temporal) as engine:
        yield engine


@pytest.fixture(scope="module")
async def matrix(engine: Engine) -> Matrix:
    return await run_matrix(engine)


@pytest.fixture
def struck(matrix: Matrix, cell: Cell) -> Struck:
    """The cell, once it has come to rest."""
    struck = matrix.struck[cell]
    if struck.failure is not None:
        raise struck.failure
    return struck


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_exactly_what_should_stand_stands_after(matrix: Matrix, struck: Struck, cell: Cell) -> None:
    standing = matrix.books.live(cell.write.wires(struck.purchase))
    assert [one.kind for one in standing] == [cell.write.kind] * cell.write.expected


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_person_is_asked_about_the_write_only_where_no_retry_can_heal(struck: Struck, cell: Cell) -> None:
    about = [item for item in struck.asked.values() if item.step == cell.write.step(struck.purchase)]
    assert bool(about) == (cell.fault in NEEDS_A_PERSON)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_look_up_precedes_any_repeat(matrix: Matrix, struck: Struck, cell: Cell) -> None:
    write, log = cell.write, matrix.log[cell.write.system]
    hit = [request.fault for request in log if request.writes(write.operation, struck.wire)]
    assert hit[0] == cell.fault
    assert set(hit[1:]) <= {""}
    story = told_of(log, write, struck)
    assert not repeated_blindly(story)
    if cell.fault in UNCERTAIN:
        assert "look-up" in story[story.index("write") :]


@pytest.mark.parametrize("cell", CELLS, ids=str)
async def test_the_engines_own_record_names_what_stands_after(engine: Engine, matrix: Matrix, struck: Struck) -> None:
    live = {one.reference for one in matrix.books.kept if one.live}
    names = [name for first in struck.purchase.runs for name in (first, first.next())]
    for name in names:
        for effect in await engine.store.effects.of(workflow_ids=[name.workflow_id]):
            if effect.posted is not None and effect.intent.undoes is None:
                stands = effect.posted.reference in live
                assert effect.state == (EffectState.applied if stands else EffectState.reversed), effect.intent.key


def told_of(log: list[Request], write: PurchaseWrite, struck: Struck) -> list[str]:
    """The story of one key: `write`, and each `look-up` that was answered, in the order in which they came."""
    first = write.wire(struck.purchase)
    return [
        "write" if one.writes(write.operation, struck.wire) else "look-up"
        for one in log
        if one.writes(write.operation, struck.wire)
        or (one.operation == write.search and first in one.query and one.status == 200)
    ]


async def test_no_system_holds_what_the_engine_does_not_know_of(engine: Engine, matrix: Matrix) -> None:
    orphans = [one for one in matrix.books.kept if one.key and await engine.store.effects.by_wire_key(one.key) is None]
    assert orphans == []


def test_the_ledger_laws_hold(matrix: Matrix) -> None:
    assert matrix.books.broken() == []
