"""The vendor's webhooks as inbound events: uses, their corrections, approved items; the dock's are in `dock_events`."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from canonical.documents.usage import Scan
from canonical.inbound import EVERY_FACILITY, EventType, Inbound, InvalidEvent
from connectors.protocols.barcode.scan import read_barcode
from connectors.protocols.barcode.unreadable import UnreadableBarcode
from connectors.protocols.webhook import moment_in, read_as
from connectors.systems.sandbox_inventory import dock_events
from connectors.systems.sandbox_inventory.mapping import item_of
from connectors.systems.sandbox_inventory.names import Names
from connectors.systems.sandbox_inventory.reading import facility_in, number_in
from connectors.systems.sandbox_inventory.shapes import (
    Approved,
    CapturedUse,
    Correction,
    Event,
    ItemApproved,
    UseCaptured,
    UseCorrected,
)

BODIES = (UseCaptured, UseCorrected, ItemApproved, *dock_events.BODIES)
_KINDS = {"wrongPatient": "wrong-patient", "wrongItem": "wrong-item", "notUsed": "not-used"}


def translate(body: Mapping[str, Any], names: Names) -> Inbound:
    """What the vendor tells of uses, items, the dock and par levels; `InvalidEvent` names its field, never the value."""
    event = read_as(Event, body)
    match event.event_type:
        case "use.captured":
            return _usage(event, read_as(UseCaptured, body).data, names)
        case "use.corrected":
            return _correction(event, read_as(UseCorrected, body).data, names)
        case "item.approved":
            return _approval(event, read_as(ItemApproved, body).data)
        case _:
            return dock_events.translate(event, body, names)


def _usage(event: Event, use: CapturedUse, names: Names) -> Inbound:
    return Inbound(
        id=event.event_id,
        type=EventType.usage_reported,
        facility=facility_in(use.facility, "data.facility", names),
        number=number_in(use.use_id, "data.useId"),
        time=event.emitted_at.astimezone(UTC),
        data=_document(use, "data.", names),
    )


def _correction(event: Event, correction: Correction, names: Names) -> Inbound:
    if (correction.replacement is None) != (correction.kind == "notUsed"):
        raise InvalidEvent("data.replacement", "expected for every kind but notUsed, which has none")
    facility = facility_in(correction.facility, "data.facility", names)
    number = number_in(correction.corrects_use_id, "data.correctsUseId")
    return Inbound(
        id=event.event_id,
        type=EventType.usage_corrected,
        facility=facility,
        number=number,
        time=event.emitted_at.astimezone(UTC),
        data={
            "facility": facility,
            "number": number,
            "version": correction.version,
            "occurred": moment_in(correction.corrected_at),
            "recorded": moment_in(correction.corrected_at),
            "correction": correction.correction_id,
            "kind": _KINDS[correction.kind],
            "replacement": _document(correction.replacement, "data.replacement.", names)
            if correction.replacement
            else None,
        },
    )


def _approval(event: Event, approved: Approved) -> Inbound:
    item = number_in(item_of(approved.sku), "data.sku")
    return Inbound(
        id=event.event_id,
        type=EventType.item_approved,
        facility=EVERY_FACILITY,
        number=item,
        time=event.emitted_at.astimezone(UTC),
        data={"item": item},
    )


def _document(use: CapturedUse, at: str, names: Names) -> dict[str, Any]:
    """The usage's fields, JSON-ready, with case and account number in clear; what the intake adds is left out."""
    scan = _scan(use, at)
    return {
        "facility": facility_in(use.facility, f"{at}facility", names),
        "number": number_in(use.use_id, f"{at}useId"),
        "version": use.version,
        "occurred": moment_in(use.scanned_at),
        "recorded": moment_in(use.captured_at) if use.captured_at else None,
        "act": use.act_id,
        "surgical_case": use.surgical_case_number,
        "account": use.encounter_number,
        "location": use.location,
        "performing_cost_centre": use.performing_cost_centre,
        "charged_cost_centre": use.charged_cost_centre,
        "item": item_of(use.sku) if use.sku else None,
        "scan": scan.model_dump(mode="json") if scan else None,
        "lot": use.lot or (scan.lot if scan else None),
        "serial": use.serial or (scan.serial if scan else None),
        "quantity": str(use.qty),
        "unit": use.unit,
        "disposition": "opened-unused" if use.disposition == "openedUnused" else use.disposition,
        "already_posted": {"stock": use.already_booked.movement_id if use.already_booked else None},
    }


def _scan(use: CapturedUse, at: str) -> Scan | None:
    if use.barcode is None:
        if use.sku is None:
            raise InvalidEvent(f"{at}sku", "expected a sku or a barcode")
        return None
    try:
        return read_barcode(use.barcode)
    except UnreadableBarcode as unreadable:
        why = str(unreadable)
    # With the item and the unit told apart from the scan, nothing that was in the barcode is needed.
    if use.sku is not None and use.unit is not None:
        return None
    raise InvalidEvent(f"{at}barcode", f"expected a barcode that can be read, or sku and unit; {why}")
