"""Tryton's stock under the contract: movements, lots in and out, transfers, expected deliveries."""

from decimal import Decimal
from typing import Any

from canonical.documents.item import Ownership
from canonical.documents.receipt import ReceivedLot
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from tests.connectors.contract.ledgers import MOVEMENT
from tests.connectors.contract.peer import WORDS, Refusal, Sample, Variant
from tests.connectors.contract.peers.tryton_server import TrytonServerPeer
from tests.connectors.stock import ON, expected, lot, lots_in, lots_out, movement, transfer

ITEM = "4703"
QUANTITIES = {
    Variant.least: Decimal("0.001"),
    Variant.largest: Decimal("99999.999"),
    Variant.too_fine: Decimal("0.0001"),
}
SHIPMENTS = {Kind.lots_in: "in", Kind.lots_out: "in.return", Kind.transfer: "internal", Kind.expected: "in"}


class TrytonPeer(TrytonServerPeer):
    """Its stock: movements, and the books of a storeroom."""

    name = "tryton"
    ledgers = (MOVEMENT, *SHIPMENTS)
    calls = {
        **{
            kind: (
                f"stock.shipment.{form}.create",
                f"stock.shipment.{form}.cancel",
                f"stock.shipment.{form}.search_read",
            )
            for kind, form in SHIPMENTS.items()
        },
        MOVEMENT: (
            "stock.shipment.out.create",
            "stock.shipment.out.return.create",
            "stock.shipment.out.search_read",
        ),
    }
    unknown = {
        MOVEMENT: "out-999999999",
        Kind.lots_in: "in-999999999",
        Kind.lots_out: "back-999999999",
        Kind.transfer: "int-999999999",
        Kind.expected: "exp-999999999",
    }
    refusals = {
        "movement-item": Refusal(MOVEMENT, movement(item="4739"), Audience.item_master),
        "movement-place": Refusal(MOVEMENT, movement(location="NOWHERE"), Audience.supply_chain),
        "movement-unit": Refusal(MOVEMENT, movement(unit="pallet"), Audience.item_master),
        "movement-lot": Refusal(MOVEMENT, movement(item="4701", lot="NONE"), Audience.supply_chain),
        "movement-too-many": Refusal(MOVEMENT, movement(Decimal(9_000_000)), Audience.supply_chain),
        "item": Refusal(Kind.lots_in, lots_in("4739", quantity=1), Audience.item_master),
        "no-lot": Refusal(Kind.lots_in, lots_in("4701", quantity=1), Audience.supply_chain),
        "owner": Refusal(
            Kind.lots_in, lots_in("4701", lot("L4701A"), ownership=Ownership.consigned), Audience.receiving
        ),
        "expiry": Refusal(
            Kind.lots_in,
            lots_in("4701", ReceivedLot(lot="L4701A", expires=ON, quantity=Decimal(1))),
            Audience.receiving,
        ),
        "too-many-out": Refusal(Kind.lots_out, lots_out("4702", quantity=9_000_000), Audience.supply_chain),
        "too-many-moved": Refusal(Kind.transfer, transfer("4702", 9_000_000), Audience.supply_chain),
        "moved-to-another-owner": Refusal(Kind.transfer, transfer(ITEM, 1, to="LOAN"), Audience.supply_chain),
        "owned-on-loan": Refusal(Kind.lots_in, lots_in(ITEM, quantity=1, location="LOAN"), Audience.receiving),
        "another-owner": Refusal(
            Kind.lots_in,
            lots_in(ITEM, quantity=1, location="LOAN", supplier="200", ownership=Ownership.consigned),
            Audience.receiving,
        ),
        "expected-item": Refusal(Kind.expected, expected("PO-X", 1, item="4739"), Audience.item_master),
        "moved-nowhere": Refusal(Kind.transfer, transfer(ITEM, 1, to="NOWHERE"), Audience.supply_chain),
        "moved-in-place": Refusal(Kind.transfer, transfer(ITEM, 1, to="CATH"), Audience.supply_chain),
    }

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Two of an item without lots; what goes out has come in before."""
        quantity = QUANTITIES.get(variant, Decimal(2))
        document: Any
        match ledger:
            case "movement":
                document = movement(quantity, reason=WORDS if variant is Variant.worded else "")
            case Kind.lots_in:
                return Sample(lots_in(ITEM, quantity=quantity), quantity, day=ON)
            case Kind.expected:
                return Sample(expected(f"PO-{number}"[:60], quantity), quantity)
            case Kind.lots_out:
                document = lots_out(ITEM, quantity=quantity)
            case _:
                document = transfer(ITEM, quantity)
        place = "CATH" if ledger == Kind.transfer else "OR-1"
        # Enough for every writer that a test may have.
        stock = lots_in(ITEM, quantity=10 * quantity, location=place)
        await system.books()[Kind.lots_in].post(stock, wire_key=wire_key(f"stock {number}"))
        return Sample(document, quantity, day=ON)
