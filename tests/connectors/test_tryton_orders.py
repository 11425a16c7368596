"""What is Tryton's own of orders: left on their way, told word by word, a buyer's own; tiers, budgets, calls."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.documents.contract import PriceTier, UnitPrice
from canonical.documents.order import ExactLot, LineKind
from canonical.errors import BusinessRefusal, Uncertain
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.buying import BUYER, CUTS, changed, moves, placed, tiered, told
from tests.connectors.contract.peers.tryton_orders import SUPPLIER, TrytonOrdersPeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import DAY, order


@pytest.mark.parametrize("button", ["quote", "confirm"])
@pytest.mark.parametrize("trouble", CUTS)
async def test_an_order_left_on_its_way_is_carried_on_by_the_look_up_and_its_goods_are_awaited_once(
    tryton_orders: TrytonOrdersPeer,
    procurement: Any,
    tryton_itself: TrytonClient,
    number: str,
    button: str,
    trouble: Trouble,
) -> None:
    tryton_orders.plan(f"model.purchase.purchase.{button}", trouble)
    with pytest.raises(Uncertain):
        await placed(procurement, number)
    [found] = await procurement.books()[Kind.order].find([wire_key(number)])
    assert (found.stands, found.quantity, found.amount) == (True, Decimal(10), Decimal("125.00"))
    assert await procurement.books()[Kind.order].get(found.reference) == found
    assert [(move["state"], move["quantity"]) for move in await moves(tryton_itself, number)] == [
        ("draft", Decimal(10))
    ]


async def test_what_is_refused_on_its_way_is_cancelled_and_not_found(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    with pytest.raises(BusinessRefusal):
        await placed(procurement, number, supplier="300")
    assert await procurement.books()[Kind.order].find([wire_key(number)]) == ()
    assert await procurement.order(facility="NORTH", number=number) is None
    [left] = await tryton_itself.rows("purchase.purchase", [["description", "=", number]], ["state", "reference"])
    assert (left["state"], left["reference"]) == ("cancelled", f"refused {wire_key(number)}")


async def test_an_order_is_told_as_it_was_said(procurement: Any, number: str) -> None:
    said = order(
        number,
        supplier="200",
        type="confirming",
        price="1.25",
        per=100,
        freight_terms="added",
        tax_exempt=False,
        ship_to="Dock 4\nNorth campus",
        rush_reference="by phone, Ms Doe",
        line={
            "item": "4702",
            "supplier_item": "GM-4702",
            "description": "Größe 5½",
            "unit": "box",
            "base_factor": Decimal(10),
            "price_factor": Decimal(10),
            "contract": await tiered(procurement),
            "match": "order",
            "close_tolerance": Decimal("2.5"),
            "need_by": date(2026, 12, 24),
            "cancelled": Decimal(3),
        },
    )
    await procurement.books()[Kind.order].post(said, wire_key=wire_key(number))
    now = await told(procurement, number)
    # What was cancelled before it was ordered is not ordered.
    line = said.lines[0].model_copy(update={"quantity": Decimal(7), "cancelled": Decimal(0)})
    kept = {"lines": (line,), "ship_to": "Dock 4 North campus", "source": now.source, "occurred": now.occurred}
    assert now == said.model_copy(update={**kept, "recorded": now.recorded})


async def test_services_and_freight_are_bought_without_goods_that_are_awaited(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    said = order(number, supplier=SUPPLIER)
    lines = [
        said.lines[0].model_copy(update={"line": 2, "item": None, "kind": kind}) for kind in LineKind if kind != "goods"
    ]
    both = tuple(one.model_copy(update={"line": place}) for place, one in enumerate(lines, start=2))
    await procurement.books()[Kind.order].post(
        said.model_copy(update={"lines": (*said.lines, *both)}), wire_key=wire_key(number)
    )
    now = await told(procurement, number)
    assert [(line.line, line.kind, line.item) for line in now.lines] == [
        (1, LineKind.goods, "4711"),
        (2, LineKind.service, None),
        (3, LineKind.freight, None),
    ]
    assert len(await moves(tryton_itself, number)) == 1


async def test_goods_that_were_used_already_are_ordered_by_lot_and_not_awaited(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    lots = (ExactLot(lot="L1", serial="S1", quantity=Decimal(1)), ExactLot(lot="L2", quantity=Decimal(2)))
    await placed(procurement, number, quantity="3", type="bill-only", line={"item": "4701", "lots": lots})
    now = await told(procurement, number)
    assert (now.type, now.lines[0].item, now.lines[0].kind, now.lines[0].lots) == (
        "bill-only",
        "4701",
        LineKind.goods,
        lots,
    )
    assert await moves(tryton_itself, number) == []


async def test_a_buyers_own_order_is_told_by_trytons_number_and_a_draft_is_left_to_the_buyer(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    posted = await placed(procurement, number)
    like = int(posted.split("-")[1])
    [own] = await tryton_itself._call("purchase.purchase.copy", [[like], {"description": None}], is_write=True)
    book = procurement.books()[Kind.order]
    assert await book.get(f"po-{own}") is None
    [draft] = await tryton_itself.rows("purchase.purchase", [["id", "=", own]], ["state"])
    assert draft["state"] == "draft"
    for button in ("quote", "confirm"):
        await tryton_itself.press("purchase.purchase", button, own, audience=BUYER)
    [row] = await tryton_itself.rows("purchase.purchase", [["id", "=", own]], ["number"])
    now = await told(procurement, row["number"])
    assert (now.number, now.version, now.lines[0].item) == (row["number"], 1, "4711")
    found = await book.get(f"po-{own}")
    assert (found.wire_key, found.stands) == ("", True)


async def test_what_nobody_may_change_any_more_is_no_lack_of_a_right(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    await placed(procurement, number)
    [line] = await tryton_itself.rows("purchase.line", [["purchase.description", "=", number]], ["id"])
    with pytest.raises(BusinessRefusal, match="rule of its own"):
        await tryton_itself.write("purchase.line", line["id"], {"quantity": 3.0}, audience=BUYER)


async def test_contracts_have_the_tiers_and_the_order_in_which_tryton_asks_for_prices(procurement: Any) -> None:
    first, second = await procurement.contracts(facility="NORTH", item="4702")
    assert (first.supplier, first.rank, first.tiers, first.price_for(Decimal(500)).amount) == (
        "100",
        1,
        (),
        Decimal(10),
    )
    assert (second.supplier, second.rank, second.supplier_item, second.price) == (
        "200",
        2,
        "GM-4702",
        UnitPrice(amount=Decimal("9.5"), currency="USD"),
    )
    assert second.tiers == tuple(
        PriceTier(from_quantity=Decimal(quantity), amount=Decimal(amount))
        for quantity, amount in ((10, "9.0"), (100, "8.25"))
    )
    assert second.holds_on(DAY)


async def test_a_budget_is_advisory_and_less_by_what_is_on_order_until_that_is_taken_back(
    procurement: Any, number: str
) -> None:
    before = await procurement.budget(facility="NORTH", cost_centre="4120", on=DAY)
    assert (before.control, before.currency) == ("advisory", "USD")
    posted = await placed(procurement, number, line={"cost_centre": "4120"})
    amid = await procurement.budget(facility="NORTH", cost_centre="4120", on=DAY)
    assert amid.available == before.available - 125
    next_year = await procurement.budget(facility="NORTH", cost_centre="4120", on=date(2027, 5, 1))
    assert next_year.available == Decimal(10_000)
    await procurement.books()[Kind.order].take_back(posted, on=DAY, wire_key="")
    assert await procurement.budget(facility="NORTH", cost_centre="4120", on=DAY) == before


async def test_where_there_is_no_budget_none_binds_and_nothing_is_ever_set_aside(procurement: Any) -> None:
    for centre, on in (("4130", DAY), ("4110", date(2031, 1, 1)), ("NONE", DAY)):
        found = await procurement.budget(facility="NORTH", cost_centre=centre, on=on)
        assert (found.control, found.available) == ("none", None)
    assert Kind.reservation not in procurement.books()


async def test_a_number_names_an_order_of_the_facility_or_else_of_another(procurement: Any, number: str) -> None:
    await placed(procurement, number, facility="SOUTH")
    assert (await told(procurement, number)).facility == "SOUTH"
    await placed(procurement, number, key=f"{number} north")
    assert (await told(procurement, number)).facility == "NORTH"


async def test_each_verb_takes_as_few_calls_as_it_can(
    tryton_orders: TrytonOrdersPeer, procurement: Any, number: str
) -> None:
    await placed(procurement, f"{number}-1")
    calls = [tryton_orders.calls_so_far()]

    def spent() -> int:
        calls.append(tryton_orders.calls_so_far())
        return calls[-1] - calls[-2]

    posted = await placed(procurement, number)
    assert spent() == 3
    await procurement.books()[Kind.order].find([wire_key(number)])
    assert spent() == 1
    await told(procurement, number)
    assert spent() == 1
    amendment = await changed(procurement, number)
    assert spent() == 4
    await procurement.books()[Kind.order_change].take_back(amendment, on=DAY, wire_key="")
    assert spent() == 5
    await procurement.books()[Kind.order].take_back(posted, on=DAY, wire_key="")
    assert spent() == 3
