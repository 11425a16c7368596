"""What is left of a cost centre's budget: Tryton compares it with what was posted, and reserves nothing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.replenishment import Budget
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Domain, Row, TrytonClient
from connectors.systems.tryton.kept_orders import ON_THE_WAY
from connectors.systems.tryton.values import exact

_IN_THE_LEDGER = ("posted", "paid")
_BUDGETED = ["total_amount", "actual_amount", "budget.start_date", "budget.end_date"]
_ORDERED = ["quantity", "unit_price", "invoice_lines.quantity", "invoice_lines.invoice_state"]


class Budgets:
    """In the company's currency. Tryton refuses nobody for want of budget, so that its control is advisory."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue

    async def left(self, cost_centre: str, on: date) -> Budget:
        """The budget of the day less what is in the ledger, and less what orders on their way will bring there."""
        company_currency, currency = await self._catalogue.currency()
        centre = await self._catalogue.cost_centre(cost_centre)
        lines = await self._lines(centre["id"], on) if centre else []
        if not centre or not lines:
            return Budget(cost_centre=cost_centre, currency=currency)
        # Tryton counts credit less debit: what may be spent, and what was, is below zero.
        left = sum((line["actual_amount"] - line["total_amount"] for line in lines), Decimal(0))
        in_its_days = [
            ["purchase.purchase_date", ">=", min(line["budget."]["start_date"] for line in lines)],
            ["purchase.purchase_date", "<=", max(line["budget."]["end_date"] for line in lines)],
            ["purchase.currency", "=", company_currency],
        ]
        promised = await self._promised(centre["id"], in_its_days)
        return Budget(cost_centre=cost_centre, control="advisory", currency=currency, available=left - promised)

    async def _lines(self, centre: int, on: date) -> list[Row]:
        of_the_day = [["budget.start_date", "<=", on], ["budget.end_date", ">=", on]]
        domain = [["account", "=", centre], *of_the_day]
        return await self._client.rows("analytic_account.budget.line", domain, _BUDGETED)

    async def _promised(self, centre: int, of: Domain) -> Decimal:
        """What is ordered for a cost centre and not billed yet."""
        domain = [["analytic_accounts.account", "=", centre], ["purchase.state", "in", list(ON_THE_WAY)], *of]
        lines = await self._client.rows("purchase.line", domain, _ORDERED)
        return sum((_open(line) for line in lines), Decimal(0)).quantize(Decimal("0.01"))


def _open(line: Row) -> Decimal:
    invoiced: Sequence[Row] = line["invoice_lines."]
    billed = sum((exact(one["quantity"]) for one in invoiced if one["invoice_state"] in _IN_THE_LEDGER), Decimal(0))
    price: Decimal = line["unit_price"] or Decimal(0)
    return max(exact(line["quantity"] or 0) - billed, Decimal(0)) * price
