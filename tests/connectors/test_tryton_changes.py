"""Changes of orders on Tryton: a buyer's and ours, left on their way, taken back, and those that no amendment can make."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.errors import BusinessRefusal, Uncertain
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import TrytonClient
from tests.connectors.buying import BUYER, CUTS, amended, changed, content, moves, placed, received, told
from tests.connectors.contract.peers.tryton_orders import TrytonOrdersPeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import DAY


@pytest.mark.parametrize("trouble", CUTS)
async def test_a_change_left_on_its_way_is_carried_on_by_the_look_up_and_counts_once(
    tryton_orders: TrytonOrdersPeer, procurement: Any, number: str, trouble: Trouble
) -> None:
    await placed(procurement, number)
    tryton_orders.plan("model.purchase.amendment.validate_amendment", trouble)
    with pytest.raises(Uncertain):
        await changed(procurement, number)
    [found] = await procurement.books()[Kind.order_change].find([wire_key(f"{number} 2")])
    assert (found.stands, found.quantity) == (True, Decimal(6))
    now = await told(procurement, number)
    assert (now.version, now.lines[0].quantity) == (2, Decimal(6))


async def test_a_line_under_contract_is_changed_and_changed_back(procurement: Any, number: str) -> None:
    line = {"contract": (await procurement.contracts(facility="NORTH", item="4711"))[0].contract}
    await placed(procurement, number, line=line)
    change = await changed(procurement, number, line=line)
    assert (await told(procurement, number)).lines[0].quantity == 6
    await procurement.books()[Kind.order_change].take_back(change, on=DAY, wire_key="")
    now = (await told(procurement, number)).lines[0]
    assert (now.quantity, now.contract) == (10, line["contract"])


@pytest.mark.parametrize("kind", [Kind.order, Kind.order_change])
@pytest.mark.parametrize("trouble", CUTS)
async def test_a_way_back_that_was_begun_is_gone_to_its_end_by_the_look_up(
    tryton_orders: TrytonOrdersPeer, procurement: Any, number: str, kind: Kind, trouble: Trouble
) -> None:
    posted = await placed(procurement, number)
    if kind is Kind.order_change:
        posted = await changed(procurement, number)
    book = procurement.books()[kind]
    tryton_orders.plan("model.purchase.amendment.validate_amendment", trouble)
    with pytest.raises(Uncertain):
        await book.take_back(posted, on=DAY, wire_key="")
    key = wire_key(number if kind is Kind.order else f"{number} 2")
    [found] = await book.find([key])
    assert (found.reference, found.live) == (posted, False)
    now = await told(procurement, number)
    assert now.nothing_left is (kind is Kind.order)


async def test_a_buyers_amendment_is_told_and_what_was_changed_upon_an_older_revision_is_refused(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    await placed(procurement, number)
    await amended(tryton_itself, number, quantity=8.0, unit_price=Decimal("11.0000"))
    now = await told(procurement, number)
    assert (now.version, now.lines[0].quantity, now.lines[0].price.amount) == (2, Decimal(8), Decimal(11))
    with pytest.raises(BusinessRefusal, match="changed in Tryton"):
        await changed(procurement, number)
    assert await procurement.books()[Kind.order_change].find([wire_key(f"{number} 2")]) == ()
    await changed(procurement, number, version=3)
    assert (await told(procurement, number)).version == 3


async def test_a_delivery_that_a_buyer_awaits_no_more_is_cancelled_in_a_revision_of_its_own(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    await placed(procurement, number)
    [move] = await moves(tryton_itself, number)
    await tryton_itself.press("stock.move", "cancel", move["id"], audience=BUYER)
    assert (await told(procurement, number)).lines[0].cancelled == 0
    [line] = await tryton_itself.rows("purchase.line", [["moves", "=", move["id"]]], ["id"])
    await tryton_itself.write("purchase.line", line["id"], {"moves_ignored": [["add", [move["id"]]]]}, audience=BUYER)
    now = await told(procurement, number)
    assert (now.version, now.lines[0].quantity, now.lines[0].cancelled) == (2, Decimal(10), Decimal(10))


async def test_a_day_that_a_buyer_has_put_is_told(procurement: Any, tryton_itself: TrytonClient, number: str) -> None:
    await placed(procurement, number, line={"need_by": date(2027, 1, 10)})
    assert (await told(procurement, number)).lines[0].need_by == date(2027, 1, 10)
    [move] = await moves(tryton_itself, number)
    await tryton_itself.write("stock.move", move["id"], {"planned_date": date(2027, 2, 20)}, audience=BUYER)
    assert (await told(procurement, number)).lines[0].need_by == date(2027, 2, 20)


async def test_changes_are_taken_back_from_the_last_to_the_first_and_the_order_is_as_it_was(
    procurement: Any, number: str
) -> None:
    await placed(procurement, number, line={"description": "Knee"})
    first = await changed(procurement, number, price="10.00", line={"item": "4703", "description": "Hip"})
    amid = await told(procurement, number)
    second = await changed(procurement, number, quantity="2", version=3)
    book = procurement.books()[Kind.order_change]
    with pytest.raises(BusinessRefusal, match="changed again"):
        await book.take_back(first, on=DAY, wire_key="")
    await book.take_back(second, on=DAY, wire_key="")
    assert content(await told(procurement, number)) == content(amid)
    await book.take_back(first, on=DAY, wire_key="")
    now = await told(procurement, number)
    line = now.lines[0]
    assert (now.version, line.item, line.description) == (1, "4711", "Knee")
    assert (line.quantity, line.price.amount) == (Decimal(10), Decimal("12.5"))


async def test_of_a_change_that_was_sent_twice_one_is_taken_back_and_then_the_other(
    procurement: Any, number: str
) -> None:
    await placed(procurement, number)
    both = [await changed(procurement, number) for _ in range(2)]
    book = procurement.books()[Kind.order_change]
    await book.take_back(both[0], on=DAY, wire_key="")
    assert (await told(procurement, number)).lines[0].quantity == 6
    await book.take_back(both[1], on=DAY, wire_key="")
    now = await told(procurement, number)
    assert (now.version, now.lines[0].quantity) == (1, Decimal(10))


async def test_what_has_come_is_neither_taken_back_nor_changed_away(
    procurement: Any, tryton_itself: TrytonClient, number: str
) -> None:
    posted = await placed(procurement, number)
    half = await changed(procurement, number, quantity="20", version=2)
    await received(tryton_itself, number, 12)
    with pytest.raises(BusinessRefusal, match="received"):
        await procurement.books()[Kind.order].take_back(posted, on=DAY, wire_key="")
    with pytest.raises(BusinessRefusal, match="received"):
        await changed(procurement, number, quantity="11", version=3)
    with pytest.raises(BusinessRefusal, match="received"):
        await procurement.books()[Kind.order_change].take_back(half, on=DAY, wire_key="")
    # Of a line that is closed no more is awaited than what came.
    await changed(procurement, number, quantity="20", version=3, line={"closed": True})
    assert (await told(procurement, number)).lines[0].quantity == 12
    assert [move["state"] for move in await moves(tryton_itself, number)] == ["done"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"line": {"line": 2}}, "adds no line"),
        ({"line": {"cost_centre": "4120"}}, "cost centre"),
        ({"supplier": "200"}, "supplier"),
        ({"line": {"unit": "box", "base_factor": Decimal(10)}}, "unit"),
    ],
)
async def test_what_no_amendment_can_change_is_refused(
    procurement: Any, number: str, more: dict[str, Any], why: str
) -> None:
    await placed(procurement, number)
    with pytest.raises(BusinessRefusal, match=why):
        await changed(procurement, number, **more)
    assert (await told(procurement, number)).version == 1
