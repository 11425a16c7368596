"""A cost that the ERP books by itself when goods leave its stock: looked for, never booked again."""

from decimal import Decimal

import pytest

from canonical.documents.costing import Valuation
from canonical.documents.item import Ownership
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Found
from canonical.errors import Audience
from canonical.run import Domain, Standing
from tests.support.answers import answers, money
from tests.support.house import House

BY_ITSELF = Valuation(unit_cost=money("5"), method="standard", source="master", posts_with_movement=True)
THE_ERP_KEEPS_THE_STOCK: tuple[tuple[Domain, str], ...] = (
    ("inventory", "erp"),
    ("billing", "billing"),
    ("finance", "erp"),
)


async def test_a_cost_that_the_erp_books_with_the_movement_is_looked_for_instead(house: House) -> None:
    house.legs = THE_ERP_KEEPS_THE_STOCK
    answers(house.finance, "valuation", BY_ITSELF)
    other = Found(reference="B1", wire_key="", quantity=Decimal(9))
    answers(house.finance, "booked_with", None, other, other.model_copy(update={"quantity": Decimal(2)}))
    state = await (await house.report(await house.usage("by-itself"))).result()
    assert (state.cost.standing, state.cost.reason) == (
        Standing.exempt,
        "booked by erp itself, with the movement of stock: B1",
    )
    assert house.finance.documents.posted == {}
    [item] = await house.store.work_items.of(workflow_id=house.workflow_id("by-itself"))
    assert (item.item.step, item.item.cause, item.item.owner) == ("cost", Cause.not_found_in_time, Audience.finance)


async def test_what_the_erp_never_booked_with_the_movement_a_person_may_book(house: House) -> None:
    house.legs = THE_ERP_KEEPS_THE_STOCK
    answers(house.finance, "valuation", BY_ITSELF)
    handle = await house.report(await house.usage("never-booked"))
    [waits] = await house.items()
    await house.resolve(waits.item.item_id, Decision.accept, external_reference="J-BY-HAND")
    state = await handle.result()
    assert (state.cost.standing, state.cost.reference) == (Standing.by_hand, "J-BY-HAND")


@pytest.mark.parametrize("ownership", [Ownership.owned, Ownership.consigned])
async def test_a_cost_is_booked_where_the_erp_never_saw_the_movement_or_the_goods_were_not_its(
    house: House, ownership: Ownership
) -> None:
    if ownership is Ownership.consigned:
        house.legs = THE_ERP_KEEPS_THE_STOCK
    answers(house.finance, "valuation", BY_ITSELF.model_copy(update={"ownership": ownership}))
    state = await (await house.report(await house.usage(f"booked-{ownership}"))).result()
    assert state.cost.standing is Standing.posted
