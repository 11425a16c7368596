"""Goods of the supplier's own: agreement with its usage sheet, and the cap of a construct."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.documents.contract import Contract, UnitPrice
from canonical.documents.order import ExactLot
from canonical.documents.replenishment import PricedLine, Request, RequestKind, SheetLine
from canonical.ownership.agreement import differences
from canonical.ownership.construct import capped, worth

CASE = "case_" + "A" * 26


def request(item: str = "4701", quantity: int = 1, *, number: str = "U-1", **lot: str) -> Request:
    return Request(
        facility="NORTH",
        source="wards",
        number=number,
        occurred=datetime(2026, 11, 2, tzinfo=UTC),
        kind=RequestKind.bill_only,
        supplier="100001",
        basket="100001-B1",
        item=item,
        quantity=Decimal(quantity),
        location="OR-1",
        cost_centre="4110",
        lots=(ExactLot(quantity=Decimal(quantity), **lot),) if lot else (),
        surgical_case=CASE,
    )


def sheet(item: str = "4701", quantity: int = 1, **lot: str) -> SheetLine:
    return SheetLine(item=item, quantity=Decimal(quantity), **lot)


def test_the_same_serials_agree_however_they_are_grouped() -> None:
    used = [request(serial="S1"), request(serial="S2", number="U-2"), request("4702", 3, lot="L1", number="U-3")]
    written = [sheet("4702", 2, lot="L1"), sheet(serial="S2"), sheet(serial="S1"), sheet("4702", lot="L1")]
    assert differences(used, written) == ()


@pytest.mark.parametrize(
    ("used", "written", "words"),
    [
        ([request(serial="S1")], [], "1 of item 4701 used, and not on the supplier's sheet"),
        ([], [sheet(serial="S1")], "1 of item 4701 on the supplier's sheet, and not reported as used"),
        ([request(quantity=2, lot="L1")], [sheet(quantity=3, lot="L1")], "2 of item 4701 used, and 3 on the sheet"),
    ],
)
def test_a_difference_is_told_without_lot_or_serial(used: list[Request], written: list[SheetLine], words: str) -> None:
    assert [one.words for one in differences(used, written)] == [words]


def test_another_serial_is_two_differences() -> None:
    found = differences([request(serial="S1")], [sheet(serial="S2")])
    assert [(one.serial, one.used, one.on_sheet) for one in found] == [("S1", 1, 0), ("S2", 0, 1)]


def contract(cap: str | None) -> Contract:
    return Contract(
        contract="K-1",
        supplier="100001",
        item="4701",
        price=UnitPrice(amount=Decimal(1000), currency="USD"),
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        construct_cap=None if cap is None else Decimal(cap),
    )


def line(amount: str, quantity: int = 1, *, under: str = "K-1") -> PricedLine:
    return PricedLine(
        request=request(),
        contract=under,
        order_quantity=Decimal(quantity),
        order_unit="each",
        base_factor=Decimal(1),
        price=UnitPrice(amount=Decimal(amount), currency="USD"),
        price_factor=Decimal(1),
    )


@pytest.mark.parametrize("cap", [None, "3000", "2500.00"])
def test_a_construct_within_its_cap_keeps_its_prices(cap: str | None) -> None:
    lines = (line("1000", 2), line("500"))
    assert capped(lines, {"K-1": contract(cap)}) == lines


def test_above_the_cap_every_line_gives_in_by_the_same_share() -> None:
    lines = (line("1000", 2), line("500"), line("700", under="K-2"))
    given_in = capped(lines, {"K-1": contract("2000")})
    assert [one.price.amount for one in given_in] == [Decimal("800.00"), Decimal("400.00"), Decimal(700)]


@given(
    st.lists(st.tuples(st.decimals("0.01", "9999", places=2), st.integers(1, 9)), min_size=1, max_size=8),
    st.decimals("0", "20000", places=2),
)
def test_no_construct_costs_more_than_its_cap_and_none_a_cent_a_unit_less(
    prices: list[tuple[Decimal, int]], cap: Decimal
) -> None:
    lines = tuple(line(str(amount), quantity) for amount, quantity in prices)
    before = sum(worth(one) for one in lines)
    after = sum(worth(one) for one in capped(lines, {"K-1": contract(str(cap))}))
    assert after <= max(min(before, cap), Decimal(0))
    smallest = min(quantity for _, quantity in prices)
    assert after == before if before <= cap else cap - after < Decimal("0.01") * smallest
