"""Expecting: what an order will bring to which location on which day, and what comes later than was expected."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.basket_run import PlacedOrder
from canonical.documents.order import OrderType
from canonical.documents.posting import ExpectedLine
from canonical.replenishing.acknowledging import REFUSED, ZERO, A, parts_of, unanswered


def expected(placed: PlacedOrder) -> tuple[ExpectedLine, ...]:
    """What the order will bring to which location, in base units; without a day where the supplier has named none.

    Goods that were used before they were ordered do not come any more, nor does what is still open of a closed line.
    """
    lines: list[ExpectedLine] = []
    if placed.order.type is OrderType.bill_only:
        return ()
    for line in placed.order.lines:
        if line.item is None or line.location is None or line.closed:
            continue
        coming = [part for part in parts_of(placed, line.line) if part.status not in (*REFUSED, A.substituted)]
        dated = [(part.quantity, part.on) for part in coming]
        if (rest := unanswered(placed, line)) > 0:
            dated.append((rest, line.need_by))
        for day in sorted({on for _, on in dated}, key=lambda on: (on is None, str(on))):
            quantity = sum((one for one, on in dated if on == day), ZERO) * line.base_factor
            lines.append(ExpectedLine(item=line.item, location=line.location, quantity=quantity, on=day))
    return tuple(lines)


def later(before: Sequence[ExpectedLine], now: Sequence[ExpectedLine]) -> tuple[tuple[str, date | None], ...]:
    """The items of which less comes by some day than was expected, and until when they lack; none where nobody knows."""
    found: dict[str, date | None] = {}
    for item in dict.fromkeys(line.item for line in before):
        days = sorted({line.on for line in (*before, *now) if line.item == item and line.on is not None})
        short = [day for day in days if _by(now, item, day) < _by(before, item, day)]
        missing = sum((one.quantity for one in now if one.item == item and one.on is not None), ZERO) < sum(
            (one.quantity for one in before if one.item == item), ZERO
        )
        if short or missing:
            comes = [line.on for line in now if line.item == item and line.on is not None]
            found[item] = None if missing or not comes else max(comes)
    return tuple(found.items())


def undated(placed: PlacedOrder) -> tuple[str, ...]:
    """The items of which nobody knows when they come: back-ordered or on hold, without a day."""
    unknown = [part.line for part in placed.parts if part.status in (A.back_ordered, A.on_hold) and part.on is None]
    lines = (placed.order.line(line) for line in unknown)
    return tuple(dict.fromkeys(line.item for line in lines if line is not None and line.item is not None))


def _by(lines: Sequence[ExpectedLine], item: str, day: date) -> Decimal:
    return sum((one.quantity for one in lines if one.item == item and one.on is not None and one.on <= day), ZERO)
