"""Accounting periods: the first open one takes what a closed one no longer can."""

from collections.abc import Sequence
from datetime import date

from canonical.model import Frozen


class Period(Frozen):
    """One accounting period of a legal entity, with its first and last day."""

    name: str
    first: date
    last: date
    open: bool


def posting_date(service_date: date, periods: Sequence[Period]) -> date | None:
    """The service date where its period is open, else the first day of the next open period; None where none is open."""
    for period in sorted(periods, key=lambda one: one.first):
        if period.last >= service_date and period.open:
            return max(service_date, period.first)
    return None
