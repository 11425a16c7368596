"""The desk's webhooks as inbound events: acknowledgements, ship notices, invoices, authorisations, usage sheets."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from canonical.inbound import EventType, Inbound, InvalidEvent
from connectors.protocols.webhook import read_as
from connectors.systems.sandbox_supplier import papers
from connectors.systems.sandbox_supplier.settings import SupplierSettings
from connectors.systems.sandbox_supplier.shapes import (
    Event,
    InvoiceIssued,
    OrderAcknowledged,
    Paper,
    ReturnAuthorised,
    ShipmentSent,
    UsageSheetSent,
)

BODIES = (OrderAcknowledged, ShipmentSent, InvoiceIssued, ReturnAuthorised, UsageSheetSent)


def translate(body: Mapping[str, Any], settings: SupplierSettings) -> Inbound:
    """Any of the desk's five events; `InvalidEvent` names the desk's field, never its value."""
    event = read_as(Event, body)
    match event.event:
        case "order.acknowledged":
            answer = read_as(OrderAcknowledged, body).document
            return _inbound(
                event, EventType.order_acknowledged, answer, papers.acknowledgement(answer, settings), settings
            )
        case "shipment.sent":
            shipment = read_as(ShipmentSent, body).document
            return _inbound(event, EventType.goods_shipped, shipment, papers.ship_notice(shipment, settings), settings)
        case "invoice.issued":
            bill = read_as(InvoiceIssued, body).document
            data = papers.invoice(bill, settings, sent_at=event.sent_at)
            return _inbound(
                event, EventType.invoice_presented, bill, data, settings, number=papers.printed(bill.invoice)
            )
        case "return.authorised":
            answered = read_as(ReturnAuthorised, body).document
            data, number = (
                papers.goods_return(answered, settings),
                papers.number(answered.return_.number, "return.number"),
            )
            return _inbound(event, EventType.return_authorised, answered, data, settings, number=number)
        case "usageSheet.sent":
            sheet = read_as(UsageSheetSent, body).document
            return _inbound(event, EventType.usage_sheet_sent, sheet, papers.usage_sheet(sheet, settings), settings)
    raise InvalidEvent(
        "event", "expected order.acknowledged, shipment.sent, invoice.issued, return.authorised or usageSheet.sent"
    )


def _inbound(
    event: Event,
    kind: EventType,
    paper: Paper,
    data: dict[str, Any],
    settings: SupplierSettings,
    *,
    number: str | None = None,
) -> Inbound:
    """An event about a paper, by the paper's own number unless another is the document's."""
    return Inbound(
        id=event.id,
        type=kind,
        facility=papers.facility_of(paper, settings),
        number=number or papers.number(paper.paper, "paper"),
        time=event.sent_at.astimezone(UTC),
        data=data,
    )
