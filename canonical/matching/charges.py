"""Charges: freight, fuel, restocking, tax and other lines that no order line stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from canonical.documents.invoice import ChargeKind, InvoiceLine
from canonical.documents.order import Order
from canonical.matching.book import ZERO
from canonical.matching.policy import Terms
from canonical.matching.result import Hold, HoldKind, hold
from canonical.matching.words import money, plain

KINDS: Mapping[ChargeKind, HoldKind] = {
    ChargeKind.freight: HoldKind.freight,
    ChargeKind.fuel: HoldKind.fuel,
    ChargeKind.restocking: HoldKind.restocking,
    ChargeKind.tax: HoldKind.tax,
    ChargeKind.other: HoldKind.other_charge,
}


@dataclass(slots=True)
class Charge:
    """All lines of one kind of charge: `asked` is to the hospital's loss, whichever document asks it."""

    kind: ChargeKind
    lines: list[InvoiceLine]
    asked: Decimal
    holds: list[Hold] = field(default_factory=list)
    tolerated: Decimal = ZERO


def gathered(lines: Sequence[InvoiceLine], *, sign: int) -> list[Charge]:
    """The charges by kind, in the order in which the kinds come; several lines of a kind are one charge."""
    by_kind: dict[ChargeKind, Charge] = {}
    for line in lines:
        charge = by_kind.setdefault(line.kind, Charge(line.kind, [], ZERO))
        charge.lines.append(line)
        charge.asked += sign * line.amount
    return list(by_kind.values())


def check_charge(charge: Charge, orders: Sequence[Order], goods: Decimal, terms: Terms) -> None:
    """Hold a charge that no order of the invoice owes, or that is more than the share of the goods it may come to."""
    if charge.asked <= 0:
        return
    first = charge.lines[0].line
    name = charge.kind.value
    kind = KINDS[charge.kind]
    if not orders:
        words = f"Line {first}: {name} of {money(charge.asked)} without an order."
        charge.holds.append(hold(first, HoldKind.order_unknown, words, charge.asked))
        return
    reason = _not_owed(charge.kind, orders)
    if reason:
        charge.holds.append(
            hold(first, kind, f"Line {first}: {name} of {money(charge.asked)}, {reason}.", charge.asked)
        )
        return
    limit = terms.limit(name)
    if limit.allows(charge.asked, of=goods):
        charge.tolerated = charge.asked
        return
    words = (
        f"Line {first}: {name} of {money(charge.asked)} on goods of {money(goods)}, "
        f"allowed are {plain(limit.percent)}% and {money(limit.money)}."
    )
    charge.holds.append(hold(first, kind, words, charge.asked))


def _not_owed(kind: ChargeKind, orders: Sequence[Order]) -> str:
    """Why the orders of an invoice owe no such charge; empty where one of them may."""
    if kind is ChargeKind.tax and all(order.tax_exempt for order in orders):
        return "and the hospital is exempt from tax"
    if kind is ChargeKind.freight and all(order.freight_terms != "added" for order in orders):
        terms = orders[0].freight_terms
        return "and by the order the supplier pays it" if terms == "prepaid" else "and the carrier is paid directly"
    return ""
