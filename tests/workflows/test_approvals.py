"""Approvals: who may let an order pass, that one decision counts, and what becomes of an order that nobody lets pass."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from canonical.documents.replenishment import Budget
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.identity import RunName
from canonical.ladder import Ladder, Rung
from canonical.memory import Person
from suture.store.work_items import Listed
from tests.support.house import SOON, eventually, refusal
from tests.support.replenishing import BOSS, below_par, contract, crossed, order_sent, policy, price, requested
from tests.support.trade_house import TradeHouse
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest

House = Callable[..., TradeHouse]
BOTH = (ReplenishmentRequest, ReplenishmentApproval)


def someone(name: str, *centres: str, limit: int | None = 1000, **more: Any) -> Person:
    """Somebody with authority over cost centres."""
    amount = None if limit is None else Decimal(limit)
    return Person(person=name, roles=("buyer",), cost_centres=centres, approval_limit=amount, **more)


def furnished(trade_houses: House, **rules: Any) -> TradeHouse:
    """A house in which nothing passes by rule, of people with and without authority, and a budget that binds."""
    house = trade_houses(*BOTH, purchasing=policy(basket_limit=Decimal(0), **rules))
    house.procurement.agreed = [contract(house)]
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(1000)
    )
    people = (
        BOSS,
        someone("ana", "4100", "4200"),
        someone("other", "4200"),
        someone("small", "4100", limit=50),
        someone("nobody", "4100", limit=None),
        someone("deputy", in_place_of=(someone("ana", "4100"),)),
        someone("asker", "4100"),
        someone("deputy of asker", in_place_of=(someone("asker", "4100"),)),
    )
    house.people.people |= {one.person: one for one in people}
    return house


async def asked(house: TradeHouse, **changes: Any) -> tuple[RunName, Listed]:
    """A basket that waits for its approval."""
    basket = await requested(house, house.number("RQ"), **changes)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.approval
    return basket, listed


async def test_an_order_waits_for_a_yes_with_its_money_set_aside(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        _, listed = await asked(house)
        assert house.procurement.reserved("NORTH", "4100") == 100
        assert not house.procurement.orders.standing
        decided = await house.resolve(listed.item.item_id, Decision.approve, who="ana")
        order = await order_sent(house)
    assert (decided.person, decided.in_place_of) == ("ana", "")
    assert order.worth == 100


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("other", "does not cover the cost centre 4100"),
        ("small", "above your approval limit"),
        ("nobody", "above your approval limit"),
        ("supervisor", "does not cover the cost centre 4100"),
        ("asker", "nobody approves their own request"),
        ("deputy of asker", "cost centre|own request"),
    ],
)
async def test_whoever_lacks_the_authority_is_told_what_it_lacks(trade_houses: House, who: str, why: str) -> None:
    house = furnished(trade_houses)
    async with house.open():
        _, listed = await asked(house, requested_by="asker")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await house.resolve(listed.item.item_id, Decision.approve, who=who)
        assert any(one in str(refused.value.cause) for one in why.split("|"))
        assert len(await house.items()) == 1


async def test_a_deputy_decides_in_the_place_of_somebody_absent(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        _, listed = await asked(house)
        decided = await house.resolve(listed.item.item_id, Decision.approve, who="deputy")
        await order_sent(house)
    assert (decided.person, decided.in_place_of) == ("deputy", "ana")


async def test_of_two_decisions_at_once_one_counts_and_the_other_is_told_why(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, listed = await asked(house)
        both = await asyncio.gather(
            house.resolve(listed.item.item_id, Decision.approve, who="ana"),
            house.resolve(listed.item.item_id, Decision.reject, who="boss"),
            return_exceptions=True,
        )
        (refused,) = [one for one in both if isinstance(one, WorkflowUpdateFailedError)]
        (counted,) = [one for one in both if not isinstance(one, BaseException)]
        assert "already decided" in str(refused.cause)
        if counted.decision is Decision.approve:
            await order_sent(house)
        else:
            assert (await house.closed(basket)).outcome == "rejected"


async def test_a_rejected_order_frees_its_money_and_says_so_to_whoever_asked(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        basket, listed = await asked(house)
        await house.resolve(listed.item.item_id, Decision.reject, who="ana", reason="too many")
        assert (await house.closed(basket)).outcome == "rejected"
    assert house.procurement.reserved("NORTH", "4100") == 0
    assert not house.procurement.orders.standing


async def test_an_approval_that_nobody_gives_in_time_lapses_and_frees_its_money(trade_houses: House) -> None:
    house = furnished(trade_houses, approval_expires=timedelta(milliseconds=400))
    async with house.open():
        basket = await requested(house, house.number("RQ"))
        assert (await house.closed(basket)).outcome == "rejected"
    assert house.procurement.reserved("NORTH", "4100") == 0
    assert not await house.store.work_items.open_items()


async def test_an_approval_is_reminded_of_and_then_goes_to_the_next_level(trade_houses: House) -> None:
    ladder = Ladder(rungs=(Rung(after=SOON), Rung(after=SOON, to=Audience.finance)))
    house = furnished(trade_houses, approval=ladder)
    async with house.open():
        await asked(house)

        async def handed_on() -> Listed | None:
            (listed,) = await house.items()
            return listed if listed.item.escalations == 2 else None

        assert (await eventually(handed_on)).item.owner is Audience.finance


async def test_what_is_asked_for_while_an_approval_is_open_makes_it_another_question(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        _, first = await asked(house)
        await requested(house, house.number("RQ2"))

        async def anew() -> Listed | None:
            found = await house.store.work_items.open_items()
            return next((one for one in found if one.item.item_id != first.item.item_id), None)

        second = await eventually(anew)
        told = await refusal(house.resolve(first.item.item_id, Decision.approve, who="ana"))
        assert "not open" in told
        assert second.item.to_approve is not None and first.item.to_approve is not None
        assert second.item.to_approve.content != first.item.to_approve.content
        assert house.procurement.reserved("NORTH", "4100") == second.item.to_approve.total == 200
        await house.resolve(second.item.item_id, Decision.approve, who="ana")
        assert len((await order_sent(house)).lines) == 2


async def test_a_price_that_changes_before_the_order_is_made_is_the_price_that_is_asked_about(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses)
    async with house.open():
        _, first = await asked(house)
        house.procurement.agreed = [contract(house, price=price(6))]
        await requested(house, house.number("RQ2"))

        async def anew() -> Listed | None:
            found = await house.store.work_items.open_items()
            return next((one for one in found if one.item.item_id != first.item.item_id), None)

        second = await eventually(anew)
    assert second.item.to_approve is not None and second.item.to_approve.total == 240


async def test_a_rejection_of_what_was_asked_for_by_need_lets_the_need_be_asked_again(trade_houses: House) -> None:
    house = furnished(trade_houses)
    location = house.number("OR-1")
    house.purchasing = policy(basket_limit=Decimal(0), cost_centres={location: "4100"})
    house.inventory.pars = [below_par(location=location)]
    async with house.open():
        need = await crossed(house, location)
        (listed,) = await house.items()
        await house.resolve(listed.item.item_id, Decision.reject, who="ana")
        assert (await house.closed(need)).outcome == "not ordered"


async def test_yes_and_no_are_all_that_an_approval_takes(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        _, listed = await asked(house)
        told = await refusal(house.resolve(listed.item.item_id, Decision.retry, who="ana"))
    assert "takes: approve, reject" in told
