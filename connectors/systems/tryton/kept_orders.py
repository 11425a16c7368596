"""A purchase as Tryton has it now, and as an order of ours: changes of a buyer included."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from canonical.documents.order import LineKind, Order, OrderLine, OrderType
from canonical.errors import Misread
from connectors.systems.tryton.amended import ORDER, is_taken_back, revision
from connectors.systems.tryton.client import Domain, Row
from connectors.systems.tryton.line_words import unworded
from connectors.systems.tryton.prices import CONTRACT
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import exact
from connectors.systems.tryton.words import heard, once, told

ON_THE_WAY = ("confirmed", "processing")
ORDERED = (*ON_THE_WAY, "done")
"""The states of what was ordered from a supplier; before, it is only being written."""
CANCELLED = "cancelled"
_TYPE, _FREIGHT, _TAXED, _SHIP_TO, _RUSH = "Order type", "Freight", "Tax", "Ship to", "Rush order, do not deliver again"
_HEAD = (_TYPE, _FREIGHT, _TAXED, _SHIP_TO, _RUSH)

AMENDED = ["revision", "amendments.state", "amendments.description", "lines.moves_ignored.internal_quantity"]
"""By what the revision of an order is told."""
LINES = [
    *(
        f"lines.{field}"
        for field in ("type", "sequence", "quantity", "unit_price", "description", "delivery_date_store")
    ),
    *(f"lines.{field}" for field in ("product", "unit", "product.code", "product.template.type", "product_supplier")),
    *(
        f"lines.{field}"
        for field in ("unit.name", "unit.factor", "product.default_uom.name", "product.default_uom.factor")
    ),
    *(f"lines.moves.{field}" for field in ("state", "internal_quantity", "planned_date", "from_location.type")),
    *(f"lines.invoice_lines.{field}" for field in ("quantity", "invoice_state")),
    "lines.analytic_accounts.account.code",
]
FIELDS = [
    *("number", "reference", "description", "comment", "state", "purchase_date", "create_date", "write_date"),
    *("party", "party.code", "currency.code", "warehouse.code"),
    *AMENDED,
    *LINES,
]


def commented(order: Order) -> str:
    """What the head of an order says that a purchase has no field for."""
    return told(
        "",
        [
            (_TYPE, "" if order.type is OrderType.stock else order.type),
            (_FREIGHT, "" if order.freight_terms == "prepaid" else order.freight_terms),
            (_TAXED, "" if order.tax_exempt else "not exempt"),
            (_SHIP_TO, order.ship_to),
            (_RUSH, order.rush_reference),
        ],
    )


def by_number(number: str) -> Domain:
    """Orders by our number, or by Tryton's own where a buyer has made them there."""
    return ["OR", [["description", "=", number]], [["number", "=", number]]]


def numbered(row: Row) -> Mapping[int, Row]:
    """The lines by our number of them, their place in the sequence; by their order where a buyer left them no place."""
    lines = [line for line in row["lines."] if line["type"] == "line"]
    places = [line["sequence"] for line in lines]
    if len(set(places)) == len(places) and all(place and 1 <= place <= 9999 for place in places):
        return dict(zip(places, lines, strict=True))
    return dict(enumerate(lines, start=1))


def in_base(line: Row) -> Decimal:
    """How many base units one order unit of a line holds."""
    if not line["unit."] or not line["product."]:
        return Decimal(1)
    return exact(line["unit."]["factor"]) / exact(line["product."]["default_uom."]["factor"])


def came(line: Row) -> Decimal:
    """Order units of a line that were received and kept, or billed where that is more."""
    done = [move for move in line["moves."] if move["state"] == "done"]
    kept = sum((exact(move["internal_quantity"]) * _direction(move) for move in done), Decimal(0)) / in_base(line)
    invoiced = [one for one in line["invoice_lines."] if one["invoice_state"] in ("posted", "paid")]
    return max(kept, sum((exact(one["quantity"]) for one in invoiced), Decimal(0)))


def centre(line: Row) -> str | None:
    """The cost centre of a line."""
    return next((one["account."]["code"] for one in line["analytic_accounts."] if one["account."]), None)


def to_order(row: Row, settings: TrytonSettings, *, system: str) -> Order:
    """An order as Tryton has it; of one that was taken back every line is cancelled. `Misread` where it cannot be told."""
    _, named = heard(row["comment"], _HEAD)
    known = once(named)
    gone = row["state"] == CANCELLED or is_taken_back(ORDER.reference(row["id"]), row["amendments."])
    try:
        return Order.model_validate(
            {
                "facility": settings.facility_of(row["warehouse."]["code"] if row["warehouse."] else ""),
                "source": system,
                "number": row["description"] or row["number"],
                "version": revision(row),
                "occurred": _moment(row["create_date"]),
                "recorded": _moment(row["write_date"] or row["create_date"]),
                "type": known.get(_TYPE, OrderType.stock),
                "supplier": row["party."]["code"],
                "currency": row["currency."]["code"],
                "ordered_on": row["purchase_date"],
                "lines": [_line(number, line, row, settings, gone=gone) for number, line in numbered(row).items()],
                "freight_terms": known.get(_FREIGHT, "prepaid"),
                "tax_exempt": _TAXED not in known,
                "ship_to": known.get(_SHIP_TO, ""),
                "rush_reference": known.get(_RUSH, ""),
            }
        )
    except ValidationError as error:
        raise Misread(
            "an order of Tryton's cannot be told", system=system, operation="order", evidence=str(error)
        ) from None


def _line(number: int, line: Row, row: Row, settings: TrytonSettings, *, gone: bool) -> OrderLine:
    product, unit = line["product."], line["unit."]["name"] if line["unit."] else "each"
    quantity, base = exact(line["quantity"]), in_base(line)
    ignored = sum((exact(move["internal_quantity"]) for move in line["moves_ignored."]), Decimal(0)) / base
    words = unworded(
        line["description"], unit_price=line["unit_price"] or Decimal(0), currency=row["currency."]["code"], unit=unit
    )
    fields: dict[str, Any] = {
        "line": number,
        "kind": _kind(product, words, settings),
        "quantity": quantity,
        "cancelled": quantity if gone else min(ignored, quantity),
        "closed": gone or row["state"] == "done",
        "unit": unit,
        "base_factor": base,
        "base_unit": product["default_uom."]["name"] if product else "each",
        "need_by": _awaited(line),
        "cost_centre": centre(line),
        **words,
    }
    if product and product["code"] not in {settings.bought_as(kind) for kind in (LineKind.service, LineKind.freight)}:
        fields["item"] = product["code"]
    if line["product_supplier"]:
        fields["contract"] = CONTRACT.reference(line["product_supplier"])
    return OrderLine(**fields)


def _kind(product: Row | None, words: Mapping[str, Any], settings: TrytonSettings) -> LineKind:
    if product is None:
        return LineKind.goods if "item" in words else LineKind.service
    if product["template."]["type"] != "service":
        return LineKind.goods
    return LineKind.freight if product["code"] == settings.bought_as(LineKind.freight) else LineKind.service


def _awaited(line: Row) -> date | None:
    """The day on which the rest is planned to come, as a buyer has put it last."""
    moves: Sequence[Row] = line["moves."]
    planned = [move["planned_date"] for move in moves if move["state"] in ("draft", "assigned", "staging")]
    known: date | None = min((day for day in planned if day), default=line["delivery_date_store"])
    return known


def _direction(move: Row) -> int:
    return 1 if move["from_location."]["type"] == "supplier" else -1


def _moment(naive: datetime) -> datetime:
    return naive.replace(tzinfo=UTC)
