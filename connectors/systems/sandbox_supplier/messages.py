"""Canonical documents as messages of the desk: only what a supplier needs is said.

Of a surgical case, a use or a request nothing leaves: a bill-only order names lots and serials alone. Reasons that a
person typed stay here too, but for that of a return, which the supplier decides on.
"""

from decimal import Decimal
from typing import Any

from canonical.documents.contract import UnitPrice
from canonical.documents.order import ExactLot, Order, OrderLine
from canonical.documents.posting import LotEntry, Replacement
from canonical.documents.receipt import GoodsReturn, ReceiptLine, ReceivedLot

UNITS = {"each": "EA", "box": "BX", "case": "CA", "pack": "PK", "pair": "PR"}


def uom_of(unit: str) -> str:
    """The code of a unit; one without a code goes by its own name."""
    return UNITS.get(unit, unit)


def to_order(order: Order, *, partner: str, account: str) -> dict[str, Any]:
    """An order as it now counts."""
    return {
        "partner": partner,
        "account": account,
        "number": order.number,
        "revision": order.version,
        "kind": order.type.value,
        "ordered-on": order.ordered_on.isoformat(),
        "currency": order.currency,
        "freight": order.freight_terms,
        "tax-exempt": order.tax_exempt,
        "ship-to-text": order.ship_to,
        "phone-reference": order.rush_reference,
        "lines": [_line(line) for line in order.lines],
    }


def to_replacement(replacement: Replacement, *, partner: str, account: str) -> dict[str, Any]:
    """A request to refill the supplier's own stock."""
    return {
        "partner": partner,
        "account": account,
        "number": replacement.number,
        "deliver-to": replacement.location,
        "lines": [_entry(number, entry) for number, entry in enumerate(replacement.lines, start=1)],
    }


def to_return(goods: GoodsReturn, *, partner: str, account: str) -> dict[str, Any]:
    """A request for the authorisation of a return."""
    return {
        "partner": partner,
        "account": account,
        "number": goods.number,
        "buyer-order": goods.order,
        "buyer-receipt": goods.receipt,
        "collect-from": goods.location,
        "returned-on": goods.returned_on.isoformat(),
        "reason": goods.reason,
        "lines": [_returned(line) for line in goods.lines],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "buyer-part": line.item,
        "vendor-part": line.supplier_item,
        "text": line.description,
        "buys": line.kind.value,
        "quantity": text(line.quantity - line.cancelled),
        "uom": uom_of(line.unit),
        "contains": text(line.base_factor),
        "price": _price(line.price),
        "price-units": text(line.price_factor),
        "contract": line.contract,
        "deliver-to": line.location,
        "need-by": line.need_by.isoformat() if line.need_by else None,
        "batches": [_batch(lot) for lot in line.lots],
    }


def _price(price: UnitPrice) -> dict[str, Any]:
    return {"amount": text(price.amount), "per": text(price.per), "uom": uom_of(price.unit)}


def _entry(number: int, entry: LotEntry) -> dict[str, Any]:
    return {
        "line": number,
        "buyer-part": entry.item,
        "quantity": text(entry.quantity),
        "uom": uom_of(entry.unit),
        "batches": [_batch(lot) for lot in entry.lots],
    }


def _returned(line: ReceiptLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "order-line": line.order_line,
        "buyer-part": line.item,
        "quantity": text(line.accepted + line.refused),
        "uom": uom_of(line.unit),
        "contains": text(line.unit_factor or Decimal(1)),
        "batches": [_batch(lot) for lot in line.lots],
    }


def _batch(lot: ExactLot | ReceivedLot) -> dict[str, Any]:
    expires = lot.expires if isinstance(lot, ReceivedLot) else None
    return {
        "lot": lot.lot,
        "serial": lot.serial,
        "quantity": text(lot.quantity),
        "expires-on": expires.isoformat() if expires else None,
    }


def text(number: Decimal) -> str:
    """The desk's quantities and prices are text without an exponent."""
    return f"{number:f}"
