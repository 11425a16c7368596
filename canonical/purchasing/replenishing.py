"""Policy of replenishment: when orders are made, what passes without an approver, how long a supplier may take to answer."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from canonical.clock import Clock
from canonical.errors import Audience
from canonical.ladder import Ladder, Rung
from canonical.model import Frozen

A_DAY = timedelta(days=1)


class OrderCalendar(Frozen):
    """When baskets are closed: `every` so long, counted in UTC from `at` after midnight; on these weekdays, 0 is Monday."""

    every: timedelta = Field(default=A_DAY, gt=timedelta(0))
    at: timedelta = Field(default=timedelta(hours=18), ge=timedelta(0), lt=A_DAY)
    weekdays: tuple[int, ...] = Field(default=(0, 1, 2, 3, 4), min_length=1)

    def closes(self, moment: datetime) -> datetime:
        """The first cut-off after a moment."""
        start = datetime.combine(moment.astimezone(UTC).date(), time(), UTC) - A_DAY + self.at
        cut_off = start + ((moment - start) // self.every + 1) * self.every
        while cut_off.weekday() not in self.weekdays:
            cut_off += self.every
        return cut_off


class ReplenishingPolicy(Frozen):
    """What an order needs to be made, and what happens to what a supplier does not deliver.

    `ordered`: a request that its basket has not ordered; `acknowledgement`: an order that the supplier has not answered;
    `dates`: goods that it has not dated; `usage_sheet`: a surgical case for which its usage sheet is missing. A quantity
    of more than `cap` times the par level asks a person. A basket passes by rule up to `basket_limit`, each cost centre in
    it up to `cost_centre_limit`. `price_tolerance` is the percentage by which a supplier may raise an approved price.
    `cost_centres` by location; a location without one is its own. A supplier that did not deliver what a need asked of it is
    passed over for so long as `failed_rests` when the need comes again.
    """

    acknowledgement: Clock = Clock(look_again=timedelta(hours=1), overdue=timedelta(hours=24))
    ordered: Clock = Clock(look_again=timedelta(hours=12), overdue=timedelta(days=7))
    usage_sheet: Clock = Clock(look_again=timedelta(hours=12), overdue=timedelta(days=2))
    dates: Clock = Clock(look_again=timedelta(hours=12), overdue=timedelta(days=5))
    calendar: OrderCalendar = OrderCalendar()
    cap: Decimal = Field(default=Decimal(3), gt=0)
    cost_centres: dict[str, str] = {}
    basket_limit: Decimal = Field(default=Decimal(5000), ge=0)
    cost_centre_limit: Decimal = Field(default=Decimal(2500), ge=0)
    price_tolerance: Decimal = Field(default=Decimal(0), ge=0, le=100)
    approval: Ladder = Ladder(
        rungs=(Rung(after=timedelta(hours=4)), Rung(after=timedelta(hours=4), to=Audience.finance)),
    )
    approval_expires: timedelta = timedelta(days=3)
    back_orders: Literal["wait", "cancel", "re-source", "ask"] = "ask"
    refused: Literal["cancel", "re-source", "ask"] = "re-source"
    failed_rests: timedelta = Field(default=timedelta(days=7), ge=timedelta(0))
    sweep_every: timedelta = Field(default=timedelta(hours=1), gt=timedelta(0))
