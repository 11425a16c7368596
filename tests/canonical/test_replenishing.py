"""The rules of replenishment as pure functions: need, packs, calendar, price, authority, what an acknowledgement changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.documents.basket_run import PlacedOrder
from canonical.documents.contract import Contract, PriceTier, UnitPrice
from canonical.documents.order import Acknowledged, AcknowledgedLine, Acknowledgement, Order, OrderLine, OrderType
from canonical.documents.replenishment import ParStanding, Request, SpareStock
from canonical.documents.work_item import Share, ToApprove
from canonical.memory import Person
from canonical.purchasing.replenishing import OrderCalendar
from canonical.quantity import UnitFactor
from canonical.replenishing.acknowledging import (
    complete,
    lacking,
    refused,
    revised,
    strangers,
    taken_in,
    unanswered,
)
from canonical.replenishing.approving import authority, content_of
from canonical.replenishing.approving_anew import beyond
from canonical.replenishing.expecting import expected
from canonical.replenishing.need import fill, packed
from canonical.replenishing.pricing import priced, shares

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = NOON.date()
FEW = st.integers(min_value=0, max_value=50).map(Decimal)
STATUSES = st.sampled_from([one for one in Acknowledged if one not in (Acknowledged.not_on_order,)])
BOX = (UnitFactor(unit="box", per="each", factor=Decimal(10), since=date(2020, 1, 1)),)


def contract(**changes: object) -> Contract:
    """Boxes of ten, priced by the each."""
    price = UnitPrice(amount=Decimal(5), currency="USD")
    plain = {"contract": "C-1", "supplier": "ACME", "item": "4702", "price": price, "order_unit": "box"}
    return Contract.model_validate(plain | {"first": date(2020, 1, 1), "last": date(2099, 1, 1)} | changes)


def request(number: str = "R1", **changes: object) -> Request:
    """Two boxes."""
    plain = {"facility": "NORTH", "source": "portal", "number": number, "occurred": NOON, "supplier": "ACME"}
    more = {"basket": "B", "item": "4702", "quantity": 2, "unit": "box", "location": "OR-1", "cost_centre": "4100"}
    return Request.model_validate(plain | more | {"factors": BOX} | changes)


def placed(quantity: Decimal = Decimal(10)) -> PlacedOrder:
    """An order of one line, of which nothing was said."""
    price = UnitPrice(amount=Decimal(5), currency="USD")
    line = OrderLine(line=1, item="4702", quantity=quantity, price=price, location="OR-1", requests=("R1",))
    order = Order(
        facility="NORTH",
        source="basket",
        number="PO-B-1",
        occurred=NOON,
        supplier="ACME",
        currency="USD",
        ordered_on=DAY,
        lines=(line,),
    )
    return PlacedOrder(ordinal=1, supplier="ACME", order=order, approved=order, taken=(), told=True)


def said(*lines: AcknowledgedLine) -> Acknowledgement:
    """What a supplier says."""
    return Acknowledgement(
        facility="NORTH", source="s", number="A", occurred=NOON, order="PO-B-1", supplier="ACME", lines=lines
    )


@given(par=FEW, available=FEW, pending=FEW, spare=st.lists(FEW, max_size=4))
def test_a_need_is_met_exactly_and_nobody_gives_more_than_they_can_spare(
    par: Decimal, available: Decimal, pending: Decimal, spare: list[Decimal]
) -> None:
    givers = tuple(SpareStock(location=f"L{at}", quantity=one) for at, one in enumerate(spare))
    standing = ParStanding(facility="N", location="OR", item="I", par=par, available=available, spare=givers)
    plan = fill(standing, pending=pending)
    moved = sum((one.quantity for one in plan.transfers), Decimal(0))
    assert moved + plan.left == max(standing.need - pending, Decimal(0))
    can = {one.location: one.quantity for one in givers}
    assert all(0 < one.quantity <= can[one.location] for one in plan.transfers)


@given(base=st.integers(1, 500).map(Decimal), minimum=st.integers(0, 9).map(Decimal))
def test_packs_are_whole_and_cover_the_need(base: Decimal, minimum: Decimal) -> None:
    packs = packed(base, contract(minimum=minimum), factor=Decimal(10))
    assert packs == packs.to_integral_value() and packs * 10 >= base and packs >= minimum
    assert packs == minimum or (packs - 1) * 10 < base


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        ("2026-11-02T12:00:00Z", "2026-11-02T18:00:00Z"),
        ("2026-11-02T18:00:00Z", "2026-11-03T18:00:00Z"),
        ("2026-11-06T19:00:00Z", "2026-11-09T18:00:00Z"),
    ],
)
def test_a_basket_closes_at_the_next_cut_off_of_an_order_day(moment: str, closes: str) -> None:
    assert OrderCalendar().closes(datetime.fromisoformat(moment)) == datetime.fromisoformat(closes)


@given(seconds=st.integers(0, 10_000_000), every=st.integers(1, 200_000))
def test_a_cut_off_always_lies_ahead(seconds: int, every: int) -> None:
    moment = NOON + timedelta(seconds=seconds)
    calendar = OrderCalendar(every=timedelta(seconds=every))
    assert calendar.closes(moment) > moment and calendar.closes(moment).weekday() in calendar.weekdays


def test_the_tier_is_that_of_the_joined_quantity_and_each_cost_centre_bears_its_own() -> None:
    tiered = contract(tiers=(PriceTier(from_quantity=Decimal(40), amount=Decimal(4)),))
    found = priced([request(), request("R2", cost_centre="4200")], [tiered], on=DAY)
    assert [line.price.amount for line in found.lines] == [4, 4]
    assert [(one.cost_centre, one.amount) for one in shares(found.lines, "USD")] == [("4100", 80), ("4200", 80)]


def test_a_line_without_a_contract_or_a_factor_has_no_price_and_says_why() -> None:
    later = contract(first=date(2027, 1, 1))
    assert priced([request()], [later], on=DAY).without == {"R1": "no contract in force"}
    assert priced([request(factors=())], [contract()], on=DAY).without == {"R1": "no factor between its units"}


def test_an_approval_is_for_one_content_whatever_the_order_of_its_lines() -> None:
    lines = priced([request(), request("R2")], [contract()], on=DAY).lines
    dearer = priced([request(), request("R2")], [contract(price={"amount": 6, "currency": "USD"})], on=DAY).lines
    more = priced([request(), request("R2", quantity=3)], [contract()], on=DAY).lines
    assert content_of(lines) == content_of(lines[::-1])
    assert len({content_of(one) for one in (lines, dearer, more)}) == 3


def test_nobody_approves_their_own_request_nor_has_a_deputy_do_so() -> None:
    asked = ToApprove(
        content="X", currency="USD", shares=(Share(cost_centre="1", amount=Decimal(5)),), requested_by=("ana",)
    )
    ana = Person(person="ana", roles=(), cost_centres=("*",), approval_limit=Decimal(9))
    bob = Person(person="bob", roles=(), in_place_of=(ana,))
    boss = ana.model_copy(update={"person": "boss"})
    eve = Person(person="eve", roles=(), in_place_of=(ana, boss))
    assert "own request" in authority(ana, asked).why_not
    assert authority(bob, asked).why_not
    assert authority(eve, asked).in_place_of == "boss"


@given(
    answers=st.lists(
        st.lists(st.tuples(STATUSES, st.integers(1, 10).map(Decimal)), min_size=1, max_size=3), min_size=1, max_size=4
    )
)
def test_however_a_supplier_answers_nothing_wanted_is_lost_or_counted_twice(
    answers: list[list[tuple[Acknowledged, Decimal]]],
) -> None:
    one = placed()
    for lines in answers:
        one = taken_in(one, said(*(AcknowledgedLine(line=1, status=s, quantity=q, on=DAY) for s, q in lines)))
        order = revised(one)
        (line,) = order.lines
        assert 0 <= line.cancelled <= line.quantity
        open_quantity = line.quantity - line.cancelled
        offered = sum((p.quantity for p in one.parts if p.status is Acknowledged.substituted), Decimal(0))
        coming = sum((each.quantity for each in expected(one)), Decimal(0))
        assert coming + offered == open_quantity
        one = one.model_copy(update={"order": order})


def test_a_later_answer_takes_the_place_of_what_was_least_certain() -> None:
    first = taken_in(
        placed(),
        said(
            AcknowledgedLine(line=1, status=Acknowledged.accepted, quantity=Decimal(6), on=DAY),
            AcknowledgedLine(line=1, status=Acknowledged.back_ordered, quantity=Decimal(4)),
        ),
    )
    assert not complete(first) and unanswered(first, first.order.lines[0]) == 0
    then = taken_in(
        first, said(AcknowledgedLine(line=1, status=Acknowledged.accepted, quantity=Decimal(4), on=DAY + timedelta(7)))
    )
    assert complete(then)
    assert [(one.quantity, one.on) for one in expected(then)] == [(6, DAY), (4, DAY + timedelta(7))]


def test_what_is_refused_is_cancelled_and_lacking_until_it_is_provided_for() -> None:
    answered = taken_in(placed(), said(AcknowledgedLine(line=1, status=Acknowledged.rejected)))
    assert refused(answered, 1) == 10 and revised(answered).nothing_left
    assert [quantity for _, quantity in lacking(answered)] == [10]
    assert not lacking(answered.model_copy(update={"provided": {1: Decimal(10)}}))


def test_a_line_of_which_nothing_is_left_is_never_asked_to_be_approved() -> None:
    before = placed()
    substitute = before.order.lines[0].model_copy(update={"line": 2, "item": "4703"})
    dearer = before.order.model_copy(update={"lines": (*before.order.lines, substitute)})
    assert beyond(dearer, before.approved, tolerance=Decimal(0)) == (2,)
    gone = substitute.model_copy(update={"cancelled": substitute.quantity})
    without = before.order.model_copy(update={"lines": (*before.order.lines, gone)})
    assert not beyond(without, before.approved, tolerance=Decimal(0))


def _boxes() -> PlacedOrder:
    before = placed()
    price = UnitPrice(amount=Decimal(25), currency="USD", unit="box")
    line = before.order.lines[0].model_copy(update={"unit": "box", "base_factor": Decimal(50), "price": price})
    order = before.order.model_copy(update={"lines": (line,)})
    return before.model_copy(update={"order": order, "approved": order})


def _told_at(amount: str, unit: str, currency: str = "USD") -> AcknowledgedLine:
    price = UnitPrice(amount=Decimal(amount), currency=currency, unit=unit)
    return AcknowledgedLine(line=1, status=Acknowledged.price_changed, price=price)


@pytest.mark.parametrize(("amount", "unit", "worth"), [("27.50", "box", "27.50"), ("0.55", "each", "27.50")])
def test_a_changed_price_by_another_unit_of_the_line_is_held_against_what_was_approved(
    amount: str, unit: str, worth: str
) -> None:
    before = _boxes()
    order = revised(taken_in(before, said(_told_at(amount, unit))))
    assert order.lines[0].worth(Decimal(1)) == Decimal(worth)
    assert beyond(order, before.approved, tolerance=Decimal(0)) == (1,)


@pytest.mark.parametrize(
    "told", [_told_at("0.55", "pallet"), _told_at("27.50", "box", "EUR")], ids=["unit", "currency"]
)
def test_a_price_that_cannot_be_held_against_the_line_changes_nothing_and_is_told(told: AcknowledgedLine) -> None:
    before = _boxes()
    assert revised(taken_in(before, said(told))).lines[0].price == before.order.lines[0].price
    assert strangers(before.order, said(told)) == (told,)


def test_of_goods_used_before_they_were_ordered_a_supplier_may_confirm_none() -> None:
    before = placed()
    used = before.order.model_copy(update={"type": OrderType.bill_only})
    told = AcknowledgedLine(line=1, status=Acknowledged.quantity_changed, quantity=Decimal(0))
    answered = taken_in(before.model_copy(update={"order": used}), said(told))
    assert refused(answered, 1) == 10
