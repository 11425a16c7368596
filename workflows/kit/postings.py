"""Postings: what is posted for a use in each ledger, from the use as it counts and what the look-ups answered."""

from decimal import Decimal

from canonical.documents.charge import Charge, ChargeCode
from canonical.documents.costing import CostPosting, CostRule, Valuation
from canonical.documents.item import Item
from canonical.documents.stock import StockMovement
from canonical.documents.usage import Usage
from canonical.money import Money
from canonical.policy import Finding


def movement(usage: Usage, item: Item, *, quantity: Decimal, found: tuple[Finding, ...]) -> StockMovement:
    """The stock movement, by a discrepancy where a finding would stop a plain one."""
    return StockMovement(
        facility=usage.facility,
        location=usage.location,
        item=item.item,
        quantity=quantity,
        unit=item.base_unit,
        lot=usage.lot,
        serial=usage.serial,
        service_date=usage.service_date,
        discrepancy=bool(found),
        reason=", ".join(found),
    )


def charge(usage: Usage, item: Item, code: ChargeCode, *, account: str, quantity: Decimal, amount: Money) -> Charge:
    """The charge on the account, in the units and at the price of the service date."""
    return Charge(
        facility=usage.facility,
        account=account,
        surgical_case=usage.surgical_case,
        item=item.item,
        code=code.code,
        master_version=code.version,
        service_date=usage.service_date,
        posting_date=usage.service_date,
        units=quantity * code.units_per_base,
        amount=amount,
        basis=code.basis,
        hcpcs=code.hcpcs,
        revenue_code=code.revenue_code,
        lot=usage.lot,
        serial=usage.serial,
    )


def cost(usage: Usage, item: Item, valuation: Valuation, rule: CostRule, *, quantity: Decimal) -> CostPosting:
    """The journal that expenses the use at the recorded cost of a base unit."""
    return CostPosting(
        facility=usage.facility,
        rule=rule,
        item=item.item,
        cost_centre=usage.charged_cost_centre,
        location=usage.location,
        quantity=quantity,
        unit=item.base_unit,
        unit_cost=valuation.unit_cost,
        amount=valuation.unit_cost.times(quantity),
        method=valuation.method,
        source=valuation.source,
        service_date=usage.service_date,
        lot=usage.lot,
        serial=usage.serial,
    )
