"""A use that did not happen as recorded is taken back and done again."""

import asyncio
from decimal import Decimal

from canonical.documents.usage import AlreadyPosted, CorrectionKind
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Posted
from canonical.run import Standing
from tests.support.house import House, eventually
from tests.support.trouble import Trouble, refusal


def live(documents: dict) -> list:
    return [found for found in documents.values() if found.stands]


async def test_a_use_that_did_not_happen_is_taken_back_everywhere(house: House) -> None:
    usage = await house.usage("not-used")
    closed = await (await house.report(usage)).result()
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    state = await (await house.send(document, closing=closed, ordinal=2)).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt] * 3
    assert all(ledger.corrected for ledger in state.ledgers)
    assert len(house.inventory.documents.posted) == 2
    assert live(house.billing.documents.posted) == live(house.finance.documents.posted) == []


async def test_a_use_on_the_wrong_patient_is_charged_to_the_right_one(house: House) -> None:
    usage = await house.usage("wrong-patient")
    closed = await (await house.report(usage)).result()
    other = await house.usage("right-patient")
    replacement = usage.model_copy(update={"surgical_case": other.surgical_case, "account": other.account})
    correction = await house.correct(usage, CorrectionKind.wrong_patient, replacement)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    state = await (await house.send(document, closing=closed, ordinal=2)).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
    assert len(live(house.billing.documents.posted)) == len(live(house.finance.documents.posted)) == 1
    assert len(house.inventory.documents.posted) == 3
    assert state.usage is not None and state.usage.account == other.account


async def test_a_correction_interrupts_a_run_that_waits_for_a_person(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    usage = await house.usage("interrupted")
    handle = await house.report(usage)
    await house.items()
    correction = await house.correct(usage, CorrectionKind.not_used)
    await house.send(house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json")))
    state = await asyncio.wait_for(handle.result(), 20)
    assert state.not_used
    assert len(house.inventory.documents.posted) == 2
    await house.items(0)


async def test_a_correction_that_comes_before_its_use_is_applied_before_anything_posts(house: House) -> None:
    usage = await house.usage("early")
    correction = await house.correct(usage, CorrectionKind.not_used)
    handle = await house.send(house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json")))
    await house.report(usage)
    state = await handle.result()
    assert state.not_used
    assert house.inventory.documents.posted == {}


async def test_of_two_corrections_the_newer_version_counts_in_whatever_order_they_come(house: House) -> None:
    usage = await house.usage("two")
    newer = await house.correct(usage, CorrectionKind.wrong_item, usage.model_copy(update={"item": "4706"}), version=3)
    older = await house.correct(usage, CorrectionKind.not_used, version=2)
    handle = await house.send(house.envelope("usage.corrected", usage.number, newer.model_dump(mode="json")))
    await house.send(house.envelope("usage.corrected", usage.number, older.model_dump(mode="json")))
    await house.report(usage)
    state = await handle.result()
    assert state.usage is not None and state.usage.item == "4706"
    assert not state.not_used


async def test_the_same_use_with_other_content_is_a_question_and_the_first_counts(house: House) -> None:
    usage = await house.usage("conflict")
    Trouble(house.finance, "post_cost").before(refusal())
    handle = await house.report(usage)
    await house.items()
    await house.report(usage.model_copy(update={"quantity": usage.quantity + 1}))
    items = await house.items(2)
    assert {listed.item.cause for listed in items} == {"conflicting-content", "refused"}
    await house.resolve(next(one.item.item_id for one in items if not one.item.blocks), "acknowledge")
    await house.resolve(next(one.item.item_id for one in items if one.item.blocks), "retry")
    state = await handle.result()
    assert state.usage == usage

    async def recorded() -> bool | None:
        return True if not await house.items(0) else None

    assert await eventually(recorded)


async def test_a_correction_numbered_below_the_report_that_was_told_again_still_counts(house: House) -> None:
    usage = await house.usage("told-again")
    closed = await (await house.report(usage)).result()
    again = usage.model_copy(update={"version": 2, "charged_cost_centre": "4200"})
    document = house.envelope("usage.reported", usage.number, again.model_dump(mode="json"))
    closed = await (await house.send(document, closing=closed, ordinal=2)).result()
    correction = await house.correct(usage, CorrectionKind.not_used, version=1)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    state = await (await house.send(document, closing=closed, ordinal=3)).result()
    assert state.not_used
    assert live(house.billing.documents.posted) == live(house.finance.documents.posted) == []


async def test_another_correction_under_the_same_version_is_a_question_and_the_first_counts(house: House) -> None:
    usage = await house.usage("two-minds")
    closed = await (await house.report(usage)).result()
    not_used = await house.correct(usage, CorrectionKind.not_used)
    amount = usage.model_copy(update={"quantity": Decimal(3)})
    wrong_item = await house.correct(usage, CorrectionKind.wrong_item, amount)
    first, second = (
        house.envelope("usage.corrected", usage.number, one.model_dump(mode="json")) for one in (not_used, wrong_item)
    )
    handle = await house.send(first, closing=closed, ordinal=2)
    await house.send(second, closing=closed, ordinal=2)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.conflicting_content
    await house.resolve(listed.item.item_id, Decision.acknowledge)
    assert (await handle.result()).not_used


async def test_what_the_source_had_posted_and_was_taken_back_is_posted_by_us(house: House) -> None:
    theirs = house.inventory.documents.post("theirs", quantity=Decimal(2))
    usage = (await house.usage("cabinet")).model_copy(update={"already_posted": AlreadyPosted(stock=theirs.reference)})
    closed = await (await house.report(usage)).result()
    again = usage.model_copy(update={"version": 2, "charged_cost_centre": "4200"})
    document = house.envelope("usage.reported", usage.number, again.model_dump(mode="json"))
    state = await (await house.send(document, closing=closed, ordinal=2)).result()
    # Theirs, the movement that takes it back, and ours.
    assert len(house.inventory.documents.posted) == 3
    assert state.stock.reference not in ("", theirs.reference)


async def test_what_a_person_did_by_hand_a_person_is_asked_to_take_back(house: House) -> None:
    Trouble(house.billing, "post_charge").before(refusal())
    usage = await house.usage("by-hand")
    handle = await house.report(usage)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="PAPER-9")
    closed = await handle.result()
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    handle = await house.send(document, closing=closed, ordinal=2)
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.owner) == (Cause.by_hand_stands, "revenue-integrity")
    assert "PAPER-9" in listed.item.question
    await house.resolve(listed.item.item_id, Decision.acknowledge, who="charges")
    assert (await handle.result()).charge.standing is Standing.exempt


async def test_an_undo_that_was_abandoned_leaves_an_item_and_the_next_run_takes_back(house: House) -> None:
    usage = await house.usage("undo-refused")
    closed = await (await house.report(usage)).result()
    Trouble(house.billing, "void_charge").before(refusal())
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    handle = await house.send(document, closing=closed, ordinal=2)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.abandon)
    left = await handle.result()
    (listed,) = await house.items()
    assert listed.item.cause is Cause.left_behind
    assert len(live(house.billing.documents.posted)) == 1
    nothing_new = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    state = await (await house.send(nothing_new, closing=left, ordinal=3)).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt] * 3
    assert live(house.billing.documents.posted) == live(house.finance.documents.posted) == []
    await house.items(0)


async def test_what_is_taken_back_is_recorded_with_the_facts_of_what_was_done_and_its_lineage(house: House) -> None:
    usage = await house.usage("facts")
    closed = await (await house.report(usage)).result()
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    await (await house.send(document, closing=closed, ordinal=2)).result()
    effects = await house.store.effects.of(correlation_id="c-facts")
    done = {effect.intent.key: effect.intent for effect in effects if effect.intent.undoes is None}
    undone = {effect.intent.undoes: effect for effect in effects if effect.intent.undoes is not None}
    assert len(done) == len(undone) == 3
    for key, intent in done.items():
        told = undone[key].intent
        assert (told.quantity, told.unit, told.amount, told.item, told.token) == (
            *(intent.quantity, intent.unit, intent.amount, intent.item, intent.token),
        )
    edges = await house.store.lineage.walk((house.source, "usage", "facts"))
    assert sorted(edge.relation for edge in edges) == ["posted-for"] * 3 + ["taken-back-by"] * 3


async def test_an_older_correction_that_comes_after_all_is_closed_changes_nothing(house: House) -> None:
    usage = await house.usage("late-older")
    state = await (await house.report(usage)).result()
    for ordinal, version, quantity in ((2, 2, Decimal(4)), (3, 1, Decimal(5))):
        replacement = usage.model_copy(update={"quantity": quantity})
        correction = await house.correct(usage, CorrectionKind.wrong_item, replacement, version=version)
        document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
        handle = await house.send(document, closing=state, ordinal=ordinal)
        state = await asyncio.wait_for(handle.result(), 20)
    assert state.usage is not None and state.usage.quantity == Decimal(4)
    assert [found.quantity for found in live(house.finance.documents.posted)] == [Decimal(4)]


async def test_a_charge_that_was_billed_while_it_was_being_voided_is_credited(house: House) -> None:
    usage = await house.usage("billed-meanwhile")
    closed = await (await house.report(usage)).result()

    async def billed(reference: str, *, wire_key: str, no_charge_reason: str) -> Posted:
        found = house.billing.documents.posted[reference]
        house.billing.documents.posted[reference] = found.model_copy(update={"billed": True})
        raise refusal()

    house.billing.void_charge = billed  # type: ignore[method-assign]
    correction = await house.correct(usage, CorrectionKind.not_used)
    document = house.envelope("usage.corrected", usage.number, correction.model_dump(mode="json"))
    handle = await house.send(document, closing=closed, ordinal=2)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.credit_and_rebill
    await house.resolve(listed.item.item_id, Decision.acknowledge, who="charges")
    assert (await handle.result()).charge.standing is Standing.exempt
    assert live(house.billing.documents.posted) == []
