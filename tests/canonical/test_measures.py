"""Money, quantities and periods."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.documents.costing import CostRule, cost_rule
from canonical.documents.item import Ownership
from canonical.documents.location import Keeping
from canonical.documents.usage import Disposition
from canonical.money import Money
from canonical.period import Period, posting_date
from canonical.quantity import UnitFactor, factor_between


def test_money_of_two_currencies_is_never_added() -> None:
    with pytest.raises(ValueError, match="cannot add EUR to USD"):
        Money(amount=Decimal(1), currency="USD") + Money(amount=Decimal(1), currency="EUR")


@given(st.decimals(min_value=0, max_value=10**6, places=4), st.integers(min_value=1, max_value=1000))
def test_an_amount_is_rounded_once_when_it_is_posted(price: Decimal, count: int) -> None:
    posted = Money(amount=price, currency="USD").times(Decimal(count)).amount
    assert posted == posted.quantize(Decimal("0.01"))
    assert abs(posted - price * count) <= Decimal("0.005")


def test_the_newest_factor_in_force_on_the_day_counts() -> None:
    rows = [
        UnitFactor(unit="box", per="each", factor=Decimal(10), since=date(2026, 1, 1)),
        UnitFactor(unit="box", per="each", factor=Decimal(12), since=date(2026, 6, 1)),
    ]
    assert factor_between("box", "each", rows, on=date(2026, 5, 31)) == 10
    assert factor_between("box", "each", rows, on=date(2026, 6, 1)) == 12
    assert factor_between("box", "each", rows, on=date(2025, 6, 1)) is None
    assert factor_between("each", "each", (), on=date(2026, 6, 1)) == 1


def _month(number: int, *, is_open: bool) -> Period:
    return Period(name=f"2026-{number:02}", first=date(2026, number, 1), last=date(2026, number, 28), open=is_open)


def test_a_closed_period_sends_the_posting_to_the_first_open_one() -> None:
    periods = [_month(11, is_open=True), _month(10, is_open=False), _month(9, is_open=True)]
    assert posting_date(date(2026, 10, 15), periods) == date(2026, 11, 1)
    assert posting_date(date(2026, 11, 15), periods) == date(2026, 11, 15)
    assert posting_date(date(2026, 12, 1), periods) is None


@pytest.mark.parametrize(
    ("ownership", "keeping", "rule"),
    [
        (Ownership.owned, Keeping.perpetual, CostRule.expense_against_stock),
        (Ownership.owned, Keeping.par, CostRule.expensed_at_issue),
        (Ownership.consigned, Keeping.perpetual, CostRule.expense_against_received_not_invoiced),
        (Ownership.bill_only, Keeping.par, CostRule.expense_against_received_not_invoiced),
        (Ownership.sample, Keeping.perpetual, CostRule.sample_at_zero),
    ],
)
def test_cost_follows_ownership_and_place(ownership: Ownership, keeping: Keeping, rule: CostRule) -> None:
    assert cost_rule(ownership, keeping, Disposition.consumed) is rule


def test_what_was_given_as_a_sample_costs_nothing_whoever_owned_it() -> None:
    assert cost_rule(Ownership.owned, Keeping.perpetual, Disposition.sample) is CostRule.sample_at_zero
