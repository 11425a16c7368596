"""Two commands that decide the same thing at once, as processes of their own: one wins, the other is told why."""

import asyncio
import os
import sys
from dataclasses import dataclass

import pytest

from canonical.documents.invoice_run import InvoiceRun
from canonical.documents.work_item import Decision, WorkItem
from canonical.identity import RunName
from tests.chaos.purchase_matrix import to_rest
from tests.chaos.purchases import Purchase, ask, bill, buy, plan, receive
from tests.support.engine import until
from tests.support.engine_running import EngineOfProcesses
from tests.support.sandbox import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

BEYOND = [{"line": 1, "quantity": "6"}]
"""Two more than came: 89.48, above what one person may let pass."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def engine(processes: EngineOfProcesses) -> EngineOfProcesses:
    return processes


async def command(engine: EngineOfProcesses, who: str, *words: str) -> Ended:
    """One process of `suture`, with somebody's token."""
    folder = engine.settings.file.parent
    token = folder / f"{who}.token"
    token.touch(mode=0o600)
    token.write_text(engine.tokens[who])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "suture.cli.main", *words, f"--token-file={token}", "--within=60"),
        env={**os.environ, "SUTURE_CONFIG": str(engine.settings.file), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def at_once(engine: EngineOfProcesses, *commands: tuple[str, ...]) -> list[Ended]:
    """All of them while no worker answers, so that it finds them waiting together."""
    engine.worker.kill()
    deciding = [asyncio.create_task(command(engine, *words)) for words in commands]
    await engine.start_worker()
    return list(await asyncio.gather(*deciding))


def one_won(ended: list[Ended]) -> tuple[int, Ended]:
    """Which command won, and what the other was told, in one line and by its exit code."""
    assert sorted(one.code for one in ended) == [0, 1], ended
    won = next(place for place, one in enumerate(ended) if one.code == 0)
    lost = ended[1 - won]
    assert lost.out == ""
    assert lost.err.count("\n") == 1
    return won, lost


async def asked(engine: EngineOfProcesses, nth: int) -> WorkItem:
    """An order too big to pass by rule."""
    purchase = Purchase.nth(nth)
    await plan(engine, purchase.ordered)
    await ask(engine, purchase, boxes=20)
    [item] = await engine.waits_for_people(purchase.basket)
    return item


async def held(engine: EngineOfProcesses, nth: int) -> tuple[Purchase, WorkItem]:
    """An invoice for more than came."""
    purchase = Purchase.nth(nth)
    await buy(engine, purchase, quantity=6)
    await receive(engine, purchase)
    await bill(engine, purchase, terms=BEYOND)
    [item] = await engine.waits_for_people(purchase.invoice)
    return purchase, item


async def second(engine: EngineOfProcesses, run: RunName, first: WorkItem) -> WorkItem:
    """The question that is asked after one person has agreed."""

    async def renewed() -> WorkItem | None:
        return next((one for one in await engine.items(run) if one.item_id != first.item_id), None)

    return await until(renewed, what="the question to a second person")


async def agreed(engine: EngineOfProcesses, purchase: Purchase) -> list[tuple[str, ...]]:
    """Who let what pass, once the invoice is paid; then what was paid in advance comes, and the order is complete."""
    handle = engine.client.get_workflow_handle(purchase.invoice.workflow_id, result_type=InvoiceRun)
    agreements = (await handle.result()).agreements
    # Other tests hold the books of this hospital to the laws.
    await receive(engine, purchase, quantity=2, part="-2")
    await to_rest(engine, purchase, {})
    return [one.people for one in agreements]


async def test_of_an_approval_and_a_rejection_at_once_one_counts(engine: EngineOfProcesses) -> None:
    item = await asked(engine, 700)
    ended = await at_once(
        engine, ("bea", "approvals", "approve", item.item_id), ("cal", "approvals", "reject", item.item_id)
    )
    won, lost = one_won(ended)
    decision, person = (("approve", "bea"), ("reject", "cal"))[won]
    assert f"decided by {person}: {decision}" in ended[won].out
    assert person in lost.err and "already" in lost.err
    listed = await engine.store.work_items.get(item.item_id)
    assert (listed.decision, listed.decided_by) == (decision, person)
    again = await command(engine, ("cal", "bea")[won], "approvals", "approve", item.item_id)
    assert again.code == 1 and f"already closed by {person}: {decision}" in again.err


async def test_of_two_people_above_the_limit_at_once_one_agrees_and_the_other_is_asked_anew(
    engine: EngineOfProcesses,
) -> None:
    purchase, item = await held(engine, 701)
    override = ("work", "resolve", item.item_id, "--override")
    ended = await at_once(engine, ("ada", *override), ("amir", *override))
    won, lost = one_won(ended)
    first, other = (("ada", "amir"), ("amir", "ada"))[won]
    assert f"already decided by {first}" in lost.err or f"already closed by {first}" in lost.err
    left = await second(engine, purchase.invoice, item)
    assert left.agreed_by == first
    assert (await command(engine, other, "work", "resolve", left.item_id, "--override")).code == 0
    assert await agreed(engine, purchase) == [(first, other)]


async def test_one_person_twice_at_once_above_the_limit_has_agreed_once(engine: EngineOfProcesses) -> None:
    purchase, item = await held(engine, 702)
    override = ("ada", "work", "resolve", item.item_id, "--override")
    ended = await at_once(engine, override, override)
    assert [one.code for one in ended] == [0, 0]
    assert all("decided by ada: override" in one.out for one in ended)
    left = await second(engine, purchase.invoice, item)
    again = await command(engine, "ada", "work", "resolve", left.item_id, "--override")
    assert again.code == 1
    assert "you have agreed already; this needs a second person" in again.err
    await engine.resolve(left.item_id, Decision.override, who="amir")
    assert await agreed(engine, purchase) == [("ada", "amir")]
