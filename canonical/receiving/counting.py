"""Counting: what a line of a receipt or return comes to, in the units of the order and of the shelf."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from canonical.documents.order import Order, OrderLine
from canonical.documents.order_run import TakenLine
from canonical.documents.receipt import ReceiptLine, ReceivedLot, ShipNotice
from canonical.quantity import UnitFactor, factor_between

FINEST = Decimal("0.0001")


def order_line_for(line: ReceiptLine, order: Order, *, received: Mapping[int, Decimal]) -> OrderLine | None:
    """The order line that goods came for: the one named, or the only one for the item that still wants some.

    None where another item came than the line ordered, or where more than one line could be meant.
    """
    named = order.line(line.order_line) if line.order_line is not None else None
    if named is not None:
        return named if named.item in (None, line.item) else None
    same = [one for one in order.lines if one.item == line.item]
    wanting = [one for one in same if not one.closed and received.get(one.line, Decimal(0)) < wanted(one)]
    return next((some[0] for some in (wanting, same) if len(some) == 1), None)


def wanted(line: OrderLine) -> Decimal:
    """What is still wanted of a line: ordered less cancelled."""
    return line.quantity - line.cancelled


def per_counted(
    line: ReceiptLine, ordered: OrderLine, *, ruled: Decimal | None = None, factors: Sequence[UnitFactor] = ()
) -> Decimal | None:
    """How many base units one counted unit holds: as a person ruled, as frozen with the order, as the dock knows it.

    `factors` are those of the item master on that day; none where nobody knows.
    """
    if ruled is not None:
        return ruled
    if line.unit == ordered.unit:
        return ordered.base_factor
    if line.unit_factor is not None:
        return line.unit_factor
    if line.unit == ordered.base_unit:
        return Decimal(1)
    since = max((factor.since for factor in factors), default=None)
    return None if since is None else factor_between(line.unit, ordered.base_unit, factors, on=since)


def taken_line(line: ReceiptLine, ordered: OrderLine, *, factor: Decimal) -> TakenLine:
    """The line in order units and in base units, with its lots."""
    base = line.accepted * factor
    quantity = (
        line.accepted if line.unit == ordered.unit and factor == ordered.base_factor else base / ordered.base_factor
    )
    return TakenLine(
        line=line.line,
        order_line=ordered.line,
        item=line.item,
        quantity=quantity.quantize(FINEST, ROUND_HALF_EVEN),
        base=base.quantize(FINEST, ROUND_HALF_EVEN),
        unit=ordered.base_unit,
        lots=adding_up(line.lots, base),
    )


def adding_to(before: Sequence[TakenLine], taken: TakenLine, ordered: OrderLine) -> TakenLine:
    """The line so that it adds up with what came before it: parts of an order unit are rounded to the fourth place.

    Three thirds of a box are a box; what was counted by another factor than the order's is left as it is.
    """
    base = sum((one.base for one in before), taken.base)
    exact = (base / ordered.base_factor).quantize(FINEST, ROUND_HALF_EVEN)
    apart = exact - sum((one.quantity for one in before), taken.quantity)
    if not apart or abs(apart) > FINEST * (len(before) + 1):
        return taken
    return taken.model_copy(update={"quantity": taken.quantity + apart})


def up_to(taken: TakenLine, quantity: Decimal) -> TakenLine:
    """The line cut to so many order units: what is beyond goes back to the supplier, the last lots first."""
    base = (taken.base * quantity / taken.quantity).quantize(FINEST, ROUND_HALF_EVEN)
    return taken.model_copy(update={"quantity": quantity, "base": base, "lots": adding_up(taken.lots, base)})


def adding_up(lots: Sequence[ReceivedLot], base: Decimal) -> tuple[ReceivedLot, ...]:
    """The lots so that they add up to what came: the surplus cut, and what no lot was told of without one."""
    left, kept = base, []
    for lot in lots:
        if left > 0:
            kept.append(lot if lot.quantity <= left else lot.model_copy(update={"quantity": left}))
            left -= kept[-1].quantity
    rest = (ReceivedLot(quantity=left),) if lots and left > 0 else ()
    return (*kept, *rest)


def noticed(line: ReceiptLine, notice: ShipNotice | None) -> ReceiptLine:
    """The line with the lots that the supplier announced, where the dock has scanned none."""
    if line.lots or notice is None:
        return line
    lots = [
        lot
        for one in notice.lines
        if one.item == line.item and (line.order_line is None or one.order_line in (None, line.order_line))
        for lot in one.lots
    ]
    return line.model_copy(update={"lots": tuple(lots)})
