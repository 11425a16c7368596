"""Contract: what a supplier has agreed to sell an item for, in which tier, from when until when."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import Field

from canonical.documents.document import Code
from canonical.documents.item import Ownership
from canonical.model import Frozen
from canonical.money import Currency
from canonical.quantity import Unit


class UnitPrice(Frozen):
    """A price as the trade writes it: so much for `per` of a unit, for example 12.50 USD for 100 each."""

    amount: Decimal = Field(ge=0, max_digits=18, decimal_places=6)
    currency: Currency
    per: Decimal = Field(default=Decimal(1), gt=0, max_digits=12, decimal_places=4)
    unit: Unit = "each"

    def extended(self, quantity: Decimal) -> Decimal:
        """What `quantity` of the price's own unit comes to, unrounded."""
        return self.amount * quantity / self.per


class PriceTier(Frozen):
    """From this ordered quantity on (in the price's unit) the price is this amount."""

    from_quantity: Decimal = Field(ge=0, max_digits=12, decimal_places=4)
    amount: Decimal = Field(ge=0, max_digits=18, decimal_places=6)


class Contract(Frozen):
    """One item under one contract. `rank` orders the sources of an item: 1 is asked first.

    `replaces` is the item that this one may stand in for without asking, of the same manufacturer (domain rule 20).
    `construct_cap` is the most that all items of one surgical case under the contract may cost together.
    """

    contract: Code
    supplier: Code
    item: Code
    supplier_item: str = ""
    manufacturer: str = ""
    price: UnitPrice
    tiers: tuple[PriceTier, ...] = ()
    first: date
    last: date
    rank: int = Field(default=1, ge=1)
    ownership: Ownership = Ownership.owned
    order_unit: Unit = "each"
    minimum: Decimal = Field(default=Decimal(0), ge=0)
    replaces: Code | None = None
    construct_cap: Decimal | None = Field(default=None, ge=0)

    def price_for(self, quantity: Decimal) -> UnitPrice:
        """The price of the tier that a quantity (in the price's unit) falls into."""
        amount = self.amount_for(quantity)
        return self.price if amount == self.price.amount else self.price.model_copy(update={"amount": amount})

    def amount_for(self, quantity: Decimal) -> Decimal:
        """The amount of that price."""
        reached = [tier for tier in self.tiers if tier.from_quantity <= quantity]
        return max(reached, key=lambda one: one.from_quantity).amount if reached else self.price.amount

    def holds_on(self, day: date) -> bool:
        """Whether the contract is in force on a day."""
        return self.first <= day <= self.last


def in_force(contracts: Sequence[Contract], *, item: str, on: date) -> tuple[Contract, ...]:
    """The contracts for an item that hold on a day, the one to ask first in front."""
    holding = [one for one in contracts if one.item == item and one.holds_on(on)]
    return tuple(sorted(holding, key=lambda one: (one.rank, one.contract)))
