"""What a supplier does not deliver of a need, and which source is asked when the need comes again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from canonical.documents.basket_run import PlacedOrder
from canonical.documents.contract import Contract, UnitPrice
from canonical.documents.item import Ownership
from canonical.documents.order import Acknowledged, AcknowledgedLine, Acknowledgement, Order
from canonical.documents.replenishment import Request
from canonical.documents.request_run import RequestRun
from canonical.quantity import UnitFactor
from canonical.replenishing.acknowledging import back_orders, cancelled, of_cancelled, provided, revised, taken_in
from canonical.replenishing.falling_short import shortfalls
from canonical.replenishing.pricing import order_lines, priced
from canonical.replenishing.sourcing import contracted_for, next_source, source_to_ask, substitute

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = NOON.date()
A = Acknowledged
BOX = (UnitFactor(unit="box", per="each", factor=Decimal(10), since=date(2020, 1, 1)),)


def contract(supplier: str = "ACME", rank: int = 1, **changes: object) -> Contract:
    """Boxes of ten of one maker."""
    price = UnitPrice(amount=Decimal(5), currency="USD")
    plain = {"contract": f"C-{supplier}", "supplier": supplier, "item": "4702", "price": price, "order_unit": "box"}
    dates = {"first": date(2020, 1, 1), "last": date(2099, 1, 1)}
    return Contract.model_validate(plain | dates | {"manufacturer": "MEDI", "rank": rank} | changes)


def placed() -> PlacedOrder:
    """Five boxes of one request, of which nothing was said."""
    request = Request(
        facility="NORTH",
        source="OR-1",
        number="R1",
        occurred=NOON,
        supplier="ACME",
        basket="B",
        item="4702",
        quantity=Decimal(5),
        unit="box",
        location="OR-1",
        cost_centre="4100",
        factors=BOX,
    )
    lines = priced([request], [contract()], on=DAY).lines
    order = Order(
        facility="NORTH",
        source="basket",
        number="PO-B-1",
        occurred=NOON,
        supplier="ACME",
        currency="USD",
        ordered_on=DAY,
        lines=order_lines(lines),
    )
    return PlacedOrder(ordinal=1, supplier="ACME", order=order, approved=order, taken=lines, told=True)


def answer(*parts: tuple[Acknowledged, int]) -> Acknowledgement:
    """What the supplier says of so many boxes."""
    lines = tuple(AcknowledgedLine(line=1, status=status, quantity=Decimal(quantity)) for status, quantity in parts)
    return Acknowledgement(
        facility="NORTH", source="s", number="A", occurred=NOON, order="PO-B-1", supplier="ACME", lines=lines
    )


def said(one: PlacedOrder, *parts: tuple[Acknowledged, int]) -> PlacedOrder:
    """The order once its supplier has said this of so many boxes."""
    return taken_in(one, answer(*parts))


@pytest.mark.parametrize(
    ("parts", "short", "lacking"),
    [
        (((A.accepted, 5),), 0, False),
        (((A.date_changed, 5),), 0, False),
        (((A.back_ordered, 5),), 0, False),
        (((A.rejected, 5),), 5, True),
        (((A.deleted, 2), (A.accepted, 3)), 2, True),
        (((A.quantity_changed, 3),), 2, True),
        (((A.quantity_changed, 6),), 0, False),
    ],
)
def test_what_is_refused_falls_short_and_nothing_else(
    parts: tuple[tuple[Acknowledged, int], ...], short: int, lacking: bool
) -> None:
    found = shortfalls(said(placed(), *parts), withdrawn=())
    assert [(one.quantity, one.base, one.lacking) for one in found] == ([(short, short * 10, lacking)] if short else [])


def test_a_back_order_that_is_cancelled_falls_short_and_is_not_sought_elsewhere() -> None:
    waiting = said(placed(), (A.accepted, 3), (A.back_ordered, 2))
    lines = [part.line for part in back_orders(waiting)]
    (here,) = shortfalls(cancelled(waiting, lines, provided=True), withdrawn=())
    (elsewhere,) = shortfalls(cancelled(waiting, lines, provided=False), withdrawn=())
    assert (here.quantity, here.lacking, elsewhere.lacking) == (2, False, True)


@pytest.mark.parametrize(
    ("parts", "late", "coming"),
    [
        (((A.accepted, 3),), False, 3),
        (((A.accepted, 5),), True, 3),
        (((A.quantity_changed, 4),), True, 3),
        (((A.back_ordered, 5),), True, 3),
        (((A.rejected, 5),), False, 0),
    ],
)
def test_what_was_cancelled_on_our_side_stays_so_whatever_its_supplier_says_later(
    parts: tuple[tuple[Acknowledged, int], ...], late: bool, coming: int
) -> None:
    waiting = said(placed(), (A.accepted, 3), (A.back_ordered, 2))
    ours = cancelled(waiting, [1], provided=True)
    words = answer(*parts)
    assert bool(of_cancelled(ours, words)) == late
    (line,) = revised(taken_in(ours, words)).lines
    assert line.quantity - line.cancelled == coming


def test_all_that_is_left_is_accepted_without_what_was_cancelled_or_refused() -> None:
    waiting = said(placed(), (A.accepted, 2), (A.rejected, 1), (A.back_ordered, 2))
    ours = cancelled(waiting, [1], provided=True)
    all_of_it = AcknowledgedLine(line=1, status=A.date_changed, on=DAY)
    told = answer((A.accepted, 1)).model_copy(update={"lines": (all_of_it,)})
    (line,) = revised(taken_in(ours, told)).lines
    assert line.quantity - line.cancelled == 2


def test_what_is_provided_for_or_no_longer_asked_for_does_not_lack() -> None:
    refused = said(placed(), (A.rejected, 5))
    assert not shortfalls(refused, withdrawn=("R1",))
    (short,) = shortfalls(provided(refused, [1]), withdrawn=())
    assert not short.lacking


def test_a_substitute_that_is_taken_makes_up_for_what_it_stands_in_for() -> None:
    offered = taken_in(
        placed(),
        Acknowledgement(
            facility="NORTH",
            source="s",
            number="A",
            occurred=NOON,
            order="PO-B-1",
            supplier="ACME",
            lines=(AcknowledgedLine(line=1, status=A.substituted, quantity=Decimal(5), item="4799"),),
        ),
    )
    contracts = [contract(), contract(item="4799", replaces="4702")]
    assert not shortfalls(substitute(offered, offered.parts[0], contracts, on=DAY, as_approved=True), withdrawn=())


def test_the_need_hears_what_is_still_to_come_only_where_somebody_sees_to_it() -> None:
    refused = said(placed(), (A.rejected, 2), (A.accepted, 3))
    (short,) = shortfalls(refused, withdrawn=())
    sought = short.told("", by=refused, at=NOON)
    assert sought.again is not None
    assert (sought.failed, sought.order, sought.again.quantity, sought.base) == ("ACME", "PO-B-1", 2, 20)
    given_up = short.told("not delivered", by=refused, at=NOON)
    assert (given_up.failed, given_up.order, given_up.again) == ("ACME", "PO-B-1", None)
    none_of_it = said(placed(), (A.rejected, 5))
    assert shortfalls(none_of_it, withdrawn=())[0].told("not delivered", by=none_of_it, at=NOON).order == ""


BETA, OTHERS = contract("BETA", 2), contract("GAMMA", 3, manufacturer="OTHERS")
UNSAID = contract("DELTA", 4, manufacturer="")
ENDED = contract(last=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("contracts", "failed", "asked"),
    [
        ((contract(), BETA), (), "ACME"),
        ((contract(), BETA), ("ACME",), "BETA"),
        ((contract(), BETA), ("BETA",), "ACME"),
        ((contract(), BETA), ("ACME", "BETA"), None),
        ((contract(), OTHERS), ("ACME",), None),
        ((contract(), OTHERS, contract("BETA", 4)), ("ACME",), "BETA"),
        ((contract(manufacturer=""), UNSAID), ("ACME",), None),
        ((contract(),), ("ACME",), None),
        ((ENDED, BETA), ("ACME",), "BETA"),
        ((), (), None),
    ],
)
def test_who_failed_lately_is_passed_over_for_the_next_source_of_the_same_makers_item(
    contracts: tuple[Contract, ...], failed: tuple[str, ...], asked: str | None
) -> None:
    found = source_to_ask("4702", contracts, failed=failed, on=DAY)
    assert (found.supplier if found is not None else None) == asked


def test_consigned_stock_is_refilled_by_its_owner_and_owned_stock_bought_under_a_contract_to_buy() -> None:
    owner = contract("BETA", 2, ownership=Ownership.consigned)
    both = (contract(), owner)
    assert contracted_for(Ownership.consigned, both) == (owner,)
    assert contracted_for(Ownership.owned, both) == (contract(),)
    assert contracted_for(Ownership.consigned, (contract(),)) == (contract(),)


def test_whose_contract_has_ended_meanwhile_still_says_whose_item_it_was() -> None:
    assert next_source("4702", [ENDED, OTHERS], of="ACME", tried=("ACME",), on=DAY) is None
    found = next_source("4702", [ENDED, BETA], of="ACME", tried=("ACME",), on=DAY)
    assert found == BETA


def test_a_source_has_failed_lately_until_it_has_rested() -> None:
    week = timedelta(days=7)
    run = RequestRun(failed={"BETA": NOON - week, "ACME": NOON - week + timedelta(seconds=1)})
    assert run.failed_lately(NOON, rests=week) == ("ACME",)
    assert run.failed_lately(NOON, rests=timedelta(0)) == ()
    assert run.for_the_next_need().failed == run.failed
