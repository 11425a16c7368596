"""The laws of compensation, judged at rest: twice is once, and what was taken back is as if it had never been."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from activities.charges import Charges
from activities.costs import Costs
from activities.stock import Stock
from canonical.effect import EffectState
from connectors.systems.sandbox_billing.connector import SYSTEM as BILLING
from connectors.systems.sandbox_erp.connector import SYSTEM as ERP
from connectors.systems.sandbox_inventory.connector import SYSTEM as INVENTORY
from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from tests.chaos.laws import LEDGERS, Bookkeeping, Hands
from tests.chaos.ledgers import Ledgers
from tests.chaos.lives import LATE_BY, TAKES_LATE, Move, built
from tests.chaos.matrix import UNCERTAIN
from tests.chaos.uses import Use
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
AT_ONCE = 15
FAULTS = st.sampled_from(("", "429", "503", TAKES_LATE, *UNCERTAIN))
MOVES = st.builds(Move, act=st.sampled_from(("do once", "do", "undo")), fault=FAULTS)
PINNED: tuple[tuple[list[Move], int], ...] = (
    # What was sent once arrives after it was taken back, also where it was done anew meanwhile.
    ([Move("do once", TAKES_LATE), Move("undo")], 0),
    ([Move("do once", TAKES_LATE), Move("undo"), Move("do")], 1),
    # Taken back, the answer lost, and done anew.
    ([Move("do"), Move("undo", "cut")], 1),
    # The repeat and the first arrive together.
    ([Move("do", "apply_late")], 1),
)
CREDITED: tuple[tuple[list[Move], int], ...] = (
    ([Move("do"), Move("bill"), Move("undo", "cut")], 0),
    ([Move("do"), Move("bill"), Move("undo", "cut")], 1),
)
NAMED = [
    *((step, moves, end) for step in LEDGERS for moves, end in PINNED),
    *(("charge", moves, end) for moves, end in CREDITED),
]
LIVES = st.lists(
    st.tuples(st.sampled_from(tuple(LEDGERS)), st.lists(MOVES, min_size=1, max_size=4), st.sampled_from((0, 1))),
    min_size=AT_ONCE,
    max_size=AT_ONCE,
)


@pytest.fixture(scope="module")
async def hands(tmp_path_factory: pytest.TempPathFactory, _sandbox: Sandbox) -> AsyncIterator[Hands]:
    """Activities over connectors that are soon impatient, and a store of their own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('laws') / 'suture.db'}"
    migrate(url)
    await _sandbox.calm()
    inventory = built(INVENTORY, _sandbox.inventory)
    billing = built(BILLING, _sandbox.billing)
    finance = built(ERP, _sandbox.erp)
    async with Store.open(url, Keyring.make()) as store:
        yield Hands(
            stock=Stock(inventory, store.effects),
            charges=Charges(billing, store.effects, store.vault),
            costs=Costs(finance, store.effects),
            store=store,
        )
    for system in (inventory, billing, finance):
        await system.close()
    await _sandbox.calm()


@given(lives=LIVES)
@example(lives=NAMED)
@settings(
    max_examples=3,
    deadline=None,
    database=None,
    # An example takes seconds, and the failing life is told as it is: shrinking it would take minutes.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
async def test_after_the_closing_look_it_is_as_if_done_once_or_never(
    hands: Hands, _sandbox: Sandbox, lives: list[tuple[str, list[Move], int]]
) -> None:
    books = [
        Bookkeeping(hands=hands, sandbox=_sandbox, use=_use(nth, moves), ledger=LEDGERS[step], moves=moves, end=end)
        for nth, (step, moves, end) in enumerate(lives)
    ]
    await asyncio.gather(*(one.live() for one in books))
    # Whatever was set to come late has come by then, also where a closing look should not have waited for it.
    await asyncio.sleep(LATE_BY)
    first = await asyncio.to_thread(Ledgers.of, _sandbox)
    await asyncio.gather(*(one.look() for one in books))
    second = await asyncio.to_thread(Ledgers.of, _sandbox)
    assert [words for one in books for words in await broken(one, first)] == []
    assert second.documents == first.documents


async def broken(books: Bookkeeping, ledgers: Ledgers) -> list[str]:
    """The laws that a life broke: what stands, and what the engine's own record says of it."""
    use, step, words = books.use, books.ledger.step, []
    expected = books.end * use.base_quantity * (use.charge_units if step == "charge" else 1)
    if (net := ledgers.net(step, use)) != expected:
        words.append(f"{net} stands, not {expected}")
    for effect in await books.hands.store.effects.of(workflow_ids=[use.name.workflow_id]):
        if effect.posted is not None and effect.intent.undoes is None:
            stands = ledgers.counts(effect.posted.reference) > 0
            if (effect.state is EffectState.applied) != stands:
                words.append(f"the record says {effect.state} of what {'stands' if stands else 'does not stand'}")
    return [f"{step}: {told}, after {books.moves} to {books.end}: {books.told}" for told in words]


def _use(nth: int, moves: list[Move]) -> Use:
    """In a case of its own where its account is billed."""
    return Use.nth(nth).to_be_billed(nth) if Move("bill") in moves else Use.nth(nth)
