"""Awaited: what an order still waits for, by what was received, returned and invoiced of its lines."""

from decimal import Decimal
from typing import Literal

from canonical.documents.order import OrderLine
from canonical.documents.order_book import OrderStanding
from canonical.matching.closing import closing
from canonical.model import Frozen
from canonical.money import Money

Missing = Literal["goods", "invoice", "credit"]
MISSING: tuple[Missing, ...] = ("goods", "invoice", "credit")


class Awaited(Frozen):
    """One thing that is missing, of which lines, and the money that depends on it."""

    what: Missing
    lines: tuple[int, ...]
    at_risk: Money


def awaited(standing: OrderStanding) -> tuple[Awaited, ...]:
    """What is missing of the lines that are not closed; nothing where every line is (domain rule 15)."""
    missing: dict[Missing, list[tuple[int, Decimal]]] = {"goods": [], "invoice": [], "credit": []}
    for one in standing.lines:
        if closing(one).closed:
            continue
        line, not_invoiced = one.line, one.received_not_invoiced if one.line.match == "receipts" else Decimal(0)
        if not_invoiced > 0:
            missing["invoice"].append((line.line, line.worth(not_invoiced)))
        if not_invoiced < 0:
            missing["credit"].append((line.line, line.worth(-not_invoiced)))
        to_come = one.ordered - (one.kept if line.match == "receipts" else one.invoiced)
        if not not_invoiced or (to_come > 0 and not line.closed):
            # A line that is matched by amount is invoiced by money alone.
            paid = one.paid_for if line.match == "amount" else Decimal(0)
            missing["goods"].append((line.line, max(line.worth(to_come) - paid, Decimal(0))))
    return tuple(
        Awaited(
            what=what,
            lines=tuple(line for line, _ in found),
            at_risk=Money(
                amount=sum((worth for _, worth in found), Decimal(0)).quantize(Decimal("0.000001")),
                currency=standing.order.currency,
            ).posted(),
        )
        for what, found in missing.items()
        if found
    )


def worth(line: OrderLine, quantity: Decimal, currency: str) -> Money:
    """What so many order units of a line come to, as a ledger takes it."""
    return Money(amount=line.worth(quantity).quantize(Decimal("0.000001")), currency=currency).posted()
