"""Money: a decimal amount that never travels without its currency."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from canonical.model import Frozen

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
CENT = Decimal("0.01")


class Money(Frozen):
    """An amount in one currency (ISO 4217). Sums across currencies are refused.

    >>> Money(amount=Decimal("19.995"), currency="USD").posted().amount
    Decimal('20.00')
    """

    amount: Decimal = Field(max_digits=20, decimal_places=6)
    currency: Currency

    def __add__(self, other: "Money") -> "Money":
        """Sum of the same currency; `ValueError` otherwise."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def times(self, factor: Decimal) -> "Money":
        """The amount for `factor` units, rounded for posting (half to even, two places)."""
        return Money(amount=(self.amount * factor).quantize(CENT, ROUND_HALF_EVEN), currency=self.currency)

    def posted(self) -> "Money":
        """The amount as a ledger takes it: two places, half to even."""
        return self.times(Decimal(1))
