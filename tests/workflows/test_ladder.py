"""An open work item reminds its owner, then goes up the ladder, and stays with the last."""

from datetime import timedelta

from canonical.documents.work_item import Decision
from canonical.errors import Audience
from canonical.policy import Ladder, Rung
from canonical.run import Standing
from suture.store.work_items import Listed
from tests.support.house import House, eventually, quick_policy
from tests.support.trouble import Trouble, refusal

QUICKLY = timedelta(milliseconds=150)


async def test_an_overdue_item_reminds_and_then_escalates(house: House) -> None:
    rungs = (
        Rung(after=QUICKLY),
        Rung(after=QUICKLY, to=Audience.finance),
        Rung(after=QUICKLY, to=Audience.integration),
    )
    house.policy = quick_policy(ladder=Ladder(rungs=rungs))
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("overdue"))
    seen: list[tuple[int, str]] = []

    async def at_the_top() -> Listed | None:
        for listed in await house.store.work_items.open_items():
            standing = (listed.item.escalations, str(listed.item.owner))
            if standing not in seen:
                seen.append(standing)
            return listed if listed.item.escalations == len(rungs) else None
        return None

    listed = await eventually(at_the_top)
    assert (1, "finance") not in seen
    assert listed.item.owner is Audience.integration
    await house.resolve(listed.item.item_id, Decision.retry)
    assert (await handle.result()).charge.standing is Standing.posted
