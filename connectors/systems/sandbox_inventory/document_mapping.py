"""Between the engine's postings and the vendor's stock documents."""

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

from canonical.documents.item import Ownership
from canonical.documents.posting import ExpectedDelivery, LotEntry, LotsIn, LotsOut, Transfer
from canonical.documents.receipt import ReceivedLot
from canonical.effect import Found, Posted
from connectors.systems.sandbox_inventory.document_shapes import StockDocument, TakenBack
from connectors.systems.sandbox_inventory.mapping import number, sku_of
from connectors.systems.sandbox_inventory.names import Names

_OWNERSHIP = {
    Ownership.owned: "owned",
    Ownership.consigned: "consigned",
    Ownership.bill_only: "billOnly",
    # A sample is the supplier's until it is used, as consigned goods are.
    Ownership.sample: "consigned",
}


def to_putaway(document: LotsIn, names: Names) -> dict[str, Any]:
    """Goods in, by lot."""
    fields = {
        "facility": names.campus_of(document.facility),
        "location": document.location,
        "ownership": _OWNERSHIP[document.ownership],
        "receiptNumber": document.receipt,
        "orderNumber": document.order or None,
        "supplierNumber": document.supplier or None,
        "effectiveOn": document.on.isoformat(),
        "lines": _lines(document.lines),
    }
    return _said(fields)


def to_removal(document: LotsOut, names: Names) -> dict[str, Any]:
    """Goods out, back to the supplier."""
    return {
        "facility": names.campus_of(document.facility),
        "location": document.location,
        "returnNumber": document.goods_return,
        "effectiveOn": document.on.isoformat(),
        "lines": _lines(document.lines),
    }


def to_transfer(document: Transfer, names: Names) -> dict[str, Any]:
    """Both legs at once: what the engine moves is there when it is told."""
    return {
        "facility": names.campus_of(document.facility),
        "fromLocation": document.from_location,
        "toLocation": document.to_location,
        "sku": sku_of(document.item),
        "qty": number(document.quantity),
        "arrives": "atOnce",
        "effectiveOn": document.on.isoformat(),
    }


def to_expected(document: ExpectedDelivery, names: Names) -> dict[str, Any]:
    """All that the order brings as of its revision."""
    return {
        "facility": names.campus_of(document.facility),
        "orderNumber": document.order,
        "revision": document.revision,
        "lines": [
            _said(
                {
                    "sku": sku_of(line.item),
                    "location": line.location,
                    "qty": number(line.quantity),
                    "on": line.on.isoformat() if line.on else None,
                }
            )
            for line in document.lines
        ],
    }


def to_posted(document: StockDocument) -> Posted:
    """A document is booked at once."""
    return Posted(reference=document.document_id, posting_date=_day(document))


def to_taken_back(document: TakenBack) -> Posted:
    """How it was taken back, now or before."""
    return Posted(reference=document.reversal.reversal_id, posting_date=document.reversal.effective_on)


def to_found(document: StockDocument) -> Found:
    """Live until it was taken back."""
    return Found(
        reference=document.document_id,
        wire_key=document.external_ref or "",
        live=document.status != "reversed",
        quantity=document.qty,
        posting_date=_day(document),
    )


def _lines(lines: Sequence[LotEntry]) -> list[dict[str, Any]]:
    return [
        {"sku": sku_of(line.item), "qty": number(line.quantity), "lots": [_lot(each) for each in _named(line)]}
        for line in lines
    ]


def _named(line: LotEntry) -> Sequence[ReceivedLot]:
    """The lots of a line; none where one has no name, for the vendor takes all of a line by lot or none of it."""
    return line.lots if all(each.lot or each.serial for each in line.lots) else ()


def _lot(lot: ReceivedLot) -> dict[str, Any]:
    fields = {
        "lot": lot.lot,
        "serial": lot.serial,
        "expiresOn": lot.expires.isoformat() if lot.expires else None,
        "qty": number(lot.quantity),
    }
    return _said(fields)


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _day(document: StockDocument) -> date:
    return document.effective_on or document.booked_at.astimezone(UTC).date()
