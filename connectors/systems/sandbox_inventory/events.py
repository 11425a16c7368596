"""The vendor's webhooks as inbound events: uses, their corrections, approved items."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from canonical.documents.usage import Scan
from canonical.inbound import EVERY_FACILITY, EventType, Inbound, InvalidEvent
from connectors.protocols.barcode.scan import read_barcode
from connectors.protocols.barcode.unreadable import UnreadableBarcode
from connectors.systems.sandbox_inventory.mapping import facility_of, item_of
from connectors.systems.sandbox_inventory.shapes import (
    NUMBER,
    Approved,
    CapturedUse,
    Correction,
    Event,
    ItemApproved,
    UseCaptured,
    UseCorrected,
)

Model = TypeVar("Model", bound=BaseModel)
BODIES = (UseCaptured, UseCorrected, ItemApproved)
_KINDS = {"wrongPatient": "wrong-patient", "wrongItem": "wrong-item", "notUsed": "not-used"}


def translate(body: Mapping[str, Any]) -> Inbound:
    """`use.captured`, `use.corrected`, `item.approved`; `InvalidEvent` names the vendor's field, never its value."""
    event = _read(Event, body)
    match event.event_type:
        case "use.captured":
            return _usage(event, _read(UseCaptured, body).data)
        case "use.corrected":
            return _correction(event, _read(UseCorrected, body).data)
        case "item.approved":
            return _approval(event, _read(ItemApproved, body).data)
    raise InvalidEvent("eventType", "expected use.captured, use.corrected or item.approved")


def _usage(event: Event, use: CapturedUse) -> Inbound:
    return Inbound(
        id=event.event_id,
        type=EventType.usage_reported,
        facility=_facility(use.facility, "data.facility"),
        number=_number(use.use_id, "data.useId"),
        time=event.emitted_at.astimezone(UTC),
        data=_document(use, "data."),
    )


def _correction(event: Event, correction: Correction) -> Inbound:
    if (correction.replacement is None) != (correction.kind == "notUsed"):
        raise InvalidEvent("data.replacement", "expected for every kind but notUsed, which has none")
    facility = _facility(correction.facility, "data.facility")
    number = _number(correction.corrects_use_id, "data.correctsUseId")
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
            "occurred": _moment(correction.corrected_at),
            "recorded": _moment(correction.corrected_at),
            "correction": correction.correction_id,
            "kind": _KINDS[correction.kind],
            "replacement": (_document(correction.replacement, "data.replacement.") if correction.replacement else None),
        },
    )


def _approval(event: Event, approved: Approved) -> Inbound:
    item = _number(item_of(approved.sku), "data.sku")
    return Inbound(
        id=event.event_id,
        type=EventType.item_approved,
        facility=EVERY_FACILITY,
        number=item,
        time=event.emitted_at.astimezone(UTC),
        data={"item": item},
    )


def _document(use: CapturedUse, at: str) -> dict[str, Any]:
    """The usage's fields, JSON-ready, with case and account number in clear; what the intake adds is left out."""
    scan = _scan(use, at)
    return {
        "facility": _facility(use.facility, f"{at}facility"),
        "number": _number(use.use_id, f"{at}useId"),
        "version": use.version,
        "occurred": _moment(use.scanned_at),
        "recorded": _moment(use.captured_at) if use.captured_at else None,
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


def _facility(campus: str, field: str) -> str:
    facility = facility_of(campus)
    if facility is None:
        raise InvalidEvent(field, "expected the name of a campus, for example northCampus")
    return facility


def _number(text: str, field: str) -> str:
    if re.fullmatch(NUMBER, text) is None:
        raise InvalidEvent(field, "expected 1 to 64 printable characters without blanks")
    return text


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _read(model: type[Model], body: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        invalid = InvalidEvent(".".join(map(str, first["loc"])) or "body", str(first["msg"]))
    raise invalid
