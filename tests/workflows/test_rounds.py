"""Runs that ended outside their own story are found, and their questions go to a person."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import pytest
from temporalio.client import Client

from canonical.documents.work_item import Cause
from suture.rounds import Rounds
from suture.store.store import Store
from suture.store.work_items import WORK_ITEMS
from tests.support.house import House, eventually
from tests.support.trouble import Trouble, refusal


async def test_the_questions_of_a_terminated_run_become_one_that_somebody_can_answer(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("terminated"))
    (asked,) = await house.items()
    await handle.terminate("by mistake")
    rounds = Rounds(house.client, house.store)

    async def settled() -> bool | None:
        return True if await rounds.make() else None

    await eventually(settled)
    (left,) = await house.items()
    assert left.item.cause is Cause.left_behind
    assert left.item.charge_at_risk == asked.item.charge_at_risk
    assert asked.item.item_id not in left.item.question
    (run,) = await house.store.runs.find(workflow_id=handle.id)
    assert run.outcome == "terminated"
    assert await rounds.make() == 0
    await house.items(1)


async def test_a_row_that_cannot_be_opened_keeps_no_other_run_from_being_settled(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    Trouble(house.billing, "post_charge").before(*[refusal()] * 2)
    handles = [await house.report(await house.usage(number)) for number in ("broken", "whole")]
    items = {listed.item.workflow_id: listed.item for listed in await house.items(2)}
    broken, whole = (items[handle.id] for handle in handles)
    await evidence_of(house.store, broken.item_id, b"of another key")
    for handle in handles:
        await handle.terminate("by mistake")
    rounds = Rounds(house.client, house.store)
    began = rounds.since

    async def settled() -> bool | None:
        await rounds.make()
        return any("could not be settled" in told for told in caplog.messages) and await closed(house, handles[1].id)

    await eventually(settled)
    assert not await closed(house, handles[0].id)
    assert (await house.store.work_items.get(whole.item_id)).closed_at is not None
    # The next round looks as far back, and settles it once it can be opened.
    assert rounds.since == began
    sealed = house.store.keyring.seal(b"", f"work-item:{broken.item_id}:evidence".encode())
    await evidence_of(house.store, broken.item_id, sealed)
    assert await rounds.make() == 1
    assert await closed(house, handles[0].id)


async def closed(house: House, workflow_id: str) -> bool | None:
    """Whether the projection of a run is closed."""
    (run,) = await house.store.runs.find(workflow_id=workflow_id)
    return run.closed is not None or None


async def evidence_of(store: Store, item_id: str, sealed: bytes) -> None:
    """Put other bytes in the place of what is sealed."""
    change = WORK_ITEMS.update().where(WORK_ITEMS.c.item_id == item_id).values(evidence=sealed)
    await store.work_items._database.execute(change)


class Unheard:
    """A client that knows no runs, and once says something that nobody expects."""

    def __init__(self) -> None:
        self.asked = 0

    async def list_workflows(self, _: str) -> AsyncIterator[None]:
        """Fail the first time."""
        self.asked += 1
        if self.asked == 1:
            raise LookupError("nobody expects this")
        return
        yield


async def test_rounds_go_on_after_whatever_happened_in_one(caplog: pytest.LogCaptureFixture) -> None:
    client = Unheard()
    running = asyncio.create_task(Rounds(cast(Client, client), cast(Store, None)).run(every=timedelta(0)))

    async def asked_again() -> bool | None:
        return client.asked > 2 or None

    await eventually(asked_again)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert caplog.messages == ["a round over ended runs failed, and is made again"]
