"""The sandbox's order desk under the contract: orders and changes sent, replacements and returns asked for."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.documents.order import OrderChange
from canonical.documents.posting import LotEntry, Replacement, ReturnRequest
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.sandbox_supplier.connector import SYSTEM
from tests.connectors.contract.peer import WORDS, Refusal, Sample, Variant
from tests.connectors.contract.peers.sandbox import SandboxPeer
from tests.connectors.purchases import goods_return, order

QUANTITIES = {
    Variant.least: Decimal("0.0001"),
    Variant.largest: Decimal("99999999.9999"),
    Variant.too_fine: Decimal("0.0001"),
}
_BOX = {"unit": "box", "base_factor": Decimal(10), "price_factor": Decimal(10)}


def replacement(number: str, quantity: Decimal = Decimal(1)) -> Replacement:
    """A refill of consigned goods."""
    line = LotEntry(item="4720", quantity=quantity)
    return Replacement(facility="SOUTH", supplier="100000", number=number, location="CATH", lines=(line,))


class SupplierPeer(SandboxPeer):
    """It says nothing of quantities and amounts."""

    name = "supplier"
    kind = SYSTEM
    ledgers = (Kind.sent_order, Kind.sent_change, Kind.replacement, Kind.return_request)
    operations = {
        Kind.sent_order: ("place_order", "withdraw_order", "find_order"),
        Kind.sent_change: ("change_order", "withdraw_change", "find_change"),
        Kind.replacement: ("request_replacement", "withdraw_replacement", "find_replacement"),
        Kind.return_request: ("request_return", "withdraw_return", "find_return"),
    }
    unknown = dict.fromkeys(ledgers, "XX-000000")
    refusals = {
        "supplier": Refusal(Kind.sent_order, order("PO-R", supplier="999999"), Audience.integration),
        "facility": Refusal(Kind.sent_order, order("PO-R", facility="WEST"), Audience.integration),
        "order": Refusal(Kind.sent_change, OrderChange(order=order("PO-NONE", version=2)), Audience.buyer),
    }

    async def start(self, folder: Path) -> None:
        """No supplier does anything by itself."""
        await super().start(folder)
        await self.control("POST", "pace", seconds=None)

    async def crash(self) -> None:
        """As every one; nobody goes on by himself."""
        await super().crash()
        await self.control("POST", "pace", seconds=None)

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """A change is of an order that was sent before."""
        quantity = QUANTITIES.get(variant, Decimal(4))
        words = WORDS if variant is Variant.worded else ""
        line = {"description": words, "supplier_item": words, **(_BOX if variant is Variant.boxed else {})}
        sent = order(number, quantity=str(quantity), line=line, ship_to=words)
        match ledger:
            case Kind.sent_order:
                return Sample(sent)
            case Kind.sent_change:
                await system.books()[Kind.sent_order].post(sent, wire_key=wire_key(f"order {number}"))
                return Sample(OrderChange(order=sent.model_copy(update={"version": 2})))
            case Kind.replacement:
                return Sample(replacement(number, quantity))
            case _:
                goods = goods_return(number, quantity=str(quantity)).goods_return
                return Sample(ReturnRequest(goods_return=goods.model_copy(update={"reason": words})))
