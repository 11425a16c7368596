"""Postings of a use: what is posted for a use in each ledger, from the use as it counts and what the look-ups answered."""

from decimal import Decimal

from canonical.documents.charge import Charge, ChargeCode
from canonical.documents.contract import Contract
from canonical.documents.costing import CostPosting, CostRule, Valuation
from canonical.documents.item import Item
from canonical.documents.order import ExactLot
from canonical.documents.replenishment import Request, RequestKind
from canonical.documents.stock import StockMovement
from canonical.documents.usage import Usage
from canonical.identity import case_basket
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


def request(usage: Usage, item: Item, contract: Contract, *, quantity: Decimal, number: str, use: str) -> Request:
    """What the supplier is owed for: exactly the lot or serial that was used of its own goods (domain rule 21)."""
    exact = ExactLot(lot=usage.lot, serial=usage.serial, quantity=quantity)
    return Request(
        facility=usage.facility,
        source=usage.source,
        number=number,
        occurred=usage.occurred,
        kind=RequestKind.bill_only,
        supplier=contract.supplier,
        basket=case_basket(contract.supplier, usage.surgical_case),
        item=item.item,
        quantity=quantity,
        unit=item.base_unit,
        location=usage.location,
        cost_centre=usage.charged_cost_centre,
        need_by=usage.service_date,
        lots=(exact,) if usage.lot is not None or usage.serial is not None else (),
        surgical_case=usage.surgical_case,
        use=use,
        base_unit=item.base_unit,
        factors=item.factors,
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
