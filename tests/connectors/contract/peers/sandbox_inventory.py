"""The sandbox's inventory under the contract: movements, lots in and out, transfers, what is expected."""

from decimal import Decimal
from typing import Any

from canonical.documents.item import Ownership
from canonical.documents.receipt import ReceivedLot
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.sandbox_inventory.connector import SYSTEM
from suture.connector.ledgers import MOVEMENT
from tests.connectors.contract.peer import WORDS, Refusal, Sample, Variant
from tests.connectors.contract.peers.sandbox import SandboxPeer
from tests.connectors.stock import EXPIRES, ON, expected, lot, lots_in, lots_out, movement, transfer

NOUNS = {
    Kind.lots_in: "putaway",
    Kind.lots_out: "removal",
    Kind.transfer: "transfer",
    Kind.expected: "expected_delivery",
}
QUANTITIES = {
    Variant.least: Decimal("0.001"),
    Variant.largest: Decimal("99999.999"),
    Variant.too_fine: Decimal("0.0001"),
}
ITEM = "4703"
KNOWN_SERIAL = ReceivedLot(serial="SN4708001", expires=EXPIRES, quantity=Decimal(1))


class InventoryPeer(SandboxPeer):
    """It dedupes nothing; quantities are JSON numbers."""

    name = "inventory"
    kind = SYSTEM
    ledgers = (MOVEMENT, *NOUNS)
    operations = {
        **{kind: (f"book_{noun}", f"reverse_{noun}", f"search_{noun}") for kind, noun in NOUNS.items()},
        MOVEMENT: ("book_movement", "book_movement", "search_movements"),
    }
    unknown = {**dict.fromkeys(NOUNS, "put_none"), MOVEMENT: "mov_none"}
    refusals = {
        "movement-item": Refusal(MOVEMENT, movement(item="4739"), Audience.item_master),
        "movement-recalled": Refusal(MOVEMENT, movement(item="4701", lot="L4701R"), Audience.supply_chain),
        "item": Refusal(Kind.lots_in, lots_in("4739", quantity=1), Audience.item_master),
        "no-lot": Refusal(Kind.lots_in, lots_in("4701", quantity=1), Audience.supply_chain),
        "owner": Refusal(
            Kind.lots_in, lots_in("4701", lot("L4701A"), ownership=Ownership.consigned), Audience.receiving
        ),
        "expiry": Refusal(Kind.lots_in, lots_in("4701", lot("L4701A")), Audience.receiving),
        "no-expiry": Refusal(
            Kind.lots_in, lots_in("4701", ReceivedLot(lot="NEW", quantity=Decimal(1))), Audience.receiving
        ),
        "serial-here": Refusal(Kind.lots_in, lots_in("4708", KNOWN_SERIAL), Audience.receiving),
        "too-many-out": Refusal(Kind.lots_out, lots_out("4701", lot("L4701A", 100_000)), Audience.supply_chain),
        "too-many-moved": Refusal(Kind.transfer, transfer("4702", 100_000), Audience.supply_chain),
        "moved-nowhere": Refusal(Kind.transfer, transfer(ITEM, 1, to="NOWHERE"), Audience.supply_chain),
        "moved-in-place": Refusal(Kind.transfer, transfer(ITEM, 1, to="CATH"), Audience.supply_chain),
        "expected-item": Refusal(Kind.expected, expected("PO-X", 1, item="4739"), Audience.item_master),
    }

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Two of an item without lots; what goes out has come in before."""
        quantity = QUANTITIES.get(variant, Decimal(2))
        document: Any
        match ledger:
            case "movement":
                reason = WORDS if variant is Variant.worded else ""
                document = movement(quantity, reason=reason)
            case Kind.lots_in:
                return Sample(lots_in(ITEM, quantity=quantity), quantity, day=ON)
            case Kind.lots_out:
                document = lots_out(ITEM, quantity=quantity)
            case Kind.transfer:
                document = transfer(ITEM, quantity)
            case _:
                return Sample(expected(f"PO-{number}", quantity), quantity)
        place = "CATH" if ledger == Kind.transfer else "OR-1"
        # Enough for every writer that a test may have.
        stock = lots_in(ITEM, quantity=10 * quantity, location=place)
        await system.books()[Kind.lots_in].post(stock, wire_key=wire_key(f"stock {number}"))
        return Sample(document, quantity, day=None if ledger == MOVEMENT else ON)
