"""The rules of the trade that usage-to-charge obeys, each told once."""

from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.charge import AccountStanding, CaseStatus, ChargeCode, PriceBasis
from canonical.documents.costing import Valuation
from canonical.documents.item import Item, Ownership, PackLevel, Tracking
from canonical.documents.location import Keeping
from canonical.documents.lot import Condition, Lot
from canonical.documents.usage import AlreadyPosted, Disposition, Scan
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Found, Posted
from canonical.money import Money
from canonical.ports import ClearStanding, ItemAndLot
from canonical.quantity import UnitFactor
from canonical.run import Standing
from tests.support.house import House, eventually, quick_policy
from tests.support.trouble import refusal


def answers(connector: Any, verb: str, *given: Any) -> None:
    """The next calls of the verb answer these, and the last one for ever."""
    left = list(given)

    async def answer(*_: Any, **__: Any) -> Any:
        return left.pop(0) if len(left) > 1 else left[0]

    setattr(connector, verb, answer)


def money(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def item(**changes: Any) -> Item:
    return Item(item="4702", tracking=Tracking.lot).model_copy(update=changes)


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


async def test_the_charge_waits_for_the_trigger_of_the_facility(house: House) -> None:
    house.policy = quick_policy(charge_when=CaseStatus.closed)
    open_case = ClearStanding(account_number="A1", standing=AccountStanding(case_status=CaseStatus.open))
    closed_case = ClearStanding(account_number="A1", standing=AccountStanding(case_status=CaseStatus.closed))
    answers(house.billing, "account", *[open_case] * 5, closed_case)
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
    await house.resolve(listed.item.item_id, Decision.retry)
    state = await handle.result()
    assert sent == [False, True]
    assert state.stock.standing is Standing.posted
