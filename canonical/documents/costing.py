"""Cost: what a use costs a department, by the ownership of the goods and the place they came from (domain rule 6)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.documents.item import Ownership
from canonical.documents.location import Keeping
from canonical.documents.usage import Disposition
from canonical.model import Frozen
from canonical.money import Money


class CostRule(StrEnum):
    """What the cost step posts for a use."""

    expense_against_stock = "expense-against-stock"
    expensed_at_issue = "expensed-at-issue"
    expense_against_received_not_invoiced = "expense-against-received-not-invoiced"
    sample_at_zero = "sample-at-zero"


class Valuation(Frozen):
    """What one base unit of the item costs, by the ERP's method, and where the goods are kept.

    `posts_with_movement`: where it keeps the stock too, the ERP books the cost of what leaves it by itself.
    """

    unit_cost: Money
    method: str
    source: str
    ownership: Ownership = Ownership.owned
    keeping: Keeping = Keeping.perpetual
    posts_with_movement: bool = False


class CostPosting(Frozen):
    """A journal to post: quantity x unit cost, from stock (or received-not-invoiced) to the cost centre's expense."""

    facility: str
    rule: CostRule
    item: str
    cost_centre: str
    location: str
    quantity: Decimal
    unit: str
    unit_cost: Money
    amount: Money
    method: str
    source: str
    service_date: date
    lot: str | None = None
    serial: str | None = None


SUPPLIERS_OWN = (Ownership.consigned, Ownership.bill_only)
"""Goods that are the supplier's until they are used, and are ordered afterwards (domain rule 21)."""


def cost_rule(ownership: Ownership, keeping: Keeping, disposition: Disposition) -> CostRule:
    """The rule for a use of such goods from such a place."""
    if ownership is Ownership.sample or disposition is Disposition.sample:
        return CostRule.sample_at_zero
    if ownership in SUPPLIERS_OWN:
        return CostRule.expense_against_received_not_invoiced
    return CostRule.expensed_at_issue if keeping is Keeping.par else CostRule.expense_against_stock
