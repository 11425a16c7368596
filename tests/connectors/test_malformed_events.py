"""A webhook that cannot be read is refused by its field in the vendor's words, and never with its value."""

from collections.abc import Mapping
from typing import Any

import pytest

from canonical.inbound import InvalidEvent
from canonical.ports import SystemKind
from connectors.systems.sandbox_billing.connector import SYSTEM as BILLING
from connectors.systems.sandbox_erp.connector import SYSTEM as ERP
from connectors.systems.sandbox_inventory.connector import SYSTEM as INVENTORY
from connectors.systems.sandbox_supplier.connector import SYSTEM as SUPPLIER
from tests.connectors.bodies import ACCOUNT_OPENED, ACKNOWLEDGED, CROSSED, ORDER, PAPER, PAR_CROSSED, PURCHASE_ORDER
from tests.connectors.hearing import hear
from tests.sandbox.inventory_process import USE

NAMES: Mapping[SystemKind, dict[str, Any]] = {
    ERP: {
        "plants": {"WEST": {"plant": "7000", "company_code": "US07"}},
    },
    INVENTORY: {"campuses": {"WEST": "westWing"}},
    BILLING: {"hospitals": {"WEST": "WST"}},
    SUPPLIER: {"partners": {"555": "weber"}, "accounts": {"WEST": "9"}},
}
APPROVED = PURCHASE_ORDER | {"EVENT_TYPE": "material.approved", "CONTENT": {"MATERIAL": f"{4739:018d}"}}
USED = USE | {"useId": "use_1", "version": 1, "actId": "act_1", "qty": 1}
CAPTURED = PAR_CROSSED | {"eventType": "use.captured", "data": USED}
REVERSED = {"receiptNumber": "SECRET 1", "facility": "westWing", "reversedAt": "2026-11-20T10:00:00+00:00"}
OPENED = ACCOUNT_OPENED["data"]
LINE = {
    "buyer-line": 1,
    "code": "IA",
    "quantity": "1",
    "uom": "EA",
    "price": None,
    "expected-on": None,
    "buyer-part": "4701",
    "vendor-part": "",
    "reason": "",
}


def head(**changed: Any) -> dict[str, Any]:
    """The order's event with another head."""
    return {"CONTENT": ORDER | {"HEADER": ORDER["HEADER"] | changed}}


def line(**changed: Any) -> dict[str, Any]:
    """The order's event with another line."""
    return {"CONTENT": ORDER | {"ITEMS": [ORDER["ITEMS"][0] | changed]}}


def used(**changed: Any) -> dict[str, Any]:
    """The use's event with another use."""
    return {"data": USED | changed}


MALFORMED: list[tuple[SystemKind, dict[str, Any], dict[str, Any], str]] = [
    (ERP, APPROVED, {"EVENT_ID": ""}, "EVENT_ID"),
    (ERP, APPROVED, {"EVENT_TYPE": "SECRET"}, "EVENT_TYPE"),
    (ERP, APPROVED, {"EVENT_STAMP": "SECRET"}, "EVENT_STAMP"),
    (ERP, APPROVED, {"CONTENT": []}, "CONTENT"),
    (ERP, APPROVED, {"CONTENT": {}}, "CONTENT.MATERIAL"),
    (ERP, APPROVED, {"CONTENT": {"MATERIAL": "SECRET 1"}}, "CONTENT.MATERIAL"),
    (ERP, PURCHASE_ORDER, head(PLANT="SECRET"), "CONTENT.HEADER.PLANT"),
    (ERP, PURCHASE_ORDER, head(EXT_NO="SECRET 1"), "CONTENT.HEADER.EXT_NO"),
    (ERP, PURCHASE_ORDER, head(DOC_DATE="SECRET"), "CONTENT.HEADER.DOC_DATE"),
    (ERP, PURCHASE_ORDER, line(MATERIAL="SECRET 1"), "CONTENT.ITEMS.0.MATERIAL"),
    (ERP, PURCHASE_ORDER, line(PO_UNIT="SECRET 1"), "CONTENT.ITEMS"),
    (ERP, PURCHASE_ORDER, line(QUANTITY="NaN"), "CONTENT.ITEMS.0.QUANTITY"),
    (INVENTORY, CAPTURED, {"eventType": "use.lost"}, "eventType"),
    (INVENTORY, CAPTURED, {"eventId": ""}, "eventId"),
    (INVENTORY, CAPTURED, {"emittedAt": "SECRET"}, "emittedAt"),
    (INVENTORY, CAPTURED, {"data": "SECRET"}, "data"),
    (INVENTORY, CAPTURED, used(qty="SECRET"), "data.qty"),
    (INVENTORY, CAPTURED, used(qty=-1), "data.qty"),
    (INVENTORY, CAPTURED, used(scannedAt="2026-11-20T10:00:00"), "data.scannedAt"),
    (INVENTORY, CAPTURED, used(disposition="SECRET"), "data.disposition"),
    (INVENTORY, CAPTURED, used(facility="SECRET"), "data.facility"),
    (INVENTORY, CAPTURED, used(useId="SECRET 1"), "data.useId"),
    (INVENTORY, CAPTURED, used(sku=None), "data.sku"),
    (INVENTORY, CAPTURED, used(sku=None, barcode="SECRET"), "data.barcode"),
    (INVENTORY, CAPTURED, used(barcode="SECRET"), "data.barcode"),
    (
        INVENTORY,
        CAPTURED,
        {"data": {name: value for name, value in USED.items() if name != "surgicalCaseNumber"}},
        "data.surgicalCaseNumber",
    ),
    (INVENTORY, CAPTURED, {"eventType": "use.corrected", "data": {}}, "data.correctionId"),
    (INVENTORY, CAPTURED, {"eventType": "item.approved", "data": None}, "data"),
    (INVENTORY, PAR_CROSSED, {"data": {"facility": "westWing"}}, "data.location"),
    (INVENTORY, PAR_CROSSED, {"data": CROSSED | {"foundBy": "SECRET 1"}}, "data.foundBy"),
    (INVENTORY, PAR_CROSSED, {"eventType": "dockReceipt.captured", "data": {}}, "data.receiptNumber"),
    (INVENTORY, PAR_CROSSED, {"eventType": "dockReceipt.reversed", "data": REVERSED}, "data.receiptNumber"),
    (BILLING, ACCOUNT_OPENED, {"evt_typ": "SECRET"}, "evt_typ"),
    (BILLING, ACCOUNT_OPENED, {"evt_id": ""}, "evt_id"),
    (BILLING, ACCOUNT_OPENED, {"evt_tm": "SECRET"}, "evt_tm"),
    (BILLING, ACCOUNT_OPENED, {"evt_tm": "2026-11-22T10:00:00"}, "evt_tm"),
    (BILLING, ACCOUNT_OPENED, {"data": 7}, "data"),
    (BILLING, ACCOUNT_OPENED, {"data": {"hosp_cd": "WST", "acct_no": "A1"}}, "data.case_no"),
    (BILLING, ACCOUNT_OPENED, {"data": OPENED | {"hosp_cd": "SECRET"}}, "data.hosp_cd"),
    (BILLING, ACCOUNT_OPENED, {"data": OPENED | {"case_no": "SECRET NAME"}}, "data.case_no"),
    (SUPPLIER, ACKNOWLEDGED, {"event": "SECRET"}, "event"),
    (SUPPLIER, ACKNOWLEDGED, {"id": ""}, "id"),
    (SUPPLIER, ACKNOWLEDGED, {"sent-at": "SECRET"}, "sent-at"),
    (SUPPLIER, ACKNOWLEDGED, {"document": "SECRET"}, "document"),
    (SUPPLIER, ACKNOWLEDGED, {"document": PAPER | {"partner": "SECRET"}}, "document.partner"),
    (SUPPLIER, ACKNOWLEDGED, {"document": PAPER | {"account": "SECRET"}}, "document.account"),
    (SUPPLIER, ACKNOWLEDGED, {"document": PAPER | {"buyer-order": "SECRET 1"}}, "document.buyer-order"),
    (SUPPLIER, ACKNOWLEDGED, {"document": PAPER | {"paper": "SECRET 1"}}, "document.paper"),
    (SUPPLIER, ACKNOWLEDGED, {"document": PAPER | {"lines": [LINE | {"code": "SECRET"}]}}, "document.lines.0.code"),
    (
        SUPPLIER,
        ACKNOWLEDGED,
        {"document": PAPER | {"lines": [LINE | {"quantity": "SECRET"}]}},
        "document.lines.0.quantity",
    ),
    (SUPPLIER, ACKNOWLEDGED, {"event": "invoice.issued"}, "document.invoice"),
    (SUPPLIER, ACKNOWLEDGED, {"event": "shipment.sent"}, "document.expected-on"),
    (SUPPLIER, ACKNOWLEDGED, {"event": "return.authorised"}, "document.granted"),
    (SUPPLIER, ACKNOWLEDGED, {"event": "usageSheet.sent"}, "document.case"),
]


@pytest.mark.parametrize(("kind", "good", "change", "field"), MALFORMED)
def test_a_malformed_event_names_the_field_and_never_the_value(
    kind: SystemKind, good: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    assert hear(kind, good, **NAMES[kind]).number
    with pytest.raises(InvalidEvent) as invalid:
        hear(kind, good | change, **NAMES[kind])
    assert invalid.value.field == field
    assert "SECRET" not in str(invalid.value)
    assert invalid.value.__context__ is None


def test_an_unreadable_barcode_is_passed_over_where_item_and_unit_are_told() -> None:
    inbound = hear(INVENTORY, CAPTURED | used(barcode="SMUDGED", unit="each"))
    assert (inbound.data["scan"], inbound.data["item"], inbound.data["unit"]) == (None, "4703", "each")
