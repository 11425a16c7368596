"""What `suture list --stuck` finds: queues without a worker, activities and runs that fail again and again."""

from typing import Any

from temporalio import workflow
from temporalio.worker import Worker

from canonical.documents.usage_run import UsageStart
from canonical.identity import TRANSACTIONS_QUEUE
from tests.support.at_work import AtWork, envelope_of_nothing
from tests.support.command_line import Ended
from tests.support.documents import projection
from tests.support.house import eventually
from tests.support.trouble import Trouble, away, refusal


@workflow.defn(name="usage-to-charge", sandboxed=False)
class Broken:
    """A version of the workflow with a bug in it."""

    @workflow.run
    async def run(self, start: UsageStart) -> None:
        raise RuntimeError("a bug")


async def test_stuck_names_the_queues_that_nobody_serves_and_the_run_that_waits(engine: AtWork) -> None:
    await engine.start("U-9")
    stuck = await engine.run("list", "--stuck", "--fail", "--json")
    assert stuck.code == 5
    assert [one["what"] for one in stuck.json][:2] == ["queue transactions", "queue system-inventory"]


async def test_what_temporal_does_not_answer_hides_nothing_else(engine: AtWork) -> None:
    file = engine.line.settings.file
    await engine.store.runs.project(projection("U-14", correlation_id="c-lost"))
    await engine.store.runs.project(projection("U-15", workflow_id="", correlation_id="c-nameless"))
    without_worker = await engine.run("list", "--stuck", "--json")
    file.write_text(file.read_text().replace("[temporal]", '[temporal]\nnamespace = "elsewhere"'))
    nowhere = await engine.run("list", "--stuck", "--json")
    assert "not every open run could be looked at" in str(without_worker.json)
    assert "queue transactions" in str(without_worker.json) and "c-lost" in str(without_worker.json)
    assert nowhere.json[0]["why"].endswith("which queues have a worker is not known")
    assert "c-lost" in str(nowhere.json)


async def test_stuck_names_an_activity_that_fails_again_and_again(engine: AtWork) -> None:
    Trouble(engine.finance, "post_cost").before(*[away()] * 50)
    async with engine.working():
        correlation = await engine.start("U-10")

        async def repeated() -> Ended | None:
            ended = await engine.run("list", "--stuck", "--attempts", "2", "--json")
            return ended if ended.json else None

        stuck = await eventually(repeated)
        calm = await engine.run("list", "--stuck", "--attempts", "50", "--fail")
    (one,) = stuck.json
    assert one["why"].startswith("cost.post: attempt ") and "the system does not answer" in one["why"]
    assert one["next"] == f"suture show {correlation}"
    assert calm.code == 0 and calm.out.startswith("nothing is stuck")


async def test_stuck_names_a_run_whose_own_code_fails(engine: AtWork) -> None:
    Trouble(engine.inventory, "move").before(refusal())
    async with engine.working():
        await engine.start("U-11")
        item = await engine.item()
    handle = engine.client.get_workflow_handle(item["workflow_id"])
    await handle.signal("receive", envelope_of_nothing())
    worker = Worker(engine.client, task_queue=TRANSACTIONS_QUEUE, workflows=[Broken], build_id="broken")
    async with worker:

        async def failing() -> dict[str, Any] | None:
            ended = await engine.run("list", "--stuck", "--json")
            return next((one for one in ended.json if one["what"] == item["workflow_id"]), None)

        stuck = await eventually(failing, within=40)

        async def ending(code: int) -> Ended:
            async def ended() -> Ended | None:
                once = await engine.resolve(item["item_id"], "sam", "--retry", "--within", "2")
                return once if once.code == code else None

            return await eventually(ended, within=60)

        refused = await ending(5)
    assert stuck["why"].startswith("its own code fails: ")
    assert "read the worker's log" in stuck["next"]
    assert "nothing was decided: the run's own code fails; safe to repeat" in refused.err
    async with engine.working():
        await ending(0)
        outcome = await engine.closed(item["workflow_id"])
    assert outcome == "posted"
