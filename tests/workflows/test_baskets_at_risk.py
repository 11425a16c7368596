"""Scheduled surgical cases that need goods which come later than was expected, or nobody knows when."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from canonical.documents.order import Acknowledged
from canonical.documents.work_item import Cause, Decision
from canonical.ports import ClearCase
from suture.store.work_items import Listed
from tests.support.baskets import a_sent_order, furnished
from tests.support.house import eventually
from tests.support.replenishing import (
    acknowledged,
    of_line,
    says,
    today,
)
from tests.support.trade_house import TradeHouse
from tests.support.trouble import Trouble

House = Callable[..., TradeHouse]
DAY = date(2026, 12, 1)
LATER_DAY = date(2026, 12, 9)
A = Acknowledged


async def test_surgical_cases_that_need_goods_which_come_later_are_named_by_token(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.inventory.cases["NORTH", "4702"] = [
        ClearCase(case_number="CASE-77", on=date(2026, 12, 3), quantity=Decimal(1))
    ]
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        await house.closed(basket)
        await acknowledged(house, says(order.number, of_line(1, A.date_changed, on=LATER_DAY), minutes=1))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.cases_at_risk
        assert await house.store.vault.tokenise("case", "CASE-77") in listed.item.question
        assert "CASE-77" not in listed.item.question
        await house.resolve(listed.item.item_id, Decision.acknowledge)
        await house.closed(basket.next())


@pytest.mark.parametrize("status", [A.back_ordered, A.on_hold])
async def test_every_scheduled_case_is_named_where_nobody_knows_when_its_goods_come(
    trade_houses: House, status: Acknowledged
) -> None:
    house = furnished(trade_houses)
    soon, far = date(2026, 12, 3), today() + timedelta(days=200)
    house.inventory.cases["NORTH", "4702"] = [
        ClearCase(case_number="CASE-77", on=soon, quantity=Decimal(1)),
        ClearCase(case_number="CASE-78", on=far, quantity=Decimal(1)),
    ]
    looked = Trouble(house.inventory, "cases_needing")
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, status)))

        async def named() -> Listed | None:
            listed = await house.store.work_items.open_items()
            return next((one for one in listed if one.item.cause is Cause.cases_at_risk), None)

        item = (await eventually(named)).item
        assert "nobody knows when" in item.question and not item.blocks
        assert [await house.store.vault.tokenise("case", one) in item.question for one in ("CASE-77", "CASE-78")] == [
            True,
            True,
        ]
        assert "CASE-7" not in item.question
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY), minutes=1))
        await house.resolve(item.item_id, Decision.acknowledge)
        assert (await house.closed(basket)).outcome == "ordered"
    assert looked.calls == 1


async def test_where_inventory_knows_no_cases_people_are_told_to_look_themselves(trade_houses: House) -> None:
    house = furnished(trade_houses)
    house.inventory.knows_cases = False
    async with house.open():
        basket, order = await a_sent_order(house)
        await acknowledged(house, says(order.number, of_line(1, A.accepted, on=DAY)))
        await house.closed(basket)
        await acknowledged(house, says(order.number, of_line(1, A.date_changed, on=LATER_DAY), minutes=1))
        (listed,) = await house.items()
        assert listed.item.cause is Cause.cases_at_risk
        assert f"comes on {LATER_DAY}, later" in listed.item.question
        assert f"{house.inventory.declares.system} knows no surgical cases" in listed.item.question
        await house.resolve(listed.item.item_id, Decision.acknowledge)
        await house.closed(basket.next())
