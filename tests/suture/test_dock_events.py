"""What inventory tells of the dock and of par levels, from the vendor's body to the document in the inbox and its run."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.systems.sandbox_inventory.connector import SYSTEM
from suture.intake import Intake
from suture.store.inbox import Accepted
from suture.store.store import Store
from tests.support.front_door import OWN

MOMENT = "2026-11-20T14:30:00+00:00"
AT = {"facility": "northCampus", "location": "OR-1"}
LOTS = [{"lot": "L1", "expiresOn": "2029-05-01", "qty": 5}]
LINE = {"line": 1, "orderLine": 10, "sku": "SKU-4701", "unit": "box", "unitEaches": 5, "lots": LOTS}
RECEIPT = AT | {
    "receiptNumber": "DR-1",
    "orderNumber": "PO-7",
    "ownership": "owned",
    "movesStock": True,
    "receivedAt": MOMENT,
    "receivedOn": "2026-11-20",
    "capturedAt": MOMENT,
    "lines": [LINE | {"acceptedQty": 1, "refused": {"qty": 1, "reason": "overDelivered"}}],
}
REVERSED = {"receiptNumber": "DR-1", "facility": "northCampus", "orderNumber": "PO-7", "reversedAt": MOMENT}
RETURN = AT | {
    "returnNumber": "RT-1",
    "orderNumber": "PO-7",
    "supplierNumber": "S-1",
    "returnedAt": MOMENT,
    "returnedOn": "2026-11-20",
    "capturedAt": MOMENT,
    "lines": [LINE | {"qty": 1}],
}
CROSSED = AT | {"sku": "SKU-4701", "foundBy": "mov_1", "crossedAt": MOMENT}


@dataclass(frozen=True)
class Campus:
    """A facility as the intake sees it."""

    timezone: str = "America/New_York"
    legal_entity: str = "Mercy North"


@pytest.mark.parametrize(
    ("told", "data", "business_key", "said"),
    [
        (
            "dockReceipt.captured",
            RECEIPT,
            "receipt-to-invoice:NORTH:order:PO-7",
            {"order": "PO-7", "received_on": "2026-11-20"},
        ),
        (
            "dockReceipt.captured",
            RECEIPT | {"orderNumber": None},
            "receipt-to-invoice:NORTH:receipt:DR-1",
            {"order": None, "number": "DR-1"},
        ),
        ("dockReceipt.reversed", REVERSED, "receipt-to-invoice:NORTH:order:PO-7", {"order": "PO-7", "number": "DR-1"}),
        (
            "supplierReturn.captured",
            RETURN,
            "receipt-to-invoice:NORTH:order:PO-7",
            {"supplier": "S-1", "number": "RT-1"},
        ),
        (
            "par.crossed",
            CROSSED,
            "replenishment-request:NORTH:OR-1:4701",
            {"location": "OR-1", "item": "4701", "number": "mov_1"},
        ),
    ],
)
async def test_news_of_the_dock_are_stored_as_the_documents_of_their_run(
    store: Store, told: str, data: dict[str, Any], business_key: str, said: dict[str, Any]
) -> None:
    body = {"eventId": "evt_1", "eventType": told, "emittedAt": MOMENT, "data": data}
    intake = Intake(store, facilities={"NORTH": Campus()})
    accepted = await intake.take(SYSTEM.translate(body, OWN), source="inventory", raw=json.dumps(body).encode())
    assert isinstance(accepted, Accepted)
    stored = await store.inbox.get(accepted.id)
    assert stored.business_key == business_key
    known = said | {"facility": "NORTH", "source": "inventory", "legal_entity": "Mercy North"}
    assert {name: stored.envelope.data[name] for name in known} == known
