"""The three-way match alone, on one core: `python -m bench.matching`; what a run adds to it, the rest of the bench shows."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median
from time import process_time

from rich.console import Console

from bench.figures import Matched
from bench.table import matching_table
from canonical.documents.contract import Contract, PriceTier, UnitPrice
from canonical.documents.invoice import Invoice, InvoiceLine
from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import LineStanding, OrderStanding, ReceivedPart
from canonical.matching.match import match
from canonical.matching.policy import Apart, MatchPolicy, Rule

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = MatchPolicy(
    rules=(
        Rule(
            price_over=Apart(percent=Decimal(2), money=Decimal(25)),
            contract_over=Apart(percent=Decimal(2), money=Decimal(25)),
        ),
        Rule(supplier="ACME", freight=Apart(percent=Decimal(5), money=Decimal(50))),
    )
)
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """One match to be made."""

    invoice: Invoice
    orders: tuple[OrderStanding, ...]
    contracts: tuple[Contract, ...]
    others: tuple[Invoice, ...] = ()


def measure(invoices: int = 200) -> tuple[Matched, ...]:
    """Invoices as they come daily, the same while others wait for the same orders, and a distributor's summary."""
    daily = [_asked(number, lines=10, orders=1) for number in range(invoices)]
    waiting = [_asked(number, lines=10, orders=1, others=3) for number in range(max(invoices // 4, 1))]
    return (
        _measured("10 lines, one order", daily),
        _measured("10 lines, one order, 3 others come first", waiting),
        _measured("2,000 lines, 100 orders, paid", [_asked(1, lines=20, orders=100)]),
        _measured("2,000 lines, 100 orders, held", [_asked(0, lines=20, orders=100)]),
    )


def _measured(what: str, asked: Sequence[Asked]) -> Matched:
    """The median of some rounds, after one that does not count; a match made twice costs the same twice."""
    # The documents were there before: looking through them for garbage is no part of a match.
    gc.collect()
    gc.freeze()
    lines = sum(len(one.invoice.lines) for one in asked)
    took = [_round(asked) for _ in range(ROUNDS + 1)][1:]
    seconds = median(took)
    return Matched(
        what=what,
        lines_per_second=round(lines / seconds),
        slowest=round(lines / max(took)),
        milliseconds=round(1000 * seconds / len(asked), 3),
    )


def _round(asked: Sequence[Asked]) -> float:
    began = process_time()
    for one in asked:
        match(one.invoice, orders=one.orders, contracts=one.contracts, others=one.others, policy=POLICY)
    return process_time() - began


def _asked(number: int, *, lines: int, orders: int, others: int = 0) -> Asked:
    """An invoice of which one line in ten is a little over; one in five is held, for a price and for what did not come."""
    held = number % 5 == 0
    standings = tuple(_standing(f"PO-{number}-{place}", lines, short=held) for place in range(orders))
    contracts = tuple(_contract(place) for place in range(lines))
    billed = _invoice(f"INV-{number}", standings, high=held, quantity=20 - 2 * others)
    waiting = tuple(_invoice(f"INV-{number}-{place}", standings, back=place + 1, quantity=2) for place in range(others))
    return Asked(invoice=billed, orders=standings, contracts=contracts, others=waiting)


def _price(place: int, *, high: bool) -> Decimal:
    over = Decimal("0.10") if place % 10 == 3 else Decimal(5) if high and place % 20 == 7 else Decimal(0)
    return Decimal(10) + place % 7 + over


def _standing(order: str, lines: int, *, short: bool) -> OrderStanding:
    standings = []
    for place in range(lines):
        price = UnitPrice(amount=Decimal(10) + place % 7, currency="USD")
        line = OrderLine(line=place + 1, item=f"ITEM-{place}", quantity=Decimal(20), price=price, contract="C-1")
        halves = (Decimal(12), Decimal(4 if short and place % 20 == 9 else 8))
        received = tuple(
            ReceivedPart(receipt=f"R{part}-{order}", line=place + 1, quantity=quantity, received_on=DAY)
            for part, quantity in enumerate(halves)
        )
        standings.append(LineStanding(line=line, received=received))
    ordered = tuple(one.line for one in standings)
    head = Order(
        facility="H1",
        source="erp",
        number=order,
        occurred=NOON,
        supplier="ACME",
        currency="USD",
        ordered_on=DAY,
        lines=ordered,
    )
    return OrderStanding(facility="H1", order=head, lines=tuple(standings))


def _contract(place: int) -> Contract:
    price = UnitPrice(amount=Decimal(12) + place % 7, currency="USD")
    tiers = (PriceTier(from_quantity=Decimal(10), amount=Decimal(10) + place % 7),)
    year = (date(2026, 1, 1), date(2026, 12, 31))
    return Contract(
        contract="C-1", supplier="ACME", item=f"ITEM-{place}", price=price, tiers=tiers, first=year[0], last=year[1]
    )


def _invoice(
    number: str, orders: Sequence[OrderStanding], *, quantity: int, high: bool = False, back: int = 0
) -> Invoice:
    lines: list[InvoiceLine] = []
    for standing in orders:
        for one in standing.lines:
            each = _price(one.line.line - 1, high=high)
            lines.append(
                InvoiceLine(
                    line=len(lines) + 1,
                    order=standing.order.number,
                    order_line=one.line.line,
                    item=one.line.item,
                    quantity=Decimal(quantity),
                    price=UnitPrice(amount=each, currency="USD"),
                    amount=each * quantity,
                )
            )
    return Invoice(
        facility="H1",
        source="edi",
        number=number,
        occurred=NOON,
        supplier="ACME",
        currency="USD",
        invoiced_on=date(2026, 3, 10 - back),
        received_on=DAY,
        total=sum((line.amount for line in lines), Decimal(0)),
        lines=tuple(lines),
    )


if __name__ == "__main__":
    Console().print(matching_table(measure()))
