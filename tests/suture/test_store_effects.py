"""Effects: the intent comes first, outcomes are kept once, and what was taken back stays so."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from canonical.effect import Edge, EffectState, Posted
from canonical.identity import undo_key, wire_key
from suture.store.store import Store
from tests.support.documents import NOON, intent, later
from tests.support.transactions import counted

KEY = intent().key
POSTED = Posted(reference="M-1", posting_date=date(2026, 11, 22))


async def state_of(store: Store, key: str = KEY) -> EffectState:
    effect = await store.effects.by_wire_key(wire_key(key))
    assert effect is not None
    return effect.state


async def take_back(store: Store, key: str, reference: str, contra: str) -> str:
    undo = undo_key(key, reference)
    await store.effects.intend(intent(undo, undoes=key), at=later(minutes=1))
    await store.effects.settle(undo, EffectState.applied, at=later(minutes=2), posted=Posted(reference=contra))
    return undo


async def test_an_intent_is_first_once_however_many_attempts_find_it(store: Store) -> None:
    answers = await asyncio.gather(*(store.effects.intend(intent(), at=later(seconds=n)) for n in range(20)))
    assert [answer.first for answer in answers].count(True) == 1
    first = next(answer for answer in answers if answer.first)
    assert all(answer.sent_at == first.sent_at and answer.state is EffectState.intended for answer in answers)


async def test_the_outcome_is_known_to_the_next_attempt(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.applied, at=later(seconds=1), posted=POSTED)
    recorded = await store.effects.intend(intent(), at=later(hours=1))
    assert (recorded.first, recorded.state, recorded.sent_at, recorded.posted) == (
        False,
        EffectState.applied,
        NOON,
        POSTED,
    )


async def test_what_somebody_else_has_posted_stands_with_its_outcome_from_the_first_moment(store: Store) -> None:
    edge = Edge(
        from_system="inventory",
        from_kind="usage",
        from_reference="U-1",
        to_system="inventory",
        to_kind="movement",
        to_reference="M-1",
        relation="posted-for",
        effect_key=KEY,
    )
    for _ in range(2):
        with counted(store) as count:
            await store.effects.stands(intent(), EffectState.by_hand, at=NOON, posted=POSTED, edges=[edge])
        assert count.transactions == 1
    assert await state_of(store) is EffectState.by_hand
    assert await store.lineage.of_runs([intent().workflow_id]) == (edge,)


async def test_an_effect_comes_back_exactly(store: Store) -> None:
    full = intent(amount=Decimal("1234567890.10"), currency="USD", quantity=Decimal("0.1"), unit="each",
        business_date=date(2026, 11, 21), item="4711", lot="L 1", token="acct_" + "A" * 26)  # fmt: skip
    await store.effects.intend(full, at=NOON)
    effect = await store.effects.by_wire_key(wire_key(KEY))
    assert effect is not None and effect.intent == full
    assert str(effect.intent.amount) == "1234567890.10"
    assert effect.sent_at == NOON and effect.sent_at.tzinfo is not None and effect.settled_at is None


async def test_a_repeat_moves_the_time_of_sending_only(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.uncertain, at=later(seconds=1))
    await store.effects.resent(KEY, at=later(minutes=3))
    effect = await store.effects.by_wire_key(wire_key(KEY))
    assert effect is not None
    assert (effect.intended_at, effect.sent_at, effect.state) == (NOON, later(minutes=3), EffectState.intended)


async def test_what_stands_is_not_sent_again(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED)
    with pytest.raises(LookupError):
        await store.effects.resent(KEY, at=later(minutes=1))


async def test_an_outcome_without_an_intent_is_refused(store: Store) -> None:
    edge = Edge(from_system="a", from_kind="use", from_reference="U-1", to_system="b", to_kind="charge",
        to_reference="C", relation="charged", effect_key=KEY)  # fmt: skip
    with pytest.raises(LookupError):
        await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED, edges=[edge])
    assert await store.lineage.walk(("a", "use", "U-1")) == ()


async def test_doubt_comes_too_late_for_what_is_known(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED)
    await store.effects.settle(KEY, EffectState.uncertain, at=later(seconds=5))
    assert await state_of(store) is EffectState.applied


async def test_a_charge_that_was_accepted_may_still_be_refused(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    accepted = Posted(reference="C-1", standing="accepted", uncertain=True)
    await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=accepted)
    assert (await store.effects.intend(intent(), at=NOON)).posted == accepted
    await store.effects.settle(KEY, EffectState.refused, at=later(hours=2))
    assert await state_of(store) is EffectState.refused


async def test_an_undo_marks_what_it_takes_back_and_its_own_undo_brings_it_back(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED)
    undo = await take_back(store, KEY, "M-1", "M-2")
    assert await state_of(store) is EffectState.reversed
    again = await take_back(store, undo, "M-2", "M-3")
    assert [await state_of(store, key) for key in (KEY, undo, again)] == ["applied", "reversed", "applied"]


async def test_reporting_an_undo_twice_is_reporting_it_once(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED)
    for _ in range(2):
        await take_back(store, KEY, "M-1", "M-2")
        assert await state_of(store) is EffectState.reversed
    await store.effects.settle(KEY, EffectState.applied, at=later(hours=1), posted=POSTED)
    assert await state_of(store) is EffectState.reversed, "a late report of what was taken back"


async def test_taking_back_a_surplus_leaves_the_one_that_stands(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED)
    await take_back(store, KEY, "M-9", "M-10")
    assert await state_of(store) is EffectState.applied


@pytest.mark.parametrize(("reference", "state"), [("M-1", EffectState.reversed), ("M-9", EffectState.applied)])
async def test_what_its_system_took_back_by_itself_is_reversed_where_it_is_that_document(
    store: Store, reference: str, state: EffectState
) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED)
    await store.effects.gone(KEY, reference)
    assert await state_of(store) is state


async def test_what_is_gone_while_its_outcome_is_open_may_still_be_sent_again(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.uncertain, at=NOON)
    await store.effects.gone(KEY, "M-1")
    await store.effects.resent(KEY, at=later(minutes=1))
    assert await state_of(store) is EffectState.intended


async def test_another_document_may_stand_after_the_first_was_taken_back(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.uncertain, at=NOON)
    await take_back(store, KEY, "M-1", "M-2")
    await store.effects.settle(KEY, EffectState.applied, at=later(minutes=5), posted=Posted(reference="M-3"))
    assert await state_of(store) is EffectState.applied


async def test_the_last_time_of_sending_counts_undos_at_any_depth(store: Store) -> None:
    assert await store.effects.last_sent([KEY]) is None
    assert await store.effects.last_sent([]) is None
    await store.effects.intend(intent(), at=NOON)
    assert await store.effects.last_sent([KEY, "another"]) == NOON
    undo = await take_back(store, KEY, "M-1", "M-2")
    assert await store.effects.last_sent([KEY]) == later(minutes=1)
    await store.effects.intend(intent(undo_key(undo, "M-2"), undoes=undo), at=later(minutes=9))
    assert await store.effects.last_sent([KEY]) == later(minutes=9)


async def test_effects_are_listed_in_the_order_of_their_intents(store: Store) -> None:
    for n, run in enumerate(("w-2", "w-1", "w-2")):
        await store.effects.intend(intent(f"{run}:{n}", workflow_id=run, correlation_id="c-7"), at=later(minutes=n))
    assert [one.intent.key for one in await store.effects.of(correlation_id="c-7")] == ["w-2:0", "w-1:1", "w-2:2"]
    assert [one.intent.key for one in await store.effects.of(workflow_ids=["w-2"])] == ["w-2:0", "w-2:2"]
    assert await store.effects.by_wire_key("NOBODY") is None


async def test_lineage_is_walked_both_ways_and_each_edge_is_kept_once(store: Store) -> None:
    def edge(source: str, target: str) -> Edge:
        (a, b), (c, d) = source.split(), target.split()
        return Edge(from_system=a, from_kind="k", from_reference=b, to_system=c, to_kind="k", to_reference=d,
            relation="became", effect_key=KEY)  # fmt: skip

    await store.effects.intend(intent(), at=NOON)
    edges = [
        edge("inv U-1", "erp J-1"),
        edge("inv U-1", "bill C-1"),
        edge("bill C-1", "claims K-1"),
        edge("inv U-2", "erp J-2"),
    ]
    for _ in range(2):
        await store.effects.settle(KEY, EffectState.applied, at=NOON, posted=POSTED, edges=edges)
    walked = await store.lineage.walk(("claims", "k", "K-1"))
    assert walked == (edges[2], edges[1], edges[0])
    assert await store.lineage.walk(("claims", "other", "K-1")) == ()


async def test_a_walk_keeps_to_a_facility_and_leads_through_a_standing_need_or_a_joint_invoice_no_further(
    store: Store,
) -> None:
    def edge(source: str, target: str, facility: str = "N") -> Edge:
        (a, b), (c, d) = source.split(":"), target.split(":")
        key = f"receipt-to-invoice:{facility}:order:{d}:receipt:1"
        return Edge(from_system="s", from_kind=a, from_reference=b, to_system="s", to_kind=c, to_reference=d,
            relation="became", effect_key=key)  # fmt: skip

    first = [edge("par-level:1", "request:1"), edge("request:1", "order:1"), edge("order:1", "receipt:1")]
    joint = [edge("order:1", "payable:1"), edge("order:2", "payable:1"), edge("invoice:1", "payable:1")]
    others = [edge("par-level:1", "request:2"), edge("request:2", "order:2"), edge("order:2", "receipt:2")]
    elsewhere = [edge("order:1", "receipt:9", "S")]
    await store.lineage.tell([*first, *joint, *others, *elsewhere], at=NOON)
    assert {*await store.lineage.walk(("s", "order", "1"), facility="N")} == {*first, *joint}
    assert {*await store.lineage.walk(("s", "payable", "1"), facility="N")} == {*first, *joint, *others}
    assert await store.lineage.of_runs(["receipt-to-invoice:S:order:9"]) == tuple(elsewhere)
    assert {*await store.lineage.naming("9")} == {*elsewhere}


async def test_what_was_doubted_had_left_when_its_attempt_ended_at_the_latest(store: Store) -> None:
    await store.effects.intend(intent(), at=NOON)
    await store.effects.settle(KEY, EffectState.uncertain, at=later(seconds=9))
    recorded = await store.effects.intend(intent(), at=later(seconds=10))
    assert recorded.sent_at == await store.effects.last_sent([KEY]) == later(seconds=9)
    await store.effects.resent(KEY, at=later(minutes=1))
    assert await store.effects.last_sent([KEY]) == later(minutes=1)
