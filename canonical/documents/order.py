"""Purchase order: what was ordered from a supplier, at which price, and how it was changed since."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from canonical.documents.contract import UnitPrice
from canonical.documents.document import Code, Document, Token
from canonical.documents.usage import LotText
from canonical.model import Frozen
from canonical.money import Currency
from canonical.quantity import Unit


class OrderType(StrEnum):
    """Why the order was made: replenishment, goods used from the supplier's own stock, or by phone with papers after."""

    stock = "stock"
    bill_only = "bill-only"
    confirming = "confirming"
    standing = "standing"
    service = "service"


class LineKind(StrEnum):
    """What a line buys: goods are received, a service or freight only comes to an amount (domain rule 15)."""

    goods = "goods"
    service = "service"
    freight = "freight"


class ExactLot(Frozen):
    """One lot or serial that a bill-only line buys, and how many of it."""

    lot: LotText | None = None
    serial: LotText | None = None
    quantity: Decimal = Field(gt=0, max_digits=12, decimal_places=4)


class OrderLine(Frozen):
    """One line. `base_factor`: base units in one order unit, `price_factor`: price units in one; frozen with the order.

    `base_unit` is the unit that `base_factor` counts; `item_kind` picks the tolerances of the match.
    `match` says what an invoice of it is held against: the receipts, the order alone, or an amount.
    `close_tolerance` is the percentage of the quantity that may stay open when the line closes (domain rule 15).
    """

    line: int = Field(ge=1, le=9999)
    item: Code | None = None
    supplier_item: str = ""
    description: str = ""
    kind: LineKind = LineKind.goods
    item_kind: str = ""
    quantity: Decimal = Field(ge=0, max_digits=12, decimal_places=4)
    unit: Unit = "each"
    base_factor: Decimal = Field(default=Decimal(1), gt=0, max_digits=12, decimal_places=4)
    base_unit: Unit = "each"
    price: UnitPrice
    price_factor: Decimal = Field(default=Decimal(1), gt=0, max_digits=12, decimal_places=4)
    contract: str = ""
    match: Literal["receipts", "order", "amount"] = "receipts"
    close_tolerance: Decimal = Field(default=Decimal(0), ge=0, le=100)
    location: Code | None = None
    cost_centre: Code | None = None
    need_by: date | None = None
    cancelled: Decimal = Field(default=Decimal(0), ge=0, max_digits=12, decimal_places=4)
    closed: bool = False
    lots: tuple[ExactLot, ...] = ()
    requests: tuple[str, ...] = ()

    def worth(self, quantity: Decimal) -> Decimal:
        """What so many order units come to at the order's price, unrounded."""
        return self.price.extended(quantity * self.price_factor)


class Order(Document):
    """A purchase order as it now counts: `number` is the order number, `version` its revision, from 1.

    `surgical_case` (a token) only on a bill-only order; it never leaves the engine. `rush_reference` is what a supplier
    gave by phone for a rush order: its confirming order says not to deliver again. `reservations` are the references of
    what was set aside of budgets for it, which the order takes over.
    """

    type: OrderType = OrderType.stock
    supplier: Code
    currency: Currency
    ordered_on: date
    lines: tuple[OrderLine, ...] = Field(min_length=1, max_length=500)
    freight_terms: Literal["prepaid", "collect", "added"] = "prepaid"
    tax_exempt: bool = True
    ship_to: str = ""
    rush_reference: str = ""
    reservations: tuple[str, ...] = ()
    surgical_case: Token | None = None

    def line(self, number: int) -> OrderLine | None:
        """The line of this number."""
        return next((one for one in self.lines if one.line == number), None)

    @property
    def outside(self) -> "Order":
        """The order as it leaves the engine."""
        return self.model_copy(update={"surgical_case": None})

    @property
    def worth(self) -> Decimal:
        """What the order comes to as it now counts, unrounded."""
        return sum((one.worth(one.quantity - one.cancelled) for one in self.lines), Decimal(0))

    @property
    def nothing_left(self) -> bool:
        """Whether all of it was cancelled."""
        return all(one.cancelled >= one.quantity for one in self.lines)


class OrderChange(Frozen):
    """A change order: the order as it is to count from a day on, under its next revision.

    `on` is unset in runs that wrote theirs before it was asked for.
    """

    order: Order
    on: date | None = None
    reason: str = Field(default="", max_length=200)


class OrderNamed(Document):
    """Somebody names an order that the engine may not know yet: its run looks it up. `number` is the order's."""

    named_by: str = Field(default="", max_length=200)


class Acknowledged(StrEnum):
    """What a supplier says of a line (domain rule 19)."""

    accepted = "accepted"
    quantity_changed = "quantity-changed"
    price_changed = "price-changed"
    date_changed = "date-changed"
    date_pending = "date-pending"
    split_up = "split"
    back_ordered = "back-ordered"
    substituted = "substituted"
    on_hold = "on-hold"
    deleted = "deleted"
    rejected = "rejected"
    not_on_order = "not-on-order"


class AcknowledgedLine(Frozen):
    """One statement about one line, or about a part of it: `quantity` in order units says of how many."""

    line: int = Field(ge=0, le=9999)
    status: Acknowledged
    quantity: Decimal | None = Field(default=None, ge=0, max_digits=12, decimal_places=4)
    price: UnitPrice | None = None
    on: date | None = None
    item: Code | None = None
    supplier_item: str = ""
    reason: str = Field(default="", max_length=200)


class Acknowledgement(Document):
    """A supplier's answer to an order, whole or in parts. `number` is the supplier's own; `order` is ours."""

    order: Code
    supplier: Code
    lines: tuple[AcknowledgedLine, ...] = Field(min_length=1, max_length=500)
