"""The desk's papers as fields of canonical documents, JSON-ready, with a surgical case's number still in clear."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from canonical.documents.order import Acknowledged
from canonical.inbound import InvalidEvent
from connectors.protocols.webhook import moment_in, named_in, number_in
from connectors.systems.sandbox_supplier.messages import UNITS
from connectors.systems.sandbox_supplier.settings import SupplierSettings
from connectors.systems.sandbox_supplier.shapes import (
    NUMBER,
    AcknowledgementLine,
    AcknowledgementPaper,
    AuthorisationPaper,
    Batch,
    InvoiceLine,
    InvoicePaper,
    Paper,
    Price,
    SheetPaper,
    ShipmentPaper,
    ShippedLine,
)

_CODES = {
    "IA": Acknowledged.accepted,
    "IQ": Acknowledged.quantity_changed,
    "IP": Acknowledged.price_changed,
    "DR": Acknowledged.date_changed,
    "SP": Acknowledged.date_pending,
    "SL": Acknowledged.split_up,
    "IB": Acknowledged.back_ordered,
    "IS": Acknowledged.substituted,
    "IH": Acknowledged.on_hold,
    "ID": Acknowledged.deleted,
    "IR": Acknowledged.rejected,
    "NL": Acknowledged.not_on_order,
}
_UNITS = {code: unit for unit, code in UNITS.items()}
_NUMBERS = "1 to 64 letters, digits and . _ / -, a letter or digit first"


def unit_of(uom: str) -> str:
    """The unit of a code; one without a code goes by its own name."""
    return _UNITS.get(uom, uom)


def facility_of(paper: Paper, settings: SupplierSettings) -> str:
    """The facility whose account it is."""
    return named_in(settings.accounts, paper.account, "document.account", what="an account")


def acknowledgement(paper: AcknowledgementPaper, settings: SupplierSettings) -> dict[str, Any]:
    """An `Acknowledgement`."""
    lines = [_acknowledged(place, line, paper.currency) for place, line in enumerate(paper.lines)]
    return _common(paper, settings) | {"order": number(paper.buyer_order, "buyer-order"), "lines": lines}


def ship_notice(paper: ShipmentPaper, settings: SupplierSettings) -> dict[str, Any]:
    """A `ShipNotice`."""
    return _common(paper, settings) | {
        "order": None if paper.buyer_order is None else number(paper.buyer_order, "buyer-order"),
        "request": None if paper.buyer_request is None else number(paper.buyer_request, "buyer-request"),
        "expected_on": paper.expected_on.isoformat(),
        "lines": [_shipped(place, line) for place, line in enumerate(paper.lines)],
    }


def invoice(paper: InvoicePaper, settings: SupplierSettings, *, sent_at: datetime) -> dict[str, Any]:
    """An `Invoice`; it was received on the day on which the desk sent it."""
    return _common(paper, settings) | {
        "type": paper.type,
        "remit_to": paper.remit_to,
        "channel": paper.channel,
        "corrects": printed(paper.corrects) if paper.corrects else None,
        "currency": paper.currency,
        "invoiced_on": paper.invoiced_on.isoformat(),
        "received_on": sent_at.astimezone(UTC).date().isoformat(),
        "due_on": paper.due_on.isoformat() if paper.due_on else None,
        "discount_on": paper.discount_on.isoformat() if paper.discount_on else None,
        "discount": str(paper.discount_percent),
        "total": str(paper.total),
        "lines": [_invoiced(place, line, paper.currency) for place, line in enumerate(paper.lines)],
    }


def goods_return(paper: AuthorisationPaper, settings: SupplierSettings) -> dict[str, Any]:
    """A `GoodsReturn` with its authorisation; without one, and with the supplier's reason, where it was refused."""
    request = paper.return_
    return _common(paper, settings) | {
        "order": request.buyer_order,
        "receipt": request.buyer_receipt,
        "location": request.collect_from,
        "returned_on": request.returned_on.isoformat(),
        "authorisation": paper.paper if paper.granted else "",
        "reason": request.reason if paper.granted else paper.because or request.reason,
        "lines": [
            {
                "line": line.line,
                "order_line": line.order_line,
                "item": line.buyer_part,
                "accepted": str(line.quantity),
                "unit": unit_of(line.uom),
                "unit_factor": str(line.contains),
                "lots": [_lot(batch) for batch in line.batches],
            }
            for line in request.lines
        ],
    }


def usage_sheet(paper: SheetPaper, settings: SupplierSettings) -> dict[str, Any]:
    """A `UsageSheet`, whose surgical case is tokenised at the door."""
    return _common(paper, settings) | {
        "surgical_case": paper.case,
        "lines": [
            {"item": line.buyer_part, "lot": line.lot, "serial": line.serial, "quantity": str(line.quantity)}
            for line in paper.lines
        ],
    }


def number(said: str, field: str) -> str:
    """A number that can stand in an address."""
    return number_in(said, f"document.{field}", pattern=NUMBER, expected=f"expected {_NUMBERS}")


def printed(said: str) -> str:
    """An invoice's number with what cannot stand in an address replaced: numbers are compared without such signs anyway."""
    return number(re.sub(r"[^A-Za-z0-9._/-]", "-", said.strip(" #")).lstrip("-._/"), "invoice")


def _common(paper: Paper, settings: SupplierSettings) -> dict[str, Any]:
    moment = moment_in(paper.issued_at)
    supplier = named_in(settings.partners, paper.partner, "document.partner", what="a partner")
    return {"supplier": supplier, "occurred": moment, "recorded": moment}


def _acknowledged(place: int, line: AcknowledgementLine, currency: str) -> dict[str, Any]:
    status = _CODES.get(line.code)
    if status is None:
        raise InvalidEvent(f"document.lines.{place}.code", f"expected one of {', '.join(_CODES)}")
    return {
        "line": line.buyer_line,
        "status": status.value,
        "quantity": _text(line.quantity),
        "price": _price(line.price, currency) if line.price else None,
        "on": line.expected_on.isoformat() if line.expected_on else None,
        "item": line.buyer_part,
        "supplier_item": line.vendor_part,
        "reason": line.reason,
    }


def _shipped(place: int, line: ShippedLine) -> dict[str, Any]:
    item = line.buyer_part or line.vendor_part
    return {
        "line": line.line,
        "order_line": line.buyer_line,
        "item": number(item, f"lines.{place}.buyer-part"),
        "accepted": str(line.quantity),
        "unit": unit_of(line.uom),
        "unit_factor": str(line.contains),
        "lots": [_lot(batch) for batch in line.batches],
    }


def _invoiced(place: int, line: InvoiceLine, currency: str) -> dict[str, Any]:
    return {
        "line": line.line,
        "kind": line.buys,
        "order": None if line.buyer_order is None else number(line.buyer_order, f"lines.{place}.buyer-order"),
        "order_line": line.buyer_line,
        "receipt": line.ship_notice or "",
        "item": line.buyer_part,
        "supplier_item": line.vendor_part,
        "description": line.text,
        "quantity": str(line.quantity),
        "unit": unit_of(line.uom),
        "price": _price(line.price, currency) if line.price else None,
        "amount": str(line.amount),
    }


def _price(price: Price, currency: str) -> dict[str, Any]:
    return {"amount": str(price.amount), "currency": currency, "per": str(price.per), "unit": unit_of(price.uom)}


def _lot(batch: Batch) -> dict[str, Any]:
    return {
        "lot": batch.lot,
        "serial": batch.serial,
        "expires": batch.expires_on.isoformat() if batch.expires_on else None,
        "quantity": str(batch.quantity),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
