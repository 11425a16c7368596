"""Destinations: which run an event is for, by the business key that its document carries."""

from canonical.documents.invoice import InvoiceType, normalised
from canonical.envelope import Envelope
from canonical.identity import (
    USE_PROCESS,
    RunName,
    basket_of_order,
    basket_run,
    case_basket,
    invoice_run,
    order_run,
    request_run,
    stray_run,
)
from canonical.inbound import EventType

CREDIT = ":credit"
STRAYS = {
    EventType.goods_received: "receipt",
    EventType.receipt_reversed: "receipt",
    EventType.goods_shipped: "ship-notice",
    EventType.goods_returned: "return",
    EventType.return_authorised: "return",
}
"""What a document is called in the address of its run where it names no order."""


def run_of(envelope: Envelope) -> RunName:
    """The run of a document; those of subjects and of a charge's outcome have no run of their own."""
    kind, facility, data = EventType(envelope.type), envelope.facility, envelope.data
    match kind:
        case EventType.usage_reported | EventType.usage_corrected:
            return RunName(process=USE_PROCESS, facility=facility, source=envelope.source, number=envelope.subject)
        case EventType.order_placed | EventType.order_changed | EventType.order_named:
            return order_run(facility, envelope.subject)
        case EventType.order_acknowledged | EventType.order_ruled:
            order = data["order"] if kind is EventType.order_acknowledged else envelope.subject
            basket = basket_of_order(facility, order)
            return order_run(facility, order) if basket is None else basket_run(facility, basket)
        case EventType.invoice_presented | EventType.invoice_withdrawn:
            # A credit memo may carry the number of the invoice that it takes back.
            credit = CREDIT if data.get("type") == InvoiceType.credit else ""
            return invoice_run(facility, data["supplier"], normalised(envelope.subject) + credit)
        case EventType.par_crossed | EventType.request_answered:
            return request_run(facility, data["location"], data["item"])
        case EventType.item_requested | EventType.request_withdrawn:
            return basket_run(facility, data["basket"])
        case EventType.usage_sheet_sent:
            return basket_run(facility, case_basket(data["supplier"], data["surgical_case"]))
        case _ if kind in STRAYS:
            order = data.get("order")
            stray = stray_run(facility, STRAYS[kind], envelope.subject)
            return stray if order is None else order_run(facility, order)
    raise ValueError(f"no run hears of {kind}")
