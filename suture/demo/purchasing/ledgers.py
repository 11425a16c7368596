"""The ledgers of every purchase, as the systems tell them: ordered, received, on the shelf, billed, paid, still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from suture.demo.ledgers import Verdict
from suture.demo.purchasing.books import TradeBooks
from suture.demo.purchasing.moves import End, Purchase
from suture.demo.purchasing.placed import Placed
from suture.demo.purchasing.standing import PurchaseStanding

CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class TradeLine:
    """One order in the ledgers; `wrong` says in words what is not as it must be."""

    purchase: Purchase
    order: str
    ordered: Decimal
    received: Decimal
    shelved: Decimal
    invoiced: Decimal
    paid: Decimal
    committed: Decimal
    accrued: Decimal
    verdict: Verdict
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TradeComparison:
    """All orders, and documents that no purchase of the day answers for."""

    lines: tuple[TradeLine, ...]
    orphans: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether every order ended as it must, and nothing else is there."""
        return not self.orphans and all(line.verdict == "ok" for line in self.lines)


def compare_trade(standings: Sequence[PurchaseStanding], books: TradeBooks) -> TradeComparison:
    """Hold what the systems say of each order against what the day has foreseen."""
    orders = {(order.number, order.facility): order for order in books.orders}
    lines = []
    for standing in standings:
        if standing.purchase.end is not None:
            lines.append(_line(standing, orders.pop((standing.order, standing.purchase.facility), None), books))
    strays = [f"order {number} of {facility}" for number, facility in orders]
    return TradeComparison(lines=tuple(lines), orphans=(*strays, *books.reserved))


def _line(standing: PurchaseStanding, order: Placed | None, books: TradeBooks) -> TradeLine:
    purchase, end = standing.purchase, standing.purchase.end or End()
    if order is None:
        nothing = Decimal(0)
        return TradeLine(
            purchase=purchase,
            order=standing.order or "-",
            ordered=nothing,
            received=nothing,
            shelved=nothing,
            invoiced=nothing,
            paid=nothing,
            committed=nothing,
            accrued=nothing,
            verdict="waits" if standing.quiet else "under way",
            wrong=("there is no order",) if standing.closed else (),
        )
    wrong = _differences(order, end, books) if standing.closed else []
    verdict: Verdict = "waits" if standing.quiet else "under way"
    if wrong:
        verdict = "differs"
    elif standing.closed:
        verdict = "ok"
    return TradeLine(
        purchase=purchase,
        order=order.number,
        ordered=sum((line.quantity - line.cancelled for line in order.lines), Decimal(0)),
        received=books.received.get(order.number, Decimal(0)),
        shelved=_shelved(order, books),
        invoiced=books.invoiced(order.number),
        paid=books.money(order.number),
        committed=sum((line.committed for line in order.lines), Decimal(0)),
        accrued=sum((line.accrued for line in order.lines), Decimal(0)),
        verdict=verdict,
        wrong=tuple(wrong),
    )


def _differences(order: Placed, end: End, books: TradeBooks) -> list[str]:
    """What is not as it must be of an order whose runs have closed."""
    wrong = []
    received, invoiced = books.received.get(order.number, Decimal(0)), books.invoiced(order.number)
    if received != Decimal(end.received):
        wrong.append(f"received {received}, expected {end.received}")
    if invoiced != Decimal(end.invoiced):
        wrong.append(f"billed {invoiced}, expected {end.invoiced}")
    pieces = books.received_pieces.get(order.number, Decimal(0))
    if _shelved(order, books) != pieces:
        wrong.append(f"{_shelved(order, books)} on the shelf, received {pieces}")
    due = books.worth.get(order.number, Decimal(0)) + Decimal(end.more)
    if abs(books.money(order.number) - due) > CENT:
        wrong.append(f"paid {books.money(order.number)}, expected {due:.2f}")
    disputed = books.disputed.get(order.number, Decimal(0))
    if disputed != Decimal(end.disputed):
        wrong.append(f"{disputed} asked back, expected {end.disputed}")
    for line in order.lines:
        if line.committed:
            wrong.append(f"line {line.line}: {line.committed} still committed")
        if line.accrued:
            wrong.append(f"line {line.line}: {line.accrued} received and not invoiced")
    if books.at_suppliers[order.number] > 1:
        wrong.append(f"stands {books.at_suppliers[order.number]} times at the supplier")
    return wrong


def _shelved(order: Placed, books: TradeBooks) -> Decimal:
    return books.shelved.get(order.number, Decimal(0))
