"""Runs that ended outside their own story are found, and their questions go to a person."""

from canonical.documents.work_item import Cause
from suture.rounds import Rounds
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
