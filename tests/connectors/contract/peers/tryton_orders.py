"""Tryton's purchasing under the contract: orders and their changes."""

from decimal import Decimal
from typing import Any

from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from tests.connectors.contract.peer import WORDS, Refusal, Sample, Variant
from tests.connectors.contract.peers.tryton_server import TrytonServerPeer
from tests.connectors.purchases import DAY, change, order

SUPPLIER, PRICE, PER_BOX = "100", Decimal(10), Decimal(10)
QUANTITIES = {
    Variant.least: Decimal("0.001"),
    Variant.largest: Decimal("99999.999"),
    Variant.too_fine: Decimal("0.0001"),
}
_BOX = {"unit": "box", "base_factor": PER_BOX, "price_factor": PER_BOX}


def refused(audience: Audience, **more: Any) -> Refusal:
    """An order that is refused for what is said of it."""
    return Refusal(Kind.order, order("PO-R", **{"supplier": SUPPLIER, **more}), audience)


class TrytonOrdersPeer(TrytonServerPeer):
    """Its orders. What takes an order back that Tryton works on is an amendment too, as every change of it is."""

    name = "tryton-orders"
    ledgers = (Kind.order, Kind.order_change)
    calls = {
        Kind.order: ("purchase.purchase.create", "purchase.amendment.create", "purchase.purchase.search_read"),
        Kind.order_change: ("purchase.amendment.create", "purchase.amendment.create", "purchase.amendment.search_read"),
    }
    unknown = {Kind.order: "po-999999999", Kind.order_change: "chg-999999999"}
    refusals = {
        "supplier": refused(Audience.supply_chain, supplier="999"),
        "no-address": refused(Audience.buyer, supplier="300"),
        "item": refused(Audience.item_master, line={"item": "9999"}),
        "no-item": refused(Audience.item_master, line={"item": None}),
        "service-of-goods": refused(Audience.item_master, line={"kind": "service"}),
        "unit": refused(Audience.item_master, line={"unit": "pallet"}),
        "factor": refused(Audience.item_master, line={**_BOX, "base_factor": Decimal(12)}),
        "cost-centre": refused(Audience.finance, line={"cost_centre": "9999"}),
        "currency": refused(Audience.finance, currency="EUR"),
        "facility": refused(Audience.integration, facility="WEST", line={"location": None}),
        "location": refused(Audience.supply_chain, line={"location": "OR-77"}),
        "price": refused(Audience.buyer, price="10", per=3),
        "contract": refused(Audience.buyer, line={"contract": "ps-999999999"}),
        "no-order": Refusal(Kind.order_change, change("PO-NONE", supplier=SUPPLIER), Audience.buyer),
    }

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Four of an item at ten dollars, by default; what is changed was ordered twice as often before."""
        quantity = QUANTITIES.get(variant, Decimal(4))
        boxed, words = variant is Variant.boxed, WORDS if variant is Variant.worded else ""
        line = {"description": words, "supplier_item": words, **(_BOX if boxed else {})}
        said: dict[str, Any] = {"supplier": SUPPLIER, "price": str(PRICE), "line": line, "ship_to": words}
        amount = (quantity * PRICE * (PER_BOX if boxed else 1)).quantize(Decimal("0.01"))
        if ledger == Kind.order:
            return Sample(order(number, quantity=str(quantity), **said), quantity, amount, DAY)
        placed = order(number, quantity=str(2 * quantity), **said)
        await system.books()[Kind.order].post(placed, wire_key=wire_key(f"order {number}"))
        return Sample(change(number, quantity=str(quantity), **said), quantity, amount, DAY)
