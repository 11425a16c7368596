"""The table of situations, read: each becomes documents, a policy, and what people expect of the match."""

import tomllib
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from canonical.documents.contract import Contract, PriceTier, UnitPrice
from canonical.documents.invoice import Invoice, InvoiceLine, SeenInvoice
from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import Allocation, LineStanding, OrderStanding, ReceivedPart
from canonical.matching.match import match
from canonical.matching.policy import MatchPolicy, Rule
from canonical.matching.result import Match

Row = dict[str, Any]
TABLE = Path(__file__).with_name("situations.toml")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOCUMENT: Row = {"facility": "H1", "source": "edi", "occurred": NOON}
ORDER, SUPPLIER, CURRENCY = "PO-1", "ACME", "USD"
ORDERED, INVOICED = date(2026, 3, 2), date(2026, 3, 10)


@cache
def situations() -> tuple[Row, ...]:
    """All rows; figures are exact."""
    return tuple(tomllib.loads(TABLE.read_text(encoding="utf-8"), parse_float=Decimal)["situation"])


def matched(row: Row) -> Match:
    """The match of a row."""
    return match(
        invoice(row, row["billed"], row.get("invoice", {})),
        orders=orders(row),
        contracts=tuple(_contract(one) for one in row.get("contracts", ())),
        others=tuple(
            invoice(row, one["billed"], {k: v for k, v in one.items() if k != "billed"}) for one in _others(row)
        ),
        seen=tuple(_seen(one) for one in row.get("seen", ())),
        overridden=tuple(row.get("overridden", ())),
        policy=_policy(row),
    )


def orders(row: Row) -> tuple[OrderStanding, ...]:
    """The orders of a row as they stand; lines of several orders name theirs."""
    by_order: dict[str, list[Row]] = defaultdict(list)
    for line in row.get("ordered", ()):
        by_order[line.get("order", ORDER)].append(line)
    return tuple(_order(row, number, lines) for number, lines in by_order.items())


def invoice(row: Row, billed: list[Row], head: Row) -> Invoice:
    """An invoice whose total is the sum of its lines, where the row does not say another."""
    currency = head.get("currency", CURRENCY)
    lines = tuple(_invoice_line(place, line, currency) for place, line in enumerate(billed, start=1))
    head = {"number": "INV-1", "supplier": SUPPLIER, "currency": currency, "invoiced_on": INVOICED, **head}
    head.setdefault("received_on", head["invoiced_on"])
    head.setdefault("total", sum(line.amount for line in lines))
    return Invoice(**DOCUMENT, **head, lines=lines)


def _others(row: Row) -> list[Row]:
    return list(row.get("others", ()))


def _order(row: Row, number: str, lines: list[Row]) -> OrderStanding:
    head = {"supplier": SUPPLIER, "currency": CURRENCY, "ordered_on": ORDERED, **row.get("order", {})}
    standings = tuple(_standing(row, number, line, head["currency"]) for line in lines)
    order = Order(**DOCUMENT, number=number, **head, lines=tuple(one.line for one in standings))
    return OrderStanding(facility="H1", order=order, lines=standings)


def _standing(row: Row, order: str, fields: Row, currency: str) -> LineStanding:
    told = {key: value for key, value in fields.items() if key not in ("order", "price", "per", "price_unit")}
    unit = told.setdefault("unit", "each")
    price = UnitPrice(
        amount=fields["price"], currency=currency, per=fields.get("per", 1), unit=fields.get("price_unit", unit)
    )
    line = OrderLine(
        **{key: value for key, value in {"line": 1, "item": "GAUZE", **told}.items() if value != ""}, price=price
    )

    def mine(one: Row) -> bool:
        return bool(one.get("order", ORDER) == order and one.get("line", 1) == line.line)

    received = tuple(_part(one) for one in row.get("received", ()) if mine(one))
    allocated = tuple(_allocation(order, one) for one in row.get("approved", ()) if mine(one))
    return LineStanding(line=line, received=received, allocated=allocated)


def _part(fields: Row) -> ReceivedPart:
    told = {key: value for key, value in fields.items() if key not in ("order", "line")}
    return ReceivedPart(**{"receipt": "R1", "line": fields.get("line", 1), "received_on": date(2026, 3, 5), **told})


def _allocation(order: str, fields: Row) -> Allocation:
    told = {key: value for key, value in fields.items() if key not in ("order", "line")}
    line = fields.get("line", 1)
    return Allocation(
        **{"invoice": f"{SUPPLIER}:INV0", "invoice_line": 1, "receipt": "R1", "receipt_line": line, **told},
        order=order,
        order_line=line,
    )


def _invoice_line(place: int, fields: Row, currency: str) -> InvoiceLine:
    told = dict(fields)
    price = told.pop("price", None)
    each = {"per": told.pop("per", 1), "unit": told.pop("price_unit", told.get("unit", "each"))}
    if price is not None:
        told["price"] = UnitPrice(amount=price, currency=told.pop("price_currency", currency), **each)
    if told.pop("named", told.get("kind", "goods") == "goods"):
        told = {"order": ORDER, "order_line": 1, **told}
    return InvoiceLine(**{"line": place, **{key: value for key, value in told.items() if value != ""}})


def _contract(fields: Row) -> Contract:
    told = {key: value for key, value in fields.items() if key not in ("price", "per", "price_unit", "tiers")}
    price = UnitPrice(
        amount=fields["price"], currency=CURRENCY, per=fields.get("per", 1), unit=fields.get("price_unit", "each")
    )
    tiers = tuple(PriceTier(from_quantity=quantity, amount=amount) for quantity, amount in fields.get("tiers", ()))
    year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    told = {"contract": "C-1", "supplier": SUPPLIER, "item": "GAUZE", **year, **told}
    return Contract(**told, price=price, tiers=tiers)


def _seen(fields: Row) -> SeenInvoice:
    return SeenInvoice(
        **{
            "supplier": SUPPLIER,
            "currency": CURRENCY,
            "invoiced_on": INVOICED,
            "orders": (ORDER,),
            **{"normalised" if name == "number" else name: value for name, value in fields.items()},
        }
    )


def _policy(row: Row) -> MatchPolicy:
    rules = [*row.get("rules", ()), *([row["policy"]] if "policy" in row else [])]
    return MatchPolicy(rules=tuple(Rule(**rule) for rule in rules))
