"""A cost posting small enough to reckon by hand: so many of item 4711 at ten dollars, used in the operating room."""

from decimal import Decimal
from typing import Any

from canonical.documents.costing import CostPosting, CostRule
from canonical.money import Money
from tests.connectors.purchases import DAY

PRICE = Decimal(10)


def posting(quantity: Decimal = Decimal(4), **more: Any) -> CostPosting:
    """So many of an item, used in the operating room, at ten dollars each."""
    cost = more.pop("amount", None) or Money(amount=(quantity * PRICE).quantize(Decimal("0.01")), currency="USD")
    fields = {
        "facility": "NORTH",
        "rule": CostRule.expense_against_stock,
        "item": "4711",
        "cost_centre": "4110",
        "location": "OR-1",
        "quantity": quantity,
        "unit": "each",
        "unit_cost": Money(amount=PRICE, currency="USD"),
        "amount": cost,
        "method": "standard",
        "source": "MBEW-STPRS",
        "service_date": DAY,
    }
    return CostPosting.model_validate(fields | more)
