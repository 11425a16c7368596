"""Tryton's ledger under the contract: journals of cost."""

from decimal import Decimal
from typing import Any

from canonical.documents.costing import CostPosting, CostRule
from canonical.errors import Audience
from canonical.money import Money
from suture.connector.ledgers import JOURNAL
from tests.connectors.contract.peer import WORDS, Refusal, Sample, Variant
from tests.connectors.contract.peers.tryton_server import TrytonServerPeer
from tests.connectors.costs import PRICE, posting
from tests.connectors.purchases import DAY

QUANTITIES = {
    Variant.least: Decimal("0.001"),
    Variant.largest: Decimal("99999.999"),
    Variant.too_fine: Decimal("0.0001"),
}


def priced(amount: str, currency: str = "USD") -> CostPosting:
    """Four of an item, for this amount."""
    return posting(amount=Money(amount=Decimal(amount), currency=currency))


class TrytonFinancePeer(TrytonServerPeer):
    """Amounts have two places; a quantity is kept as it was said."""

    name = "tryton-finance"
    ledgers = (JOURNAL,)
    calls = {JOURNAL: ("account.move.create", "account.move.create", "account.move.search_read")}
    unknown = {JOURNAL: "move-999999999"}
    refusals = {
        "cost-centre": Refusal(JOURNAL, posting(cost_centre="9999"), Audience.finance),
        "unit": Refusal(JOURNAL, posting(unit="box"), Audience.item_master),
        "item": Refusal(JOURNAL, posting(item="9999"), Audience.item_master),
        "facility": Refusal(JOURNAL, posting(facility="WEST"), Audience.integration),
        "place": Refusal(JOURNAL, posting(location="NOWHERE"), Audience.supply_chain),
        "currency": Refusal(JOURNAL, priced("1", "EUR"), Audience.finance),
        "amount": Refusal(JOURNAL, priced("0.001"), Audience.finance),
        "rule": Refusal(JOURNAL, posting(rule=CostRule.expense_against_received_not_invoiced), Audience.finance),
        "expensed": Refusal(JOURNAL, posting(location="ED-CART", rule=CostRule.expensed_at_issue), Audience.finance),
        "sample": Refusal(JOURNAL, posting(rule=CostRule.sample_at_zero), Audience.finance),
    }

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Four of an item at ten dollars, by default."""
        quantity = QUANTITIES.get(variant, Decimal(4))
        amount = (quantity * PRICE).quantize(Decimal("0.01"))
        return Sample(posting(quantity, **_worded(variant)), quantity, amount, DAY)


def _worded(variant: Variant) -> dict[str, Any]:
    return {"lot": WORDS, "serial": WORDS} if variant is Variant.worded else {}
