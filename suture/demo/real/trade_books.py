"""The books of purchasing in Tryton, read from itself: what came, went back, was billed, paid and asked back of each order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from canonical.identity import RunName
from suture.demo.purchasing.books import Paid, TradeBooks, orders_at_suppliers, shelved_pieces
from suture.demo.purchasing.placed import Placed
from suture.demo.real.buyers import NOTHING, TrytonBuyers, billed, came, counted, exact, lines_of, placed_from
from suture.demo.real.tryton import Row, Tryton
from suture.demo.vendors import Vendors
from suture.store.effects import Effect

DEBIT_MEMO = "debit memo"
POSTED = ("posted", "paid")


async def with_tryton(
    books: TradeBooks, tryton: Tryton, buyers: TrytonBuyers, vendors: Vendors, written: Sequence[Effect]
) -> TradeBooks:
    """The books of those orders beside others that were read before."""
    rows = [(await buyers.row(number), facility) for number, facility in (await buyers.numbers()).items()]
    orders: list[Placed] = []
    received: dict[str, Decimal] = {}
    pieces: dict[str, Decimal] = {}
    worth: dict[str, Decimal] = {}
    for row, facility in rows:
        back = await _sent_back(tryton, row)
        order = placed_from(row, facility)
        kept = []
        for line, placed in zip(lines_of(row), order.lines, strict=True):
            gone = sum((counted(line, move) for move in back if _is_of(move, line)), NOTHING)
            arrived = came(line) - gone
            kept.append(replace(placed, accrued=placed.accrued - gone * placed.each))
            received[order.number] = received.get(order.number, NOTHING) + arrived
            pieces[order.number] = pieces.get(order.number, NOTHING) + arrived * exact(line["unit."]["factor"])
            worth[order.number] = worth.get(order.number, NOTHING) + billed(line) * line["unit_price"]
        orders.append(replace(order, lines=tuple(kept)))
    paid, disputed = await _invoices(tryton, [order.number for order in orders])
    return replace(
        books,
        orders=(*books.orders, *orders),
        received=books.received | received,
        received_pieces=books.received_pieces | pieces,
        worth=books.worth | worth,
        shelved=books.shelved | await shelved_pieces(vendors, written, _papers(written)),
        paid=(*books.paid, *paid),
        disputed=books.disputed | disputed,
        at_suppliers=books.at_suppliers
        | {one.number: await orders_at_suppliers(vendors, one.number) for one in orders},
    )


async def _sent_back(tryton: Tryton, row: Row) -> list[Row]:
    """The moves of what went back of what came for an order; each names the move with which it came."""
    came_with = [move["id"] for line in row["lines."] for move in line["moves."]]
    domain = [["origin", "in", [f"stock.move,{record}" for record in came_with]], ["state", "=", "done"]]
    fields = ["origin", "quantity", "unit.factor", "to_location.type"]
    return [one for one in await tryton.rows("stock.move", domain, fields) if one["to_location."]["type"] == "supplier"]


def _is_of(move: Row, line: Row) -> bool:
    return move["origin"] in {f"stock.move,{one['id']}" for one in line["moves."]}


async def _invoices(tryton: Tryton, orders: Sequence[str]) -> tuple[list[Paid], dict[str, Decimal]]:
    """What was paid, credits included, and what was asked back."""
    fields = [
        "description",
        *(f"lines.{field}" for field in ("quantity", "amount", "origin", "description", "account.code")),
    ]
    found = await tryton.rows("account.invoice", [["type", "=", "in"], ["state", "in", list(POSTED)]], fields)
    lines = await tryton.rows("purchase.line", [], ["purchase.description"])
    order_of = {f"purchase.line,{line['id']}": line["purchase."]["description"] for line in lines}
    paid: list[Paid] = []
    disputed: dict[str, Decimal] = {}
    for invoice in found:
        if (invoice["description"] or "").startswith(DEBIT_MEMO):
            for line in invoice["lines."]:
                order = (line["description"] or "").rpartition(", ")[2]
                if order in orders:
                    disputed[order] = disputed.get(order, NOTHING) - line["amount"]
            continue
        goods = [line for line in invoice["lines."] if line["origin"] in order_of]
        paid += [Paid(order_of[line["origin"]], exact(line["quantity"]), line["amount"]) for line in goods]
        beside = sum((line["amount"] for line in invoice["lines."] if line not in goods), NOTHING)
        paid += [Paid(order_of[goods[0]["origin"]], NOTHING, beside)] if goods else []
    return paid, disputed


def _papers(written: Sequence[Effect]) -> Mapping[str, str]:
    """The order of each receipt and return, by the run that put it on the shelf or took it off."""
    steps = [(one.intent.step.partition(".")[2], one.intent.workflow_id) for one in written]
    return {paper: RunName.parse(workflow_id).number for paper, workflow_id in steps if paper}
