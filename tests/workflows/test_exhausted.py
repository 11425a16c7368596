"""A write that keeps failing past its cap: it waits for its owner as a work item, and the same run goes on from there."""

from collections.abc import Callable

import pytest

from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience, Failure
from canonical.run import Standing
from tests.support.house import House
from tests.support.trouble import Trouble, away, lost


@pytest.mark.parametrize(("failure", "cause"), [(away, Cause.exhausted), (lost, Cause.uncertain)])
async def test_a_write_that_fails_past_its_cap_is_owned_by_a_person_and_resumes_at_the_failed_step(
    house: House, failure: Callable[[], Failure], cause: Cause
) -> None:
    cap = house.policy.attempts.maximum
    move, charge = Trouble(house.inventory, "move"), Trouble(house.billing, "post_charge")
    cost = Trouble(house.finance, "post_cost").before(*(failure() for _ in range(cap)))
    handle = await house.report(await house.usage("exhausted"))
    (listed,) = await house.items()
    assert (listed.item.step, listed.item.cause, listed.item.owner) == ("cost", cause, Audience.finance)
    assert listed.item.blocks
    assert cost.calls == cap
    run = (await handle.describe()).run_id

    await house.resolve(listed.item.item_id, Decision.retry)
    state = await handle.result()
    assert (await handle.describe()).run_id == run
    assert (state.cost.standing, state.cost.revision) == (Standing.posted, 1)
    assert (move.calls, charge.calls, cost.calls) == (1, 1, cap + 1)
    assert len(house.finance.documents.posted) == 1
    await house.items(0)


async def test_a_write_that_keeps_failing_is_asked_about_anew(house: House) -> None:
    cap = house.policy.attempts.maximum
    cost = Trouble(house.finance, "post_cost").before(*(away() for _ in range(2 * cap)))
    handle = await house.report(await house.usage("twice"))
    (first,) = await house.items()
    await house.resolve(first.item.item_id, Decision.retry)
    (second,) = await house.items()
    assert second.item.item_id != first.item.item_id
    assert cost.calls == 2 * cap
    await house.resolve(second.item.item_id, Decision.retry)
    assert (await handle.result()).cost.standing is Standing.posted
