"""The vendor's webhooks of the dock and of par levels as inbound events: received, reversed, sent back, crossed."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from canonical.documents.item import Ownership
from canonical.documents.receipt import Refused
from canonical.inbound import EventType, Inbound, InvalidEvent
from connectors.protocols.webhook import moment_in, read_as
from connectors.systems.sandbox_inventory.dock_shapes import (
    CrossedPar,
    DockLot,
    DockReceipt,
    DockReceiptCaptured,
    DockReceiptReversed,
    ParCrossed,
    ReceivedLine,
    ReturnedLine,
    ReversedReceipt,
    SupplierReturn,
    SupplierReturnCaptured,
)
from connectors.systems.sandbox_inventory.mapping import item_of
from connectors.systems.sandbox_inventory.names import Names
from connectors.systems.sandbox_inventory.reading import facility_in, number_in
from connectors.systems.sandbox_inventory.shapes import Event

BODIES = (DockReceiptCaptured, DockReceiptReversed, SupplierReturnCaptured, ParCrossed)
_OWNERS = {"owned": Ownership.owned, "consigned": Ownership.consigned, "billOnly": Ownership.bill_only}
_REASONS = {
    "damaged": Refused.damaged,
    "wrongItem": Refused.wrong_item,
    "shortDated": Refused.short_dated,
    "expired": Refused.expired,
    "overDelivered": Refused.over_delivered,
}


def translate(event: Event, body: Mapping[str, Any], names: Names) -> Inbound:
    """`dockReceipt.captured`, `dockReceipt.reversed`, `supplierReturn.captured`, `par.crossed`."""
    match event.event_type:
        case "dockReceipt.captured":
            receipt = read_as(DockReceiptCaptured, body).data
            return _inbound(
                event,
                EventType.goods_received,
                facility_in(receipt.facility, "data.facility", names),
                number_in(receipt.receipt_number, "data.receiptNumber"),
                _receipt(receipt),
            )
        case "dockReceipt.reversed":
            gone = read_as(DockReceiptReversed, body).data
            return _inbound(
                event,
                EventType.receipt_reversed,
                facility_in(gone.facility, "data.facility", names),
                number_in(gone.receipt_number, "data.receiptNumber"),
                _reversal(gone),
            )
        case "supplierReturn.captured":
            back = read_as(SupplierReturnCaptured, body).data
            return _inbound(
                event,
                EventType.goods_returned,
                facility_in(back.facility, "data.facility", names),
                number_in(back.return_number, "data.returnNumber"),
                _return(back),
            )
        case "par.crossed":
            crossed = read_as(ParCrossed, body).data
            return _inbound(
                event,
                EventType.par_crossed,
                facility_in(crossed.facility, "data.facility", names),
                number_in(crossed.found_by, "data.foundBy"),
                _crossing(crossed),
            )
    raise InvalidEvent("eventType", "expected an event of uses, items, the dock or par levels, such as use.captured")


def _inbound(event: Event, kind: EventType, facility: str, number: str, data: dict[str, Any]) -> Inbound:
    return Inbound(
        id=event.event_id,
        type=kind,
        facility=facility,
        number=number,
        time=event.emitted_at.astimezone(UTC),
        data=data,
    )


def _receipt(receipt: DockReceipt) -> dict[str, Any]:
    return {
        "occurred": moment_in(receipt.received_at),
        "recorded": moment_in(receipt.captured_at),
        "order": receipt.order_number,
        "supplier": receipt.supplier_number,
        "location": receipt.location,
        "packing_slip": receipt.packing_slip,
        "ship_notice": receipt.ship_notice_number,
        "received_on": receipt.received_on.isoformat(),
        "ownership": _OWNERS[receipt.ownership].value,
        "moves_stock": receipt.moves_stock,
        "lines": [_received(line) for line in receipt.lines],
    }


def _reversal(gone: ReversedReceipt) -> dict[str, Any]:
    return {
        "occurred": moment_in(gone.reversed_at),
        "recorded": moment_in(gone.reversed_at),
        "order": gone.order_number,
        "reason": gone.reason,
    }


def _return(back: SupplierReturn) -> dict[str, Any]:
    return {
        "occurred": moment_in(back.returned_at),
        "recorded": moment_in(back.captured_at),
        "order": back.order_number,
        "receipt": back.receipt_number,
        "supplier": back.supplier_number,
        "location": back.location,
        "returned_on": back.returned_on.isoformat(),
        "ownership": _OWNERS[back.ownership].value,
        "reason": back.reason,
        "authorisation": back.authorisation,
        "lines": [_line(line) | {"accepted": str(line.qty)} for line in back.lines],
    }


def _crossing(crossed: CrossedPar) -> dict[str, Any]:
    moment = moment_in(crossed.crossed_at)
    return {"occurred": moment, "recorded": moment, "location": crossed.location, "item": item_of(crossed.sku)}


def _received(line: ReceivedLine) -> dict[str, Any]:
    accepted = _line(line) | {"accepted": str(line.accepted_qty)}
    if line.refused is None:
        return accepted
    return accepted | {"refused": str(line.refused.qty), "refused_for": _REASONS[line.refused.reason].value}


def _line(line: ReceivedLine | ReturnedLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "order_line": line.order_line,
        "item": item_of(line.sku),
        "unit": line.unit,
        "unit_factor": None if line.unit_eaches is None else str(line.unit_eaches),
        "lots": _lots(line.lots),
    }


def _lots(lots: Sequence[DockLot]) -> list[dict[str, Any]]:
    return [
        {
            "lot": each.lot,
            "serial": each.serial,
            "expires": each.expires_on.isoformat() if each.expires_on else None,
            "quantity": str(each.qty),
        }
        for each in lots
    ]
