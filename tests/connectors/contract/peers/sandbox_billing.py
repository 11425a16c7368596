"""The sandbox's billing under the contract: charges, which a batch posts after they were accepted."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.errors import Audience
from connectors.systems.sandbox_billing.connector import SYSTEM
from suture.connector.ledgers import CHARGE
from tests.connectors.contract.ledgers import ClearCharge
from tests.connectors.contract.peer import Refusal, Sample, Variant
from tests.connectors.contract.peers.charges import clear_charge
from tests.connectors.contract.peers.sandbox import SandboxPeer

AMOUNTS = {
    Variant.least: (Decimal(1), Decimal("0.01")),
    Variant.largest: (Decimal(20), Decimal("99999999.99")),
    Variant.too_fine: (Decimal("1.5"), Decimal("1.005")),
}
ACCOUNT, CASE = "A100001", "C-2026-0001"


def charge(units: Decimal = Decimal(2), amount: Decimal = Decimal("268.44"), **more: Any) -> ClearCharge:
    """Units of an item that is priced by a markup on its cost, so that any amount is right."""
    return clear_charge(units, amount, **({"account_number": ACCOUNT, "case_number": CASE} | more))


class BillingPeer(SandboxPeer):
    """Whole units, whole cents, one currency."""

    name = "billing"
    kind = SYSTEM
    ledgers = (CHARGE,)
    operations = {CHARGE: ("post_charge", "void_charge", "find_charges")}
    unknown = {CHARGE: "NONE"}
    refusals = {
        "account": Refusal(CHARGE, charge(account_number="A999999"), Audience.revenue_integrity),
        "code": Refusal(CHARGE, charge(code="27004711"), Audience.revenue_integrity),
        "half-a-unit": Refusal(CHARGE, charge(Decimal("1.5")), Audience.revenue_integrity),
        "half-a-cent": Refusal(CHARGE, charge(amount=Decimal("1.005")), Audience.revenue_integrity),
        "currency": Refusal(CHARGE, charge(currency="EUR"), Audience.revenue_integrity),
    }

    async def start(self, folder: Path) -> None:
        """Its batch runs only when it is told to."""
        await super().start(folder)
        await self._hold_the_batch()

    async def crash(self) -> None:
        """As every one; the batch is held again."""
        await super().crash()
        await self._hold_the_batch()

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Two units of an item."""
        units, amount = AMOUNTS.get(variant, (Decimal(2), Decimal("268.44")))
        return Sample(charge(units, amount), units, amount)

    async def settle(self) -> None:
        """Run the batch."""
        await self.control("POST", "batch")

    async def _hold_the_batch(self) -> None:
        await self.control("POST", "batch/settings", held=True)
        await self.control("POST", "rate", per_second=500, burst=1000)
