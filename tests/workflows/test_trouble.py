"""What a run does when a system refuses, stays silent, or answers too late."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import CancelledError

from canonical.documents.charge import AccountStanding, CaseStatus
from canonical.documents.usage import AlreadyPosted, CorrectionKind
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Found, Posted
from canonical.identity import wire_key, write_key
from canonical.policy import Clock
from canonical.ports import ClearStanding, ItemAndLot
from canonical.run import Standing
from tests.support.house import SOON, House, quick_policy
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


async def test_a_cancel_during_the_look_ups_posts_nothing_more(house: House) -> None:
    asked, go = asyncio.Event(), asyncio.Event()
    look_up = house.inventory.look_up

    async def slow(**given: Any) -> ItemAndLot:
        asked.set()
        await go.wait()
        return await look_up(**given)

    house.inventory.look_up = slow  # type: ignore[method-assign]
    handle = await house.report(await house.usage("cancel-early"))
    await asked.wait()
    await handle.cancel()
    go.set()
    with pytest.raises(WorkflowFailureError) as ended:
        await handle.result()
    assert isinstance(ended.value.cause, CancelledError)
    assert house.inventory.documents.posted == house.billing.documents.posted == {}
    (listed,) = await house.items()
    assert listed.item.cause is Cause.left_behind


async def test_a_cancel_while_a_document_is_looked_for_ends_the_wait(house: House) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(_: str) -> None:
        asked.set()
        await go.wait()

    house.inventory.movement = slow  # type: ignore[assignment,method-assign]
    already = AlreadyPosted(stock="M1")
    handle = await house.report((await house.usage("cancel-find")).model_copy(update={"already_posted": already}))
    await asked.wait()
    await handle.cancel()
    go.set()
    with pytest.raises(WorkflowFailureError):
        await handle.result()


async def test_a_decision_counts_though_the_answer_came_while_it_was_made(house: House) -> None:
    open_case = AccountStanding(case_status=CaseStatus.open)
    none_yet = ClearStanding(account_number=None, standing=open_case)
    account = ClearStanding(account_number="A1", standing=open_case)
    asked, go, looks = asyncio.Event(), asyncio.Event(), 0

    async def slow(**_: Any) -> ClearStanding:
        nonlocal looks
        looks += 1
        if looks < 5:
            return none_yet
        asked.set()
        await go.wait()
        return account

    house.billing.account = slow  # type: ignore[method-assign]
    handle = await house.report((await house.usage("both")).model_copy(update={"account": None}))
    (listed,) = await house.items()
    await asked.wait()
    decided = await house.resolve(listed.item.item_id, Decision.accept, external_reference="PAPER-3")
    assert decided.decision is Decision.accept
    go.set()
    state = await handle.result()
    assert (state.charge.standing, state.charge.reference) == (Standing.by_hand, "PAPER-3")
    assert house.billing.documents.posted == {}


async def test_done_by_hand_beside_an_accepted_charge_leaves_only_what_was_done_by_hand(house: House) -> None:
    house.policy = quick_policy(confirmation=Clock(look_again=SOON, overdue=timedelta(0)))
    post = house.billing.post_charge

    async def accepts(*given: Any, wire_key: str, **named: Any) -> Posted:
        posted = await post(*given, wire_key=wire_key, **named)
        found = house.billing.documents.posted[posted.reference]
        house.billing.documents.posted[posted.reference] = found.model_copy(update={"standing": "accepted"})
        return posted.model_copy(update={"standing": "accepted"})

    house.billing.post_charge = accepts  # type: ignore[method-assign]
    handle = await house.report(await house.usage("overdue"))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.confirmation_overdue
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="PAPER-4")
    state = await handle.result()
    assert state.charge.standing is Standing.by_hand
    assert [found.live for found in house.billing.documents.posted.values()] == [False]


async def test_the_accepted_charge_itself_may_be_what_a_person_saw_posted(house: House) -> None:
    house.policy = quick_policy(confirmation=Clock(look_again=SOON, overdue=timedelta(0)))

    async def accepts(*_: Any, wire_key: str, **__: Any) -> Posted:
        house.billing.documents.posted["C1"] = Found(reference="C1", wire_key=wire_key, standing="accepted")
        return Posted(reference="C1", standing="accepted")

    house.billing.post_charge = accepts  # type: ignore[method-assign]
    handle = await house.report(await house.usage("seen"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="C1")
    state = await handle.result()
    assert (state.charge.standing, state.charge.uncertain) == (Standing.posted, False)
    assert house.billing.documents.posted["C1"].live


async def test_a_correction_turns_a_run_whose_write_could_not_be_recorded(house: House) -> None:
    async def broken(_: Any) -> Any:
        raise RuntimeError("no row")

    usage = await house.usage("fallen")
    Trouble(house.inventory, "move").before(lost())
    house.store.effects.settle = broken  # type: ignore[method-assign]
    handle = await house.report(usage)
    await house.items()
    del house.store.effects.settle
    correction = await house.correct(usage, CorrectionKind.not_used)
    await house.send(house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json")))
    assert (await handle.result()).not_used
