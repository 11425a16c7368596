"""Needs: what a location lacks is moved, refilled by its supplier, or asked for in a basket, and never twice."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from temporalio.api.enums.v1 import PendingActivityState

from canonical.clock import Clock
from canonical.documents.item import Ownership
from canonical.documents.replenishment import SpareStock
from canonical.documents.request_run import RequestRun
from canonical.documents.work_item import Cause, Decision
from canonical.identity import basket_run
from canonical.memory import RunProjection
from tests.support.house import SOON, eventually
from tests.support.replenishing import BOSS, NEVER, below_par, contract, crossed, order_sent, policy
from tests.support.trade_house import TradeHouse
from tests.support.trouble import Trouble, lost, refusal
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest

House = Callable[..., TradeHouse]
BOTH = (ReplenishmentRequest, ReplenishmentApproval)


def furnished(trade_houses: House, *, rules: dict[str, Any] | None = None, **standing: Any) -> tuple[TradeHouse, str]:
    """A house whose location lacks twelve of twenty; answers the location too."""
    house = trade_houses(*BOTH, purchasing=policy(**(rules or {})))
    house.procurement.agreed = [contract(house)]
    house.people.people["boss"] = BOSS
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location, **standing)]
    return house, location


async def basket_of(house: TradeHouse) -> RunProjection:
    """The basket's run, once there is one."""

    async def there() -> RunProjection | None:
        found = await house.store.runs.find()
        return next((one for one in found if one.process == "replenishment-approval"), None)

    return await eventually(there)


async def test_what_another_location_can_spare_is_moved_and_nothing_is_ordered(trade_houses: House) -> None:
    spare = (SpareStock(location="OR-2", quantity=Decimal(5)), SpareStock(location="OR-3", quantity=Decimal(9)))
    house, location = furnished(trade_houses, spare=spare)
    async with house.open():
        assert (await house.closed(await crossed(house, location))).outcome == "transferred"
    moved = [(one.from_location, one.quantity) for one in house.inventory.transfers.standing]
    assert moved == [("OR-3", 9), ("OR-2", 3)]
    assert not house.supplier.orders.standing


async def test_only_what_nobody_can_spare_is_ordered_in_whole_packs(trade_houses: House) -> None:
    house, location = furnished(trade_houses, spare=(SpareStock(location="OR-2", quantity=Decimal(1)),))
    async with house.open():
        await crossed(house, location)
        order = await order_sent(house)
    assert order.lines[0].quantity == 2
    assert house.inventory.on_hand(location, "4702") == 1


async def test_consigned_stock_is_refilled_by_its_supplier_and_not_ordered(trade_houses: House) -> None:
    spare = (SpareStock(location="OR-2", quantity=Decimal(50)),)
    house, location = furnished(trade_houses, ownership=Ownership.consigned, spare=spare)
    async with house.open():
        assert (await house.closed(await crossed(house, location))).outcome == "refilled by the supplier"
    (asked,) = house.supplier.replacements.standing
    assert (asked.location, asked.lines[0].quantity) == (location, 12)
    assert not house.supplier.orders.standing and not house.inventory.transfers.standing


async def test_consigned_stock_is_refilled_by_whoever_owns_it_whoever_else_sells_the_item(trade_houses: House) -> None:
    house, location = furnished(trade_houses, ownership=Ownership.consigned)
    house.procurement.agreed.append(contract(house, supplier="BETA", rank=2, ownership=Ownership.consigned))
    async with house.open():
        assert (await house.closed(await crossed(house, location))).outcome == "refilled by the supplier"
    (asked,) = house.supplier.replacements.standing
    assert asked.supplier == house.number("BETA")


async def test_a_location_that_has_enough_asks_for_nothing(trade_houses: House) -> None:
    house, location = furnished(trade_houses, on_order=Decimal(12))
    async with house.open():
        assert (await house.closed(await crossed(house, location))).outcome == "enough"


async def test_a_crossing_heard_again_while_the_need_is_under_way_orders_nothing_twice(trade_houses: House) -> None:
    house, location = furnished(trade_houses, rules={"calendar": NEVER})
    async with house.open():
        need = await crossed(house, location)
        await house.at_stage(need, "in a basket")
        looked = Trouble(house.inventory, "par")
        await crossed(house, location)

        async def met() -> bool | None:
            return True if looked.calls else None

        await eventually(met)
        await house.handle(need).cancel()
        await house.closed(need)
        asked = RequestRun.model_validate_json(await house.store.runs.closing(need.workflow_id) or "")
    assert (len(asked.asked), asked.crossed) == (1, 2)


async def test_a_need_that_grows_while_it_is_in_a_basket_asks_for_what_more_it_lacks(trade_houses: House) -> None:
    house, location = furnished(
        trade_houses,
        rules={"calendar": policy().replenishing.calendar.model_copy(update={"every": timedelta(seconds=3)})},
    )
    async with house.open():
        need = await crossed(house, location)
        await house.at_stage(need, "in a basket")
        house.inventory.pars = [below_par(location=location, available=Decimal(-8))]
        await crossed(house, location)
        order = await order_sent(house)
        await house.closed(need)
    assert [line.quantity for line in order.lines] == [2, 1]


@pytest.mark.parametrize(("decision", "ordered"), [(Decision.approve, 10), (Decision.correct, 2)])
async def test_a_quantity_that_looks_like_an_each_taken_for_a_case_is_confirmed_or_corrected(
    trade_houses: House, decision: Decision, ordered: int
) -> None:
    house, location = furnished(trade_houses, par=Decimal(20))
    house.procurement.agreed = [contract(house, minimum=Decimal(10 if decision is Decision.approve else 2))]
    if decision is Decision.correct:
        house.purchasing = policy(cap=Decimal("0.5"))
    async with house.open():
        await crossed(house, location)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.unlikely_quantity
        given = {"correction": {"quantity": "12"}} if decision is Decision.correct else {}
        await house.resolve(listed.item.item_id, decision, **given)
        order = await order_sent(house)
    assert order.lines[0].quantity == ordered


@pytest.mark.parametrize(
    ("missing", "cause"),
    [("par", Cause.no_par_level), ("contract", Cause.no_contract), ("factor", Cause.unknown_unit)],
)
async def test_what_is_missing_to_order_is_asked_for_and_looked_up_again(
    trade_houses: House, missing: str, cause: Cause
) -> None:
    house, location = furnished(trade_houses)
    whole = house.inventory.pars, house.procurement.agreed
    if missing == "contract":
        house.procurement.agreed = []
    else:
        house.inventory.pars = [] if missing == "par" else [below_par(location=location, factors=())]
    async with house.open():
        await crossed(house, location)
        (listed,) = await house.items()
        assert listed.item.cause is cause
        house.inventory.pars, house.procurement.agreed = whole
        await house.resolve(listed.item.item_id, Decision.retry)
        await order_sent(house)


async def test_a_lost_answer_moves_goods_once(trade_houses: House) -> None:
    house, location = furnished(trade_houses, spare=(SpareStock(location="OR-2", quantity=Decimal(50)),))
    Trouble(house.inventory.transfers, "post").after(lost())
    async with house.open():
        await house.closed(await crossed(house, location))
    assert house.inventory.on_hand(location, "4702") == 12


@pytest.mark.parametrize("how", ["abandoned", "cancelled"])
async def test_a_need_that_is_given_up_takes_goods_back_to_where_they_came_from(trade_houses: House, how: str) -> None:
    spare = (SpareStock(location="OR-3", quantity=Decimal(7)), SpareStock(location="OR-2", quantity=Decimal(5)))
    house, location = furnished(trade_houses, spare=spare)
    post = house.inventory.transfers.post
    refused = []

    async def second_refused(document: Any, *, wire_key: str) -> Any:
        if document.from_location == "OR-2" and not refused:
            refused.append(document)
            raise refusal()
        return await post(document, wire_key=wire_key)

    house.inventory.transfers.post = second_refused  # type: ignore[method-assign]
    async with house.open():
        need = await crossed(house, location)
        (listed,) = await house.items()
        assert house.inventory.on_hand(location, "4702") == 7
        if how == "abandoned":
            await house.resolve(listed.item.item_id, Decision.abandon)
        else:
            await house.handle(need).cancel()
        assert (await house.closed(need)).outcome == how
    assert house.inventory.on_hand(location, "4702") == 0


async def test_a_transfer_whose_answer_is_lost_to_a_cancelled_need_is_taken_back_and_nobody_is_asked_to_repeat_it(
    trade_houses: House,
) -> None:
    house, location = furnished(trade_houses, spare=(SpareStock(location="OR-2", quantity=Decimal(50)),))
    post = house.inventory.transfers.post
    under_way, answered = asyncio.Event(), asyncio.Event()

    async def held(document: Any, *, wire_key: str) -> Any:
        await post(document, wire_key=wire_key)
        under_way.set()
        await answered.wait()
        raise lost()

    house.inventory.transfers.post = held  # type: ignore[method-assign]
    async with house.open():
        need = await crossed(house, location)
        await under_way.wait()
        await house.handle(need).cancel()

        async def told_to_stop() -> bool | None:
            described = (await house.handle(need).describe()).raw_description
            stopping = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
            return any(one.state == stopping for one in described.pending_activities) or None

        await eventually(told_to_stop)
        answered.set()
        assert (await house.closed(need)).outcome == "cancelled"
        asked = await house.store.work_items.of(workflow_id=need.workflow_id)
    assert [one.item.step for one in asked] == ["left"]
    assert house.inventory.on_hand(location, "4702") == 0


async def test_a_need_that_is_given_up_is_withdrawn_from_its_basket(trade_houses: House) -> None:
    house, location = furnished(trade_houses, rules={"calendar": NEVER})
    async with house.open():
        need = await crossed(house, location)
        await house.at_stage(need, "in a basket")
        await house.handle(need).cancel()
        assert (await house.closed(need)).outcome == "cancelled"
        basket = await basket_of(house)
        code = basket.business_key.rpartition(":")[2]
        assert (await house.closed(basket_run("NORTH", code))).outcome == "withdrawn"


async def test_a_basket_that_says_nothing_in_time_is_asked_about(trade_houses: House) -> None:
    overdue = Clock(look_again=SOON, overdue=timedelta(0))
    house, location = furnished(trade_houses, rules={"calendar": NEVER, "ordered": overdue})
    async with house.open():
        await crossed(house, location)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.not_ordered


async def test_a_later_need_of_the_same_item_is_a_run_of_its_own(trade_houses: House) -> None:
    house, location = furnished(trade_houses)
    async with house.open():
        need = await crossed(house, location)
        await house.closed(need)
        await crossed(house, location)
        assert (await house.closed(need.next())).outcome == "ordered"
        second = await order_sent(house, 2)
    assert second.number.endswith("-2")
