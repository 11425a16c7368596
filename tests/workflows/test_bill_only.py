"""Goods of the supplier's own: ordered exactly as used, once their surgical case is closed and its usage sheet agrees."""

# long because everything that an order of used goods waits for is told here once.
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.documents.charge import CaseStatus
from canonical.documents.item import Ownership
from canonical.documents.order import Order, OrderType
from canonical.documents.replenishment import Budget
from canonical.documents.work_item import Cause, Decision
from tests.support.house import eventually
from tests.support.replenishing import below_par, order_sent, price
from tests.support.trade_house import TradeHouse
from tests.support.trouble import Trouble, lost, refusal
from tests.support.used_goods import (
    ASLEEP,
    AT_ONCE,
    accepted,
    basket,
    case_changed,
    case_is,
    furnish,
    in_procurement,
    received,
    sheet,
    used,
    written,
)
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval

House = Callable[..., TradeHouse]


def furnished(trade_houses: House, **how: Any) -> TradeHouse:
    """A house in which what is used of the supplier's goods is ordered and received."""
    house = trade_houses(ReplenishmentApproval, ReceiptToInvoice)
    furnish(house, **how)
    return house


async def test_several_uses_are_one_line_with_exactly_their_lots_and_are_received_without_stock(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses)
    case_is(house, CaseStatus.open)
    async with house.open():
        await used(house, "U1", lot="L1")
        await used(house, "U2", 2, lot="L2")
        await house.at_stage(await basket(house), "surgical case")
        await sheet(house, written(lot="L1"), written(2, lot="L2"))
        assert not house.supplier.orders.standing
        case_is(house, CaseStatus.closed)
        order: Order = await order_sent(house)
        await accepted(house, order)
        assert (await house.closed(await basket(house))).outcome == "ordered"
        book = await received(house, order.number, 3)
    (line,) = order.lines
    assert order.type is OrderType.bill_only
    assert (line.quantity, line.unit, line.price.amount) == (3, "each", 900)
    assert [(lot.lot, lot.quantity) for lot in line.lots] == [("L1", 1), ("L2", 2)]
    assert len(book.lines[0].received) == 2
    posted = [one.receipt for one in house.procurement.receipts.standing]
    assert [(one.moves_stock, one.ownership) for one in posted] == [(False, Ownership.consigned)] * 2
    assert [lot.lot for one in posted for line in one.lines for lot in line.lots] == ["L1", "L2"]
    assert not house.inventory.lots_in.standing
    assert house.inventory.expected(order.number) is None
    assert not await house.store.work_items.open_items()


async def test_news_of_the_surgical_case_wakes_what_waits_for_it(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.policy = house.policy.model_copy(update={"surgical_case": ASLEEP})
    case_is(house, CaseStatus.verified)
    async with house.open():
        await used(house)
        await sheet(house, written())
        await house.at_stage(await basket(house), "surgical case")
        case_is(house, CaseStatus.closed)
        await case_changed(house, of="closed")
        await order_sent(house)


async def test_a_surgical_case_that_nobody_closes_is_told_and_the_item_closes_with_it(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.policy = house.policy.model_copy(update={"surgical_case": AT_ONCE})
    case_is(house, CaseStatus.open)
    async with house.open():
        await used(house)
        await sheet(house, written())
        (listed,) = await house.items()
        assert listed.item.cause is Cause.case_not_closed
        case_is(house, CaseStatus.closed)
        await order_sent(house)
        await house.items(0)


async def test_no_usage_sheet_is_told_and_a_person_may_accept_what_the_hospital_counted(trade_houses: House) -> None:
    house = furnished(trade_houses, usage_sheet=AT_ONCE)
    async with house.open():
        await used(house)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.no_usage_sheet
        await house.resolve(listed.item.item_id, Decision.accept, external_reference="MAIL-7")
        order = await order_sent(house)
        await accepted(house, order)
        assert (await house.closed(await basket(house))).outcome == "ordered"


async def test_every_difference_is_told_without_lot_or_serial_and_a_corrected_sheet_closes_it(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses)
    async with house.open():
        await used(house, "U1", lot="L1", serial="SER-1")
        await sheet(house, written(lot="L1", serial="SER-9"), written(2, item="4711", lot=None))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.usage_differs
        told = f"{listed.item.question}{listed.item.evidence}"
        assert "1 of item 4702 used, and not on the supplier's sheet" in told
        assert "2 of item 4711 on the supplier's sheet, and not reported as used" in told
        assert "SER-" not in told and "L1" not in told
        await sheet(house, written(lot="L1", serial="SER-1"), version=2)
        await order_sent(house)
        await house.items(0)


async def test_an_older_sheet_that_comes_late_changes_nothing(trade_houses: House) -> None:
    house = furnished(trade_houses)
    case_is(house, CaseStatus.open)
    async with house.open():
        await used(house)
        await sheet(house, written(), version=2)
        await sheet(house, written(5), version=1)
        case_is(house, CaseStatus.closed)
        order = await order_sent(house)
    assert order.lines[0].quantity == 1


async def test_what_still_differs_is_told_in_the_same_item(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        await used(house)
        await sheet(house, written(2))
        (first,) = await house.items()
        await sheet(house, written(3), version=2)

        async def renewed() -> bool | None:
            (listed,) = await house.items()
            assert listed.item.item_id == first.item.item_id
            return True if "3 on the sheet" in listed.item.question else None

        await eventually(renewed)


async def test_a_use_that_is_reported_later_makes_the_two_agree(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        await used(house, "U1", lot="L1")
        await sheet(house, written(lot="L1"), written(lot="L2"))
        await house.items()
        await used(house, "U2", lot="L2")
        order = await order_sent(house)
        await house.items(0)
    assert order.lines[0].quantity == 2


async def test_a_person_corrects_the_lot_of_a_use_or_counts_as_the_hospital_does(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        request = await used(house, lot="L1")
        await sheet(house, written(lot="L7"))
        (listed,) = await house.items()
        correction = {"request": request.number, "lot": "L7"}
        await house.resolve(listed.item.item_id, Decision.correct, correction=correction)
        order = await order_sent(house)
    assert [lot.lot for lot in order.lines[0].lots] == ["L7"]


async def test_what_was_accepted_for_one_count_is_asked_again_for_another(trade_houses: House) -> None:
    house = furnished(trade_houses, basket_limit=Decimal(0))
    async with house.open():
        await used(house, "U1")
        await sheet(house, written(2))
        (listed,) = await house.items()
        await house.resolve(listed.item.item_id, Decision.accept, external_reference="MAIL-1")
        await house.at_stage(await basket(house), "approval")
        await used(house, "U2", lot="L5")
        await house.at_stage(await basket(house), "usage sheet of the supplier")
        (again,) = await house.items()
        assert again.item.cause is Cause.usage_differs and "4702" in again.item.question


async def test_a_sheet_without_any_use_is_told_so_that_no_charge_is_missed(trade_houses: House) -> None:
    house = furnished(trade_houses, usage_sheet=AT_ONCE)
    async with house.open():
        await sheet(house, written())
        (listed,) = await house.items()
        assert listed.item.cause is Cause.use_not_reported
        await house.resolve(listed.item.item_id, Decision.accept, external_reference="MAIL-2")
        assert (await house.closed(await basket(house))).outcome == "nothing to order"


async def test_the_price_is_that_of_the_day_of_service_and_the_contract_caps_what_a_construct_costs(
    trade_houses: House,
) -> None:
    old = {"first": date(2026, 1, 1), "last": date(2026, 11, 10), "construct_cap": Decimal(1500)}
    new = {"first": date(2026, 11, 11), "price": price(999)}
    house = furnished(trade_houses, contracts=(new, old))
    async with house.open():
        await used(house, "U1", lot="L1")
        await used(house, "U2", lot="L2")
        await sheet(house, written(lot="L1"), written(lot="L2"))
        order: Order = await order_sent(house)
        await accepted(house, order)
        await house.closed(await basket(house))
        assert order.worth == 1500
        await used(house, "U3", lot="L3")
        await sheet(house, written(lot="L1"), written(lot="L2"), written(lot="L3"), version=2)
        second: Order = await order_sent(house, 2)
    assert second.number != order.number
    assert second.worth == 0


async def test_a_use_within_policy_is_ordered_by_rule_and_above_it_by_a_person(trade_houses: House) -> None:
    house = furnished(trade_houses, basket_limit=Decimal(1000), cost_centre_limit=Decimal(1000))
    async with house.open():
        await used(house, "U1", 2)
        await sheet(house, written(2))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.approval
        await house.resolve(listed.item.item_id, Decision.approve, who="boss")
        await order_sent(house)


async def test_an_order_that_is_turned_down_stays_owed_until_a_person_has_settled_it(trade_houses: House) -> None:
    house = furnished(trade_houses, basket_limit=Decimal(0))
    async with house.open():
        await used(house)
        await sheet(house, written())
        for decision in (Decision.retry, Decision.accept):
            (asked,) = await house.items()
            assert asked.item.cause is Cause.approval
            await house.resolve(asked.item.item_id, Decision.reject, who="boss")
            (owed,) = await house.items()
            assert owed.item.cause is Cause.not_ordered
            assert [part.amount for part in owed.item.at_risk] == [900]
            reference = {"external_reference": "CHQ-9"} if decision is Decision.accept else {}
            await house.resolve(owed.item.item_id, decision, **reference)
        assert (await house.closed(await basket(house))).outcome == "nothing to order"
    assert not house.supplier.orders.standing


async def test_goods_with_a_par_level_are_refilled_by_it_and_others_are_asked_to_be_replaced(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses, contracts=({}, {"item": "4711"}))
    house.inventory.pars = [below_par(ownership=Ownership.consigned)]
    async with house.open():
        await used(house, "U1", lot="L1")
        await used(house, "U2", 3, lot="L2", item="4711")
        await sheet(house, written(lot="L1"), written(3, item="4711", lot="L2"))
        await accepted(house, await order_sent(house))
        await house.closed(await basket(house))
    (replacement,) = house.supplier.replacements.standing
    assert [(one.item, one.quantity) for one in replacement.lines] == [("4711", 3)]
    assert replacement.location == "OR-1"


async def test_an_absolute_budget_is_reserved_and_the_order_takes_it_over(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(2000)
    )
    async with house.open():
        await used(house)
        await sheet(house, written())
        order = await order_sent(house)
    assert len(order.reservations) == 1


async def test_lost_answers_order_and_replace_nothing_twice(trade_houses: House) -> None:
    house = furnished(trade_houses)
    for book in (house.procurement.orders, house.supplier.orders, house.supplier.replacements):
        Trouble(book, "post").after(lost())
    Trouble(house.procurement.receipts, "post").after(lost())
    async with house.open():
        await used(house)
        await sheet(house, written())
        order = await order_sent(house)
        await accepted(house, order)
        await house.closed(await basket(house))
        await received(house, order.number, 1)
    books = (house.procurement.orders, house.supplier.orders, house.supplier.replacements, house.procurement.receipts)
    assert [len(book.standing) for book in books] == [1, 1, 1, 1]


@pytest.mark.parametrize("how", ["abandoned", "cancelled"])
async def test_a_run_that_ends_early_leaves_what_is_owed_and_goes_on_when_it_is_taken_up(
    trade_houses: House, how: str
) -> None:
    house = furnished(trade_houses)
    Trouble(house.supplier.orders, "post").before(refusal())
    async with house.open():
        await used(house)
        await sheet(house, written())
        (listed,) = await house.items()
        if how == "abandoned":
            await house.resolve(listed.item.item_id, Decision.abandon)
        else:
            await house.handle(await basket(house)).cancel()
        assert (await house.closed(await basket(house))).outcome == how
        assert not house.procurement.orders.standing
        (left,) = await house.items()
        assert left.item.cause is Cause.left_behind and "request" in left.item.question


async def test_a_bill_only_line_of_nobodys_use_is_approved_by_a_person(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        await used(house, use="", surgical_case=None)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.approval


async def test_the_surgical_case_reaches_neither_procurement_nor_the_supplier(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        request = await used(house)
        await sheet(house, written())
        order = await order_sent(house)
        await received(house, order.number, 1)
        posted = (await in_procurement(house, order.number)).model_dump_json()
        told = "".join(one.model_dump_json() for one in house.procurement.receipts.standing)
    assert request.surgical_case is not None
    for text in (order.model_dump_json(), posted, told):
        assert request.surgical_case not in text
