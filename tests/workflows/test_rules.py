"""The rules of the trade that usage-to-charge obeys, each told once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.documents.charge import AccountStanding, CaseStatus, ChargeCode, PriceBasis
from canonical.documents.costing import Valuation
from canonical.documents.item import Ownership, PackLevel
from canonical.documents.location import Keeping
from canonical.documents.lot import Condition, Lot
from canonical.documents.usage import Disposition, Scan
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Posted
from canonical.identity import LAST_STAGE
from canonical.policy import Clock, MarkupTier
from canonical.ports import ClearStanding, ItemAndLot
from canonical.quantity import UnitFactor
from canonical.run import Standing
from tests.support.answers import answers, item, money
from tests.support.house import LATER, SOON, House, eventually, quick_policy
from tests.support.trouble import refusal


async def test_stock_and_cost_go_on_while_the_charge_waits_for_an_account(house: House) -> None:
    open_case = AccountStanding(case_status=CaseStatus.open)
    none_yet = ClearStanding(account_number=None, standing=open_case)
    account = ClearStanding(account_number="A1", standing=open_case)
    answers(house.billing, "account", *[none_yet] * 5, account)
    usage = (await house.usage("trauma")).model_copy(update={"account": None})
    state = await (await house.report(usage)).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3
    closed = await house.store.work_items.of(workflow_id=house.workflow_id("trauma"))
    assert [(one.item.cause, one.decided_by) for one in closed] == [(Cause.no_account, None)]


async def test_an_unknown_item_waits_in_suspense_and_goes_on_when_approved(house: House) -> None:
    known = ItemAndLot(item=item(), lot=Lot(on_hand=Decimal(9)))
    answers(house.inventory, "look_up", *[ItemAndLot()] * 5, known)
    state = await (await house.report(await house.usage("unknown"))).result()
    assert state.stock.standing is Standing.posted
    closed = await house.store.work_items.of(workflow_id=house.workflow_id("unknown"))
    assert [one.item.cause for one in closed] == [Cause.unknown_item]


async def test_the_scanned_pack_level_sets_the_unit(house: House) -> None:
    box = item(
        packs=(PackLevel(unit="box", device_identifier="10950000047021"),),
        factors=(UnitFactor(unit="box", per="each", factor=Decimal(10), since=date(2026, 1, 1)),),
    )
    answers(house.inventory, "look_up", ItemAndLot(item=box, lot=Lot(lot="L1", on_hand=Decimal(99))))
    scan = Scan(agency="GS1", device_identifier="10950000047021", lot="L1")
    usage = (await house.usage("box")).model_copy(update={"item": None, "unit": None, "scan": scan})
    await (await house.report(usage)).result()
    (movement,) = house.inventory.documents.posted.values()
    (journal,) = house.finance.documents.posted.values()
    assert movement.quantity == journal.quantity == Decimal(20)


async def test_a_recalled_lot_never_hides_the_use_and_holds_only_the_charge(house: House) -> None:
    recalled = Lot(lot="L1", condition=Condition.recalled, on_hand=Decimal(9))
    answers(house.inventory, "look_up", ItemAndLot(item=item(), lot=recalled))
    handle = await house.report(await house.usage("recalled"))
    items = {listed.item.owner: listed.item for listed in await house.items(2)}
    assert (items["safety"].safety, items["safety"].blocks) == (True, False)
    assert house.billing.documents.posted == {}
    await house.resolve(items["revenue-integrity"].item_id, Decision.retry, who="charges")
    await house.resolve(items["safety"].item_id, Decision.acknowledge, who="stock")
    state = await handle.result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted] * 3


async def test_a_use_of_what_the_books_do_not_have_posts_and_asks_for_a_count(house: House) -> None:
    answers(house.inventory, "look_up", ItemAndLot(item=item(), lot=Lot(lot="L1", on_hand=Decimal(0))))
    handle = await house.report(await house.usage("none-left"))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.count_stock

    async def waits_for_that_alone() -> bool | None:
        (run,) = await house.store.runs.find(workflow_id=handle.id)
        return run.stage == LAST_STAGE or None

    await eventually(waits_for_that_alone)
    await house.resolve(listed.item.item_id, Decision.acknowledge, who="stock")
    assert [ledger.standing for ledger in (await handle.result()).ledgers] == [Standing.posted] * 3


async def test_a_missing_charge_code_is_undecided_and_never_no_charge(house: House) -> None:
    code = ChargeCode(code="C1", version="1", price=money("10"))
    answers(house.billing, "charge_code", None, code)
    handle = await house.report(await house.usage("no-code"))
    (listed,) = await house.items()
    assert listed.item.question == "item 4702 has no charge code on the service date"
    await house.resolve(listed.item.item_id, Decision.retry, who="charges")
    assert (await handle.result()).charge.standing is Standing.posted


async def test_a_person_may_say_why_there_is_no_charge(house: House) -> None:
    answers(house.billing, "charge_code", None)
    handle = await house.report(await house.usage("bundled"))
    (listed,) = await house.items()
    reason = {"no_charge_reason": "bundled in the procedure"}
    await house.resolve(listed.item.item_id, Decision.correct, who="charges", correction=reason)
    state = await handle.result()
    assert (state.charge.standing, state.charge.reason) == (Standing.exempt, "bundled in the procedure")
    assert state.stock.standing is state.cost.standing is Standing.posted


async def test_what_was_opened_and_not_used_is_not_charged_with_a_reason(house: House) -> None:
    usage = (await house.usage("opened")).model_copy(update={"disposition": Disposition.opened_unused})
    state = await (await house.report(usage)).result()
    assert (state.charge.standing, state.charge.reason) == (Standing.exempt, "opened but not used")
    assert state.cost.standing is state.stock.standing is Standing.posted


async def test_a_price_by_markup_comes_from_the_cost(house: House) -> None:
    answers(house.billing, "charge_code", ChargeCode(code="C1", version="1", basis=PriceBasis.markup))
    await (await house.report(await house.usage("markup"))).result()
    (charge,) = house.billing.documents.posted.values()
    assert charge.amount == Decimal("500.00")


async def test_cost_follows_ownership_and_place(house: House) -> None:
    at_par = Valuation(unit_cost=money("5"), method="standard", source="master", keeping=Keeping.par)
    sample = at_par.model_copy(update={"ownership": Ownership.sample})
    consigned = at_par.model_copy(update={"ownership": Ownership.consigned})
    told = {}
    for name, valuation in (("par", at_par), ("sample", sample), ("consigned", consigned)):
        answers(house.finance, "valuation", valuation)
        told[name] = (await (await house.report(await house.usage(f"cost-{name}"))).result()).cost
    assert (told["par"].standing, told["par"].reason) == (Standing.exempt, "expensed at issue")
    assert (told["sample"].standing, told["sample"].reason) == (Standing.exempt, "sample at zero")
    assert told["consigned"].standing is Standing.posted


@pytest.mark.parametrize(
    ("trigger", "not_yet", "reached"),
    [
        (CaseStatus.closed, CaseStatus.verified, CaseStatus.closed),
        (CaseStatus.verified, CaseStatus.open, CaseStatus.verified),
        (CaseStatus.verified, CaseStatus.open, CaseStatus.closed),
    ],
)
async def test_the_charge_waits_for_the_trigger_of_the_facility(
    house: House, trigger: CaseStatus, not_yet: CaseStatus, reached: CaseStatus
) -> None:
    house.policy = quick_policy(charge_when=trigger)
    early, late = (
        ClearStanding(account_number="A1", standing=AccountStanding(case_status=status))
        for status in (not_yet, reached)
    )
    answers(house.billing, "account", *[early] * 5, late)
    state = await (await house.report(await house.usage("trigger"))).result()
    assert state.charge.standing is Standing.posted
    closed = await house.store.work_items.of(workflow_id=house.workflow_id("trigger"))
    assert [one.item.cause for one in closed] == [Cause.case_not_closed]


async def test_a_returned_item_leaves_nothing_behind_in_any_ledger(house: House) -> None:
    usage = (await house.usage("returned")).model_copy(update={"disposition": Disposition.returned})
    state = await (await house.report(usage)).result()
    assert {ledger.reason for ledger in state.ledgers} == {"returned: nothing leaves the shelf"}
    assert house.inventory.documents.posted == house.finance.documents.posted == {}


async def test_a_movement_refused_for_what_changed_meanwhile_goes_out_again_as_it_now_stands(house: House) -> None:
    plenty, none_left = Lot(lot="L1", on_hand=Decimal(9)), Lot(lot="L1", on_hand=Decimal(0))
    answers(house.inventory, "look_up", ItemAndLot(item=item(), lot=plenty), ItemAndLot(item=item(), lot=none_left))
    sent: list[bool] = []
    move = house.inventory.move

    async def picky(movement: Any, *, wire_key: str) -> Posted:
        sent.append(movement.discrepancy)
        if not movement.discrepancy:
            raise refusal("insufficient stock")
        return await move(movement, wire_key=wire_key)

    house.inventory.move = picky  # type: ignore[method-assign]
    handle = await house.report(await house.usage("gone-meanwhile"))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.count_stock
    await house.resolve(listed.item.item_id, Decision.acknowledge, who="stock")
    state = await handle.result()
    assert sent == [False, True]
    assert state.stock.standing is Standing.posted


async def test_two_uses_of_the_last_one_post_both_and_ask_for_a_count(house: House) -> None:
    answers(house.inventory, "look_up", ItemAndLot(item=item(), lot=Lot(lot="L1", on_hand=Decimal(2))))
    sent: list[bool] = []
    move = house.inventory.move

    async def last_one(movement: Any, *, wire_key: str) -> Posted:
        sent.append(movement.discrepancy)
        if sent.count(False) > 1 and not movement.discrepancy:
            answers(house.inventory, "look_up", ItemAndLot(item=item(), lot=Lot(lot="L1", on_hand=Decimal(0))))
            raise refusal("insufficient stock")
        return await move(movement, wire_key=wire_key)

    house.inventory.move = last_one  # type: ignore[method-assign]
    first = await (await house.report(await house.usage("last-1"))).result()
    handle = await house.report(await house.usage("last-2"))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.count_stock
    assert len(house.finance.documents.posted) == 2
    await house.resolve(listed.item.item_id, Decision.acknowledge, who="stock")
    second = await handle.result()
    assert first.stock.standing is second.stock.standing is Standing.posted


async def test_a_person_may_say_that_there_is_no_charge_while_the_account_is_waited_for(house: House) -> None:
    open_case = AccountStanding(case_status=CaseStatus.open)
    answers(house.billing, "account", ClearStanding(account_number=None, standing=open_case))
    handle = await house.report((await house.usage("never")).model_copy(update={"account": None}))
    (listed,) = await house.items()
    assert listed.item.cause is Cause.no_account
    reason = {"no_charge_reason": "research patient"}
    await house.resolve(listed.item.item_id, Decision.correct, who="charges", correction=reason)
    state = await handle.result()
    assert (state.charge.standing, state.charge.reason) == (Standing.exempt, "research patient")


async def test_what_is_never_charged_does_not_wait_for_an_account(house: House) -> None:
    house.policy = quick_policy(account=Clock(look_again=SOON, overdue=LATER))
    open_case = AccountStanding(case_status=CaseStatus.open)
    answers(house.billing, "account", ClearStanding(account_number=None, standing=open_case))
    opened = {"account": None, "disposition": Disposition.opened_unused}
    state = await (await house.report((await house.usage("opened-2")).model_copy(update=opened))).result()
    assert (state.charge.standing, state.charge.reason) == (Standing.exempt, "opened but not used")


async def test_a_person_knows_better_than_the_label_which_pack_was_opened(house: House) -> None:
    boxes = item(
        packs=(PackLevel(unit="box", device_identifier="10950000047021"),),
        factors=(UnitFactor(unit="box", per="each", factor=Decimal(10), since=date(2026, 1, 1)),),
    )
    answers(house.inventory, "look_up", ItemAndLot(item=boxes, lot=Lot(lot="L1", on_hand=Decimal(99))))
    answers(house.billing, "charge_code", None, ChargeCode(code="C1", version="1", price=money("10")))
    scan = Scan(agency="GS1", device_identifier="10950000047021", lot="L1")
    usage = (await house.usage("one-of-a-box")).model_copy(update={"item": None, "unit": None, "scan": scan})
    handle = await house.report(usage)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.correct, who="charges", correction={"unit": "each"})
    state = await handle.result()
    movements = {each.reference: each.quantity for each in house.inventory.documents.posted.values()}
    assert movements[state.stock.reference] == Decimal(2)
    assert house.finance.documents.posted[state.cost.reference].quantity == Decimal(2)


async def test_a_markup_without_a_tier_is_undecided_until_policy_has_one(house: House) -> None:
    tiers = house.policy.markup
    house.policy = quick_policy(markup=(MarkupTier(from_cost=Decimal(1000), factor=Decimal(2)),))
    answers(house.billing, "charge_code", ChargeCode(code="C1", version="1", basis=PriceBasis.markup))
    handle = await house.report(await house.usage("no-tier"))
    (listed,) = await house.items()
    assert listed.item.question == "item 4702 is priced by markup, and the policy has no tier for its cost"
    house.policy = quick_policy(markup=tiers)
    await house.resolve(listed.item.item_id, Decision.retry, who="charges")
    assert (await handle.result()).charge.standing is Standing.posted
