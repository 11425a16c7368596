"""Quantity: a decimal amount with its unit; conversions are rows of data (item, from, to, factor, since)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from canonical.model import Frozen

Unit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{0,9}$")]
EACH = "each"


class Quantity(Frozen):
    """So many of a unit, for example 2 box."""

    amount: Decimal = Field(max_digits=18, decimal_places=6, gt=0)
    unit: Unit


class UnitFactor(Frozen):
    """One `unit` holds `factor` of `per`, since a date: `box = 10 each since 2026-01-01`."""

    unit: Unit
    per: Unit
    factor: Decimal = Field(gt=0, max_digits=18, decimal_places=6)
    since: date


def factor_between(unit: str, per: str, factors: Sequence[UnitFactor], *, on: date) -> Decimal | None:
    """How many `per` one `unit` holds on a date: the newest row in force; None where no row says."""
    if unit == per:
        return Decimal(1)
    in_force = [row for row in factors if row.unit == unit and row.per == per and row.since <= on]
    return max(in_force, key=lambda row: row.since).factor if in_force else None
