"""The worker killed in the middle of every write of ordering, receiving and paying: each document stands once."""

import pytest

from canonical.effect import EffectState
from tests.chaos.purchase_kills import SPOTS, Aftermath, Held, Spot, kill_the_worker
from tests.support.engine_running import EngineOfProcesses

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
async def aftermath(processes: EngineOfProcesses) -> Aftermath:
    return await kill_the_worker(processes)


@pytest.fixture
def held(aftermath: Aftermath, spot: Spot) -> Held:
    """The write that was under way, once its purchase has come to rest."""
    held = aftermath.held[spot]
    if held.failure is not None:
        raise held.failure
    return held


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_exactly_what_should_stand_stands_after_a_kill_at(aftermath: Aftermath, held: Held, spot: Spot) -> None:
    standing = aftermath.books.live(spot.write.wires(held.purchase))
    assert [one.kind for one in standing] == [spot.write.kind] * spot.write.expected
    assert [item for item in held.asked.values() if item.step == spot.write.step(held.purchase)] == []
    assert held.known_as is EffectState.intended


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_the_next_worker_looks_before_it_repeats(aftermath: Aftermath, held: Held, spot: Spot) -> None:
    write, first = spot.write, spot.write.wire(held.purchase)
    log = aftermath.log[write.system]
    sent = [place for place, one in enumerate(log) if one.writes(write.operation, held.wire)]
    until = sent[1] if len(sent) > 1 else len(log)
    between = log[sent[0] : until]
    assert any(one.operation == write.search and first in one.query and one.status == 200 for one in between)


async def test_no_system_holds_what_the_engine_does_not_know_of(
    processes: EngineOfProcesses, aftermath: Aftermath
) -> None:
    effects = processes.store.effects
    orphans = [one for one in aftermath.books.kept if one.key and await effects.by_wire_key(one.key) is None]
    assert orphans == []


def test_the_ledger_laws_hold_after_the_kill(aftermath: Aftermath) -> None:
    assert aftermath.books.broken() == []
