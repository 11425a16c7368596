"""What others have posted, or say later, and acts that are told more than once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.documents.charge import ChargeCode
from canonical.documents.item import Tracking
from canonical.documents.lot import Condition, Lot
from canonical.documents.usage import AlreadyPosted, Disposition
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Found, Posted
from canonical.ports import ItemAndLot
from canonical.run import Standing
from tests.support.answers import answers, item, money
from tests.support.house import House, eventually


async def test_what_the_source_has_posted_is_found_and_not_posted_again(house: House) -> None:
    posted = house.inventory.documents.post("theirs", quantity=Decimal(2))
    already = AlreadyPosted(stock=posted.reference)
    usage = (await house.usage("cabinet")).model_copy(update={"already_posted": already})
    state = await (await house.report(usage)).result()
    assert (state.stock.reference, state.stock.reason) == (posted.reference, "posted by the source")
    assert len(house.inventory.documents.posted) == 1


async def test_what_the_source_says_and_nobody_finds_is_a_work_item(house: House) -> None:
    already = AlreadyPosted(stock="M99999999")
    usage = (await house.usage("phantom")).model_copy(update={"already_posted": already})
    handle = await house.report(usage)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.not_found_in_time
    await house.resolve(listed.item.item_id, Decision.accept, external_reference="count-12")
    assert (await handle.result()).stock.standing is Standing.by_hand


async def test_the_same_act_from_two_sources_is_held_before_anything_posts(house: House) -> None:
    first = await house.usage("act-1")
    await (await house.report(first)).result()
    second = (await house.usage("act-2")).model_copy(update={"surgical_case": first.surgical_case})
    handle = await house.report(second)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.possible_duplicate
    assert len(house.inventory.documents.posted) == 1
    same = {"duplicate_of": "act-1"}
    await house.resolve(listed.item.item_id, Decision.correct, correction=same)
    state = await handle.result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt] * 3
    assert len(house.inventory.documents.posted) == 1


async def test_accepted_is_not_posted_until_billing_says_so(house: House) -> None:
    accepted = Found(reference="C7", wire_key="?", standing="accepted")

    async def post(*_: Any, wire_key: str, **__: Any) -> Posted:
        house.billing.documents.posted["C7"] = accepted.model_copy(update={"wire_key": wire_key})
        return Posted(reference="C7", standing="accepted")

    house.billing.post_charge = post  # type: ignore[method-assign]
    handle = await house.report(await house.usage("later"))

    async def posted() -> Found | None:
        return house.billing.documents.posted.get("C7")

    found = await eventually(posted)
    outcome = found.model_copy(update={"standing": "posted"})
    await house.send(house.envelope("charge.posted", "later", outcome.model_dump(mode="json")))
    assert (await handle.result()).charge.standing is Standing.posted


async def test_a_charge_rejected_in_the_batch_is_a_work_item_and_goes_out_again_under_a_new_key(house: House) -> None:
    rejected = []

    async def post(*_: Any, wire_key: str, **__: Any) -> Posted:
        standing = "rejected" if not rejected else "posted"
        rejected.append(wire_key)
        found = Found(reference=f"C{len(rejected)}", wire_key=wire_key, standing=standing, reason="unit limit")
        house.billing.documents.posted[found.reference] = found
        return Posted(reference=found.reference, standing="accepted")

    house.billing.post_charge = post  # type: ignore[method-assign]
    handle = await house.report(await house.usage("rejected"))
    (listed,) = await house.items()
    assert (listed.item.cause, listed.item.evidence) == (Cause.charge_rejected, "unit limit")
    await house.resolve(listed.item.item_id, Decision.retry, who="charges")
    assert (await handle.result()).charge.reference == "C2"
    assert len(set(rejected)) == 2


async def test_a_recalled_lot_that_the_cabinet_has_booked_already_is_told_to_safety(house: House) -> None:
    recalled = Lot(lot="L1", condition=Condition.recalled, on_hand=Decimal(9))
    answers(house.inventory, "look_up", ItemAndLot(item=item(), lot=recalled))
    booked = house.inventory.documents.post("theirs", quantity=Decimal(2))
    already = AlreadyPosted(stock=booked.reference)
    await house.report((await house.usage("cabinet-recall")).model_copy(update={"already_posted": already}))
    owners = {listed.item.owner for listed in await house.items(2)}
    assert owners == {"safety", "revenue-integrity"}


@pytest.mark.parametrize("wrong", [{"quantity": Decimal(1)}, {"live": False}, {"standing": "rejected"}])
async def test_what_the_source_has_posted_otherwise_is_not_what_it_says(house: House, wrong: dict[str, Any]) -> None:
    posted = house.inventory.documents.post("theirs", quantity=Decimal(2))
    found = house.inventory.documents.posted[posted.reference].model_copy(update=wrong)
    house.inventory.documents.posted[posted.reference] = found
    already = AlreadyPosted(stock=posted.reference)
    await house.report((await house.usage("otherwise")).model_copy(update={"already_posted": already}))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.not_found_in_time


async def test_what_the_source_has_posted_is_among_the_effects_and_in_the_lineage(house: House) -> None:
    posted = house.inventory.documents.post("theirs", quantity=Decimal(2))
    already = AlreadyPosted(stock=posted.reference)
    await (await house.report((await house.usage("adopted")).model_copy(update={"already_posted": already}))).result()
    effects = {effect.intent.step: effect for effect in await house.store.effects.of(correlation_id="c-adopted")}
    assert effects["stock"].posted is not None and effects["stock"].posted.reference == posted.reference
    assert (effects["stock"].state, effects["stock"].intent.quantity) == ("applied", Decimal(2))
    edges = await house.store.lineage.walk((house.source, "usage", "adopted"))
    assert posted.reference in {edge.to_reference for edge in edges}


async def test_a_journal_that_is_accepted_first_is_waited_for(house: House) -> None:
    post, looks = house.finance.post_cost, 0

    async def accept(posting: Any, *, posting_date: date, wire_key: str) -> Posted:
        posted = await post(posting, posting_date=posting_date, wire_key=wire_key)
        return posted.model_copy(update={"standing": "accepted"})

    async def journal(reference: str) -> Found:
        nonlocal looks
        looks += 1
        found = house.finance.documents.posted[reference]
        return found.model_copy(update={"standing": "accepted" if looks < 3 else "posted"})

    house.finance.post_cost = accept  # type: ignore[method-assign]
    house.finance.journal = journal  # type: ignore[method-assign]
    state = await (await house.report(await house.usage("journal-later"))).result()
    assert (state.cost.standing, looks) == (Standing.posted, 3)


async def test_a_charge_that_billing_took_back_by_itself_is_not_taken_for_posted(house: House) -> None:
    async def post(*_: Any, wire_key: str, **__: Any) -> Posted:
        house.billing.documents.posted["C7"] = Found(reference="C7", wire_key=wire_key, live=False)
        return Posted(reference="C7", standing="accepted")

    house.billing.post_charge = post  # type: ignore[method-assign]
    await house.report(await house.usage("voided"))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.charge_rejected


async def test_a_device_that_came_back_may_be_used_again(house: House) -> None:
    serial = {"serial": "S1", "lot": None}
    device = item(tracking=Tracking.serial)
    answers(house.inventory, "look_up", ItemAndLot(item=device, lot=Lot(serial="S1", on_hand=Decimal(9))))
    await (await house.report((await house.usage("device-1")).model_copy(update=serial))).result()
    returned = serial | {"disposition": Disposition.returned}
    await (await house.report((await house.usage("device-2")).model_copy(update=returned))).result()
    state = await (await house.report((await house.usage("device-3")).model_copy(update=serial))).result()
    assert state.stock.standing is Standing.posted


async def test_a_serial_that_was_misread_is_free_once_it_is_corrected(house: House) -> None:
    device = item(tracking=Tracking.serial)
    answers(house.inventory, "look_up", ItemAndLot(item=device, lot=Lot(serial="S1", on_hand=Decimal(9))))
    answers(house.billing, "charge_code", None, ChargeCode(code="C1", version="1", price=money("10")))
    handle = await house.report((await house.usage("misread")).model_copy(update={"serial": "S1", "lot": None}))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, who="charges", correction={"serial": "S2"})
    await handle.result()
    other = (await house.usage("true-owner")).model_copy(update={"serial": "S1", "lot": None})
    assert (await (await house.report(other)).result()).stock.standing is Standing.posted


async def test_what_the_source_has_only_handed_in_is_waited_for(house: House) -> None:
    posted = house.inventory.documents.post("theirs", quantity=Decimal(2))
    looks = 0

    async def movement(reference: str) -> Found:
        nonlocal looks
        looks += 1
        found = house.inventory.documents.posted[reference]
        return found.model_copy(update={"standing": "accepted" if looks < 3 else "posted"})

    house.inventory.movement = movement  # type: ignore[method-assign]
    already = AlreadyPosted(stock=posted.reference)
    state = await (
        await house.report((await house.usage("in-batch")).model_copy(update={"already_posted": already}))
    ).result()
    assert (state.stock.standing, state.stock.reference, looks) == (Standing.posted, posted.reference, 3)


async def test_a_charge_rejected_in_the_batch_may_be_accepted_as_done_by_hand(house: House) -> None:
    async def post(*_: Any, wire_key: str, **__: Any) -> Posted:
        house.billing.documents.posted["C1"] = Found(reference="C1", wire_key=wire_key, standing="rejected")
        return Posted(reference="C1", standing="accepted")

    house.billing.post_charge = post  # type: ignore[method-assign]
    handle = await house.report(await house.usage("by-hand-later"))
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.accept, who="charges", external_reference="PAPER-9")
    state = await handle.result()
    assert (state.charge.standing, state.charge.reference) == (Standing.by_hand, "PAPER-9")
