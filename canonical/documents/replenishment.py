"""Replenishment: what a location needs, what was asked for, and the basket in which it is ordered from a supplier."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, Field

from canonical.documents.contract import UnitPrice
from canonical.documents.document import Code, Document, Token
from canonical.documents.item import Ownership
from canonical.documents.order import ExactLot
from canonical.model import Frozen
from canonical.money import Currency
from canonical.quantity import Unit, UnitFactor


class SpareStock(Frozen):
    """What another location of the facility can give away without falling below its own par, in base units."""

    location: Code
    quantity: Decimal = Field(ge=0)


class ParStanding(Frozen):
    """An item at a location as inventory has it, in base units. `available` leaves out what must not be used (rule 17)."""

    facility: Code
    location: Code
    item: Code
    base_unit: Unit = "each"
    par: Decimal = Field(ge=0)
    available: Decimal
    on_order: Decimal = Decimal(0)
    in_transit: Decimal = Decimal(0)
    ownership: Ownership = Ownership.owned
    spare: tuple[SpareStock, ...] = ()
    factors: tuple[UnitFactor, ...] = ()

    @property
    def need(self) -> Decimal:
        """Par less what is here or on its way (domain rule 17); zero where that is enough."""
        return max(self.par - (self.available + self.on_order + self.in_transit), Decimal(0))


class ParCrossed(Document):
    """Stock of an item at a location fell to its par level or below. `number` is the movement or sweep that found it."""

    location: Code
    item: Code


class RequestKind(StrEnum):
    """What a line of a basket is for."""

    replenish = "replenish"
    bill_only = "bill-only"
    replacement = "replacement"
    rush = "rush"


class Request(Document):
    """A line asked for, on its way into a supplier's basket. `number` names it in lineage.

    For bill-only goods `lots` are those used, `surgical_case` a token, and `use` the business key of the use.
    `factors` of the item as inventory has them, so that the basket can price in other units than are ordered. `failed` are
    the suppliers that did not deliver the need lately.
    """

    kind: RequestKind = RequestKind.replenish
    supplier: Code
    basket: Code
    item: Code
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)
    unit: Unit = "each"
    location: Code
    cost_centre: Code
    requested_by: str = ""
    need_by: date | None = None
    lots: tuple[ExactLot, ...] = ()
    surgical_case: Token | None = None
    use: str = ""
    rush_reference: str = ""
    base_unit: Unit = "each"
    factors: tuple[UnitFactor, ...] = ()
    failed: tuple[Code, ...] = Field(default=(), max_length=50)


class RequestWithdrawn(Document):
    """A line is no longer asked for: the use was reversed, or the need has gone. `number` is the request's."""

    supplier: Code
    basket: Code
    reason: str = Field(default="", max_length=200)


class RequestAnswered(Document):
    """What became of a request, told to the run of the need. `number` is the request's; `order` where it was ordered.

    `failed` is the supplier that does not deliver all of it. `again` is what is still to come of it, `base` in base units,
    where the basket sees to it: the request is not answered then.
    """

    location: Code
    item: Code
    answer: str = Field(max_length=200)
    order: str = ""
    failed: Code | None = None
    again: Request | None = None
    base: Decimal = Field(default=Decimal(0), ge=0)


class SheetLine(Frozen):
    """One lot or serial on a supplier's usage sheet."""

    item: Code
    lot: str | None = None
    serial: str | None = None
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)


class UsageSheet(Document):
    """What the supplier's representative wrote down for a surgical case. `number` is the sheet's own."""

    supplier: Code
    surgical_case: Token
    lines: tuple[SheetLine, ...] = Field(min_length=1, max_length=500)


class Budget(Frozen):
    """What is left of a cost centre's budget on a day, and how firmly it binds (domain rule 18)."""

    cost_centre: Code
    control: str = Field(default="none", pattern=r"^(none|advisory|absolute)$")
    currency: Currency
    available: Decimal | None = None


class Reservation(Frozen):
    """Money set aside for an order that is not made yet."""

    facility: Code
    cost_centre: Code
    amount: Decimal = Field(gt=0, max_digits=18, decimal_places=2)
    currency: Currency
    on: date
    basket: str


class Approval(Frozen):
    """A decision on a basket: by rule or by a person, for exactly this content."""

    basket: str
    content: str
    approved: bool
    by: str
    at: AwareDatetime
    reason: str = ""


class PricedLine(Frozen):
    """A line of a basket with contract and price of the day."""

    request: Request
    contract: str
    supplier_item: str = ""
    order_quantity: Decimal = Field(gt=0)
    order_unit: Unit
    base_factor: Decimal
    price: UnitPrice
    price_factor: Decimal
    ownership: Ownership = Ownership.owned


class CaseAtRisk(Frozen):
    """A scheduled surgical case (a token) that needs an item before it comes."""

    surgical_case: Token
    on: date
    item: Code
    quantity: Decimal
