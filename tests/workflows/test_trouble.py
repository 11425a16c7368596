"""What a run does when a system refuses, stays silent, or answers too late."""

from collections.abc import Sequence

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import CancelledError

from canonical.documents.work_item import Cause, Decision
from canonical.effect import Found
from canonical.identity import wire_key, write_key
from canonical.run import Standing
from tests.support.house import House
from tests.support.trouble import Trouble, away, lost, refusal


async def test_a_write_whose_answer_was_lost_is_looked_up_and_not_repeated(house: House) -> None:
    move = Trouble(house.inventory, "move").after(lost())
    look = Trouble(house.inventory, "find_movements")
    state = await (await house.report(await house.usage("lost-1"))).result()
    assert move.calls == 1
    assert look.calls >= 1
    assert state.stock.standing is Standing.posted
    assert len(house.inventory.documents.posted) == 1


async def test_a_write_that_never_arrived_is_sent_again_after_the_look_up(house: House) -> None:
    move = Trouble(house.inventory, "move").before(lost())
    state = await (await house.report(await house.usage("lost-2"))).result()
    assert move.calls == 2
    assert len(house.inventory.documents.posted) == 1
    assert not state.stock.uncertain


async def test_a_system_that_is_away_is_asked_again(house: House) -> None:
    post = Trouble(house.finance, "post_cost").before(away(), away())
    state = await (await house.report(await house.usage("away"))).result()
    assert post.calls == 3
    assert state.cost.standing is Standing.posted


async def test_a_refused_charge_waits_for_a_person_and_goes_on_under_the_next_revision(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal("Mrs Planted is not ours"))
    handle = await house.report(await house.usage("refused"))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.refused
    assert "Planted" not in listed.item.question
    assert "Planted" in listed.item.evidence
    decided = await house.resolve(listed.item.item_id, Decision.retry, who="charges")
    assert decided.person == "charges"
    state = await handle.result()
    assert state.charge.revision == 2
    assert state.charge.standing is Standing.posted
    assert state.cost.standing is Standing.posted
    await house.items(0)


async def activities(handle: WorkflowHandle) -> list[str]:
    """The activities that the run called on systems, in order."""
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        async for event in handle.fetch_history_events()
        if event.HasField("activity_task_scheduled_event_attributes")
    ]


async def test_a_plain_refusal_leaves_no_doubt_and_so_no_closing_look(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("plain"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.retry)
    await handle.result()
    assert (await activities(handle)).count("charge.post") == 2
    assert "charge.balance" not in await activities(handle)


async def test_a_refusal_after_a_lost_answer_leaves_doubt_and_a_late_arrival_is_taken_back(house: House) -> None:
    Trouble(house.billing, "post_charge").before(lost(), refusal())
    handle = await house.report(await house.usage("doubtful"))
    (listed,) = await house.items()
    usage = await house.usage("doubtful")
    house.billing.documents.post(wire_key(write_key(handle.id, "charge", 1)), amount=usage.quantity)
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="PAPER-1")
    state = await handle.result()
    assert (state.charge.standing, state.charge.reference) == (Standing.by_hand, "PAPER-1")
    assert "charge.balance" in await activities(handle)
    assert [found.live for found in house.billing.documents.posted.values()] == [False]


async def test_what_was_posted_and_is_gone_at_the_closing_look_is_a_question(house: House) -> None:
    Trouble(house.inventory, "move").after(lost())
    find = house.inventory.find_movements
    looks = 0

    async def gone_after_the_first_look(wire_keys: Sequence[str]) -> tuple[Found, ...]:
        nonlocal looks
        looks += 1
        return await find(wire_keys) if looks <= 2 else ()

    house.inventory.find_movements = gone_after_the_first_look  # type: ignore[method-assign]
    handle = await house.report(await house.usage("gone"))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.not_found_in_time
    assert "is no longer there" in listed.item.question
    assert len(house.inventory.documents.posted) == 1
    house.inventory.find_movements = find  # type: ignore[method-assign]
    await house.resolve(listed.item.item_id, Decision.retry)
    assert (await handle.result()).stock.standing is Standing.posted
    assert len(house.inventory.documents.posted) == 1


async def test_a_step_done_by_hand_is_accepted_with_its_reference(house: House) -> None:
    Trouble(house.finance, "post_cost").before(refusal())
    handle = await house.report(await house.usage("by-hand"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="JV-77", reason="posted by hand")
    state = await handle.result()
    assert (state.cost.standing, state.cost.reference) == (Standing.by_hand, "JV-77")
    effects = await house.store.effects.of(workflow_ids=[handle.id])
    assert [effect.state for effect in effects if effect.intent.step == "cost"] == ["by-hand"]


async def test_an_abandoned_step_leaves_what_is_posted_and_an_item_that_starts_the_next_run(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    usage = await house.usage("abandoned")
    handle = await house.report(usage)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.abandon)
    state = await handle.result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted, Standing.left, Standing.posted]
    (left,) = await house.items()
    assert (left.item.cause, left.item.item_id) == (Cause.left_behind, state.left)
    again = await house.send(house.envelope("item.approved", "abandoned", {}), closing=state, ordinal=2)
    state = await again.result()
    assert state.charge.standing is Standing.posted
    assert len(house.inventory.documents.posted) == 1
    await house.items(0)


async def test_a_cancelled_run_keeps_what_the_world_did_and_leaves_the_rest_to_a_person(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    handle = await house.report(await house.usage("cancelled"))
    await house.items()
    await handle.cancel()
    with pytest.raises(WorkflowFailureError) as ended:
        await handle.result()
    assert isinstance(ended.value.cause, CancelledError)
    (left,) = await house.items()
    assert left.item.cause is Cause.left_behind
    assert len(house.inventory.documents.posted) == 1
