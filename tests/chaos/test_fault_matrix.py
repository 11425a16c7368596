"""Each external write, and its undo, by each fault: read from the systems' own databases, the three ledgers agree."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from canonical.documents.usage_run import UsageRun
from canonical.effect import EffectState
from canonical.run import Standing
from suture.temporal.server import Server
from tests.chaos.ledgers import Ledgers, files_of
from tests.chaos.matrix import CELLS, NEEDS_A_PERSON, REPEATED, UNCERTAIN, Cell, Matrix, Struck, run_matrix
from tests.chaos.requests import repeated_blindly, told_of
from tests.chaos.uses import SEARCHES, Expected
from tests.support.engine import Engine
from tests.support.engine_running import QUICK, engine_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Engine]:
    async with engine_here(tmp_path_factory.mktemp("matrix"), temporal) as engine:
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
def test_the_ledgers_agree_after(matrix: Matrix, struck: Struck) -> None:
    assert matrix.ledgers.wrong(struck.expected) == []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_person_is_asked_only_where_no_retry_can_heal(struck: Struck, cell: Cell) -> None:
    expected = [cell.write.step] if cell.fault in NEEDS_A_PERSON else []
    # Revenue integrity is told of every credit, whether or not something went wrong.
    assert [item.step for item in struck.asked] == expected + (["credit"] if cell.write.billed else [])


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_look_up_precedes_any_repeat(matrix: Matrix, struck: Struck, cell: Cell) -> None:
    write, log = cell.write, matrix.log[cell.write.system]
    hit = [request.fault for request in log if request.writes(write.operation, struck.wire)]
    assert hit[0] == cell.fault
    assert set(hit[1:]) <= {""}
    story = told_of(log, system=write.system, operation=write.operation, wire=struck.wire, sought=struck.sought)
    assert not repeated_blindly(story)
    if cell.fault in UNCERTAIN:
        assert "look-up" in story[story.index("write") :]
    if cell.look_up:
        first = next(place for place, request in enumerate(log) if request.writes(write.operation, struck.wire))
        look_ups = [
            one for one in log[first:] if one.operation == SEARCHES[write.system] and struck.sought in one.query
        ]
        assert look_ups[0].fault == cell.look_up


@pytest.mark.parametrize(
    "cell", [cell for cell in CELLS if cell.write.system == "inventory" and cell.fault in REPEATED], ids=str
)
def test_a_system_without_idempotency_is_written_to_again_only_once_nothing_can_arrive_any_more(
    matrix: Matrix, struck: Struck, cell: Cell
) -> None:
    sent = [one.at for one in matrix.log["inventory"] if one.writes(cell.write.operation, struck.wire)]
    # The first came within one call's time of the moment from which the engine counts.
    assert len(sent) == 2
    assert sent[1] - sent[0] >= QUICK.in_flight - QUICK.call


@pytest.mark.parametrize("cell", CELLS, ids=str)
async def test_the_engines_own_record_names_what_stands_after(engine: Engine, matrix: Matrix, struck: Struck) -> None:
    newest = await engine.store.runs.newest(struck.expected.use.name.business_key)
    assert newest is not None
    closing = UsageRun.model_validate_json(await engine.store.runs.closing(newest.workflow_id) or "")
    for ledger in closing.ledgers:
        if ledger.standing is Standing.posted:
            assert matrix.ledgers.counts(ledger.reference) > 0
    for effect in await engine.store.effects.of(correlation_id=newest.correlation_id):
        if effect.posted is not None and effect.intent.undoes is None:
            stands = matrix.ledgers.counts(effect.posted.reference) > 0
            assert effect.state == (EffectState.applied if stands else EffectState.reversed), effect.intent.key


def test_no_system_holds_what_belongs_to_no_use(matrix: Matrix) -> None:
    assert matrix.ledgers.orphans(matrix.uses, since=matrix.before) == []


def test_the_trial_balance_closes(matrix: Matrix) -> None:
    assert set(matrix.ledgers.balance.values()) == {Decimal(0)}


@pytest.mark.parametrize(
    ("system", "missing", "told"),
    [
        ("inventory", "DELETE FROM movements WHERE external_ref = ?", "net movement"),
        ("billing", "DELETE FROM charge WHERE charge_id = ?", "live charge"),
        ("erp", "DELETE FROM JOURNAL WHERE REF_DOC_NO = ?", "net journal"),
    ],
)
def test_a_row_that_is_missing_is_seen(
    engine: Engine, matrix: Matrix, tmp_path: Path, system: str, missing: str, told: str
) -> None:
    """Removed from a copy: the systems run on."""
    databases = files_of(engine.sandbox)
    copy = databases[system] = _copied(databases[system], tmp_path / "copy.db")
    expected = _straight(matrix)
    assert Ledgers.read(**databases).wrong(expected) == []
    step = {"inventory": "stock", "billing": "charge", "erp": "cost"}[system]
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute(missing, (expected.use.wire(step),)).rowcount == 1
        database.commit()
    wrong = Ledgers.read(**databases).wrong(expected)
    assert wrong
    assert all(told in words for words in wrong)


@pytest.mark.parametrize(
    ("write", "changes", "told"),
    [
        ("stock move", ["UPDATE movements SET external_ref = NULL WHERE external_ref = ?"], "under no key"),
        ("charge post", ["UPDATE charge SET charge_id = 'X' WHERE charge_id = ?"], "charge X under X"),
        ("void", ["UPDATE charge_void SET void_id = 'X' WHERE void_id = ?"], "void X under X"),
        ("credit", ["UPDATE charge_credit SET credit_id = 'X' WHERE credit_id = ?"], "credit X under X"),
        (
            "cost post",
            [
                "DELETE FROM JOURNAL_ITEM WHERE GL_ACCOUNT IN (SELECT GL_ACCOUNT FROM GL_ACCOUNT WHERE ACCT_TYPE = 'X')"
                " AND DOC_NO = (SELECT DOC_NO FROM JOURNAL WHERE REF_DOC_NO = ?)",
                "UPDATE JOURNAL SET REF_DOC_NO = 'X' WHERE REF_DOC_NO = ?",
            ],
            "under X",
        ),
    ],
)
def test_a_document_of_nobody_is_seen(
    engine: Engine, matrix: Matrix, tmp_path: Path, write: str, changes: list[str], told: str
) -> None:
    databases = files_of(engine.sandbox)
    struck = next(one for cell, one in matrix.struck.items() if cell.write.name == write and cell.fault == "429")
    system = struck.cell.write.system
    copy = databases[system] = _copied(databases[system], tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as database:
        for change in changes:
            assert database.execute(change, (struck.wire,)).rowcount == 1
        database.commit()
    [orphan] = Ledgers.read(**databases).orphans(matrix.uses, since=matrix.before)
    assert told in orphan


def _straight(matrix: Matrix) -> Expected:
    """A use that stands under the keys of its first writes."""
    return next(one.expected for cell, one in matrix.struck.items() if not cell.write.undoes and cell.fault == "429")


def _copied(database: Path, to: Path) -> Path:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
    return to
