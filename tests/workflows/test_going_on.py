"""A run whose history grows long goes on as a new one under the same id, and nobody who waits for it notices."""

from datetime import timedelta

import pytest
from temporalio.client import Client

from canonical.documents.charge import AccountStanding, CaseStatus
from canonical.documents.usage import CorrectionKind
from canonical.documents.work_item import Cause, Decision
from canonical.policy import Clock, Rung
from canonical.ports import ClearStanding
from canonical.run import Standing
from suture.keys import Keyring
from suture.store.store import Store
from suture.temporal.plugin import suture_plugin
from tests.conftest import StartTemporal
from tests.support.house import SOON, House, eventually, quick_policy
from tests.support.trouble import Trouble, refusal

NO_ACCOUNT = ClearStanding(account_number=None, standing=AccountStanding(case_status=CaseStatus.open))
ACCOUNT = ClearStanding(account_number="A1", standing=AccountStanding(case_status=CaseStatus.open))
SHORT = {"limit.historyCount.suggestContinueAsNew": 40}
"""Events: a run in which something is awaited reaches so many within a few looks."""


@pytest.fixture
async def brief(start_temporal: StartTemporal, store: Store, keyring: Keyring) -> Client:
    """A client of a server on which every history is soon long."""
    server = await start_temporal(dynamic_config=SHORT)
    return await Client.connect(server.address, plugins=[suture_plugin(keyring)])


@pytest.mark.parametrize("cached", [1000, 0], ids=["cached", "replayed"])
async def test_a_wait_that_outlives_a_history_is_ended_by_the_answer(brief: Client, store: Store, cached: int) -> None:
    async with House(client=brief, store=store, worker_options={"max_cached_workflows": cached}).open() as house:
        house.policy = quick_policy(account=Clock(look_again=SOON, overdue=timedelta(hours=1)))
        looks = 0

        async def account(**_: object) -> ClearStanding:
            nonlocal looks
            looks += 1
            return NO_ACCOUNT if looks < 40 else ACCOUNT

        house.billing.account = account  # type: ignore[method-assign]
        handle = await house.report((await house.usage("long")).model_copy(update={"account": None}))
        state = await handle.result()
        assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
        assert len(house.inventory.documents.posted) == len(house.finance.documents.posted) == 1
        first = await brief.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id).describe()
        last = await brief.get_workflow_handle(handle.id).describe()
        assert (first.status.name if first.status else "", first.run_id != last.run_id) == ("CONTINUED_AS_NEW", True)
        (run,) = await house.store.runs.find(workflow_id=handle.id)
        assert run.closed is not None and run.started < last.start_time


async def test_an_open_item_its_clock_and_the_saga_go_along_and_the_policy_of_now_counts(
    brief: Client, store: Store
) -> None:
    async with House(client=brief, store=store).open() as house:
        house.policy = quick_policy(account=Clock(look_again=SOON, overdue=timedelta(0)))
        opened = False

        async def account(**_: object) -> ClearStanding:
            return ACCOUNT if opened else NO_ACCOUNT

        house.billing.account = account  # type: ignore[method-assign]
        usage = (await house.usage("parked")).model_copy(update={"account": None})
        handle = await house.report(usage)
        (listed,) = await house.items()
        rungs = (Rung(after=timedelta(hours=7)), Rung(after=timedelta(hours=9)))
        house.policy = house.policy.model_copy(
            update={"ladder": house.policy.ladder.model_copy(update={"rungs": rungs})}
        )
        at_first = (await handle.describe()).run_id

        async def gone_on() -> bool | None:
            return True if (await handle.describe()).run_id != at_first else None

        await eventually(gone_on)
        (still,) = await house.items()
        assert still.item == listed.item
        charges = Trouble(house.billing, "post_charge").before(refusal())
        opened = True

        async def refused() -> bool | None:
            found = await house.store.work_items.open_items()
            return True if [one.item.cause for one in found] == [Cause.refused] else None

        await eventually(refused)
        (asked,) = await house.items()
        assert asked.item.due - asked.item.opened == timedelta(hours=7)
        before = (await handle.describe()).run_id
        for _ in range(20):
            await house.send(house.envelope("account.opened", usage.number, {}))

        async def gone_on_again() -> bool | None:
            return True if (await handle.describe()).run_id != before else None

        await eventually(gone_on_again)
        await house.resolve(asked.item.item_id, Decision.retry)
        closed = await handle.result()
        assert [ledger.standing for ledger in closed.ledgers] == [Standing.posted] * 3
        assert charges.calls == 2
        correction = await house.correct(usage, CorrectionKind.not_used)
        document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
        state = await (await house.send(document, closing=closed, ordinal=2)).result()
        assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt] * 3
        assert len(house.inventory.documents.posted) == 2
