"""The laws of compensation for each kind of purchasing: twice is once, and what was taken back was never there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from canonical.documents.purchasing_run import ledger_for
from canonical.effect import EffectState
from canonical.kinds import Kind
from canonical.ports import KeepsBooks
from connectors.systems.sandbox_erp.connector import SYSTEM as ERP
from connectors.systems.sandbox_inventory.connector import SYSTEM as INVENTORY
from connectors.systems.sandbox_supplier.connector import SYSTEM as SUPPLIER
from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from tests.chaos.lives import LATE_BY, TAKES_LATE, Move, built
from tests.chaos.matrix import UNCERTAIN
from tests.chaos.purchase_books import PurchaseBooks
from tests.chaos.purchase_laws import Desk, Paper
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
KINDS: dict[str, Any] = {"erp": ERP, "inventory": INVENTORY, "supplier": SUPPLIER}
FAULTS = st.sampled_from(("", "429", "503", TAKES_LATE, *UNCERTAIN))
MOVES = st.builds(Move, act=st.sampled_from(("do once", "do", "undo")), fault=FAULTS)
PINNED: tuple[tuple[list[Move], int], ...] = (
    # What was sent once arrives after it was taken back.
    ([Move("do once", TAKES_LATE), Move("undo")], 0),
    # It arrives where it was done anew meanwhile.
    ([Move("do once", TAKES_LATE), Move("undo"), Move("do")], 1),
    # Taken back, the answer lost, and done anew.
    ([Move("do"), Move("undo", "cut")], 1),
    # The undo arrives late, and twice.
    ([Move("do"), Move("undo", "apply_late")], 0),
)
NAMED = [(kind, moves, end) for kind in Kind for moves, end in PINNED]
LIVES = st.lists(
    st.tuples(st.sampled_from(tuple(Kind)), st.lists(MOVES, min_size=1, max_size=4), st.sampled_from((0, 1))),
    min_size=24,
    max_size=24,
)


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, _sandbox: Sandbox) -> AsyncIterator[Desk]:
    """Activities over connectors that are soon impatient, and a store of their own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('purchase-laws') / 'suture.db'}"
    migrate(url)
    await _sandbox.calm()
    systems = {name: cast(KeepsBooks, built(kind, getattr(_sandbox, name))) for name, kind in KINDS.items()}
    async with Store.open(url, Keyring.make()) as store:
        # Nobody answers an order or ships it: only what is written and taken back is looked at.
        await _sandbox.supplier.control("POST", "pace", {"seconds": None})
        yield Desk(systems, store)
    for system in systems.values():
        await system.close()
    await _sandbox.supplier.control("POST", "pace", {"seconds": 0.2})
    await _sandbox.calm()


@given(lives=LIVES)
@example(lives=NAMED)
@settings(
    max_examples=2,
    deadline=None,
    database=None,
    # An example takes seconds, and the failing life is told as it is: shrinking it would take minutes.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
async def test_after_the_closing_look_each_document_stands_once_or_never_did(
    desk: Desk, _sandbox: Sandbox, lives: list[tuple[Kind, list[Move], int]]
) -> None:
    written = [
        Paper(
            desk=desk,
            sandbox=_sandbox,
            kind=kind,
            number=f"{nth:03d}{uuid4().hex[:8]}",
            ledger=ledger_for("step", kind),
            moves=moves,
            end=end,
        )
        for nth, (kind, moves, end) in enumerate(lives)
    ]
    await asyncio.gather(*(desk.prepare(one.kind, one.number) for one in written))
    await asyncio.gather(*(one.live() for one in written))
    # Whatever was set to come late has come by then, also where a closing look should not have waited for it.
    await asyncio.sleep(LATE_BY)
    first = await asyncio.to_thread(PurchaseBooks.of, _sandbox)
    await asyncio.gather(*(one.look() for one in written))
    second = await asyncio.to_thread(PurchaseBooks.of, _sandbox)
    assert [words for one in written for words in await broken(one, first)] == []
    assert second.kept == first.kept
    assert [words for line in second.lines for words in line.broken()] == []
    assert set(second.balance.values()) == {0}


async def broken(paper: Paper, books: PurchaseBooks) -> list[str]:
    """The laws that a life broke: what stands, and what the engine's own record says of it."""
    references = {one.reference for one in books.live(paper.wires)}
    words = [] if len(references) == paper.end else [f"{len(references)} stand, not {paper.end}"]
    for effect in await paper.desk.effects_of(paper.context.workflow_id):
        if effect.posted is not None and effect.intent.undoes is None:
            stands = effect.posted.reference in references
            if (effect.state is EffectState.applied) != stands:
                words.append(f"the record says {effect.state} of what {'stands' if stands else 'does not stand'}")
    return [f"{paper.kind}: {told}, after {paper.moves} to {paper.end}: {paper.told}" for told in words]
