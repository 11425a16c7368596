"""Acknowledging: what becomes of an order by what its supplier has said of it, in parts and one after another (rule 19)."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.documents.basket_run import Part, PlacedOrder
from canonical.documents.contract import UnitPrice
from canonical.documents.order import Acknowledged, AcknowledgedLine, Acknowledgement, Order, OrderLine, OrderType
from canonical.matching.billed import factor_to

A = Acknowledged
FIRM = (A.accepted, A.price_changed, A.date_changed, A.split_up)
WAITING = (A.back_ordered, A.date_pending, A.on_hold)
REFUSED = (A.deleted, A.rejected)
ZERO = Decimal(0)


def taken_in(placed: PlacedOrder, said: Acknowledgement, *, cancelled_stays: bool = True) -> PlacedOrder:
    """The order with one more acknowledgement: what it says of a line replaces what was least certain about it.

    `cancelled_stays`: what was cancelled on our side is not ordered again because its supplier acknowledges it.
    """
    parts = tuple(
        part
        for line in placed.order.lines
        for part in _merged(line, parts_of(placed, line.line), _said_of(placed, line, said, capped=cancelled_stays))
    )
    return placed.model_copy(update={"parts": parts})


def strangers(order: Order, said: Acknowledgement) -> tuple[AcknowledgedLine, ...]:
    """The statements about lines that are not on the order, or at prices that no line of it can be held against."""
    known = {line.line: line for line in order.lines}
    return tuple(
        one
        for one in said.lines
        if one.line not in known
        or one.status is A.not_on_order
        or (one.price is not None and _repriced(known[one.line], one.price) is None)
    )


def _repriced(line: OrderLine, price: UnitPrice) -> OrderLine | None:
    """The line at a price that may be by another of its units; none where the order knows no factor to the unit."""
    factor = factor_to(line, price.unit)
    if factor is None or price.currency != line.price.currency:
        return None
    return line.model_copy(update={"price": price, "price_factor": factor})


def of_cancelled(placed: PlacedOrder, said: Acknowledgement) -> tuple[AcknowledgedLine, ...]:
    """The statements by which more would come than was left when the rest was cancelled on our side.

    Goods that were used before they were ordered do not come any more.
    """
    if placed.order.type is OrderType.bill_only:
        return ()
    found = [(one, placed.order.line(one.line)) for one in said.lines if one.status not in (*REFUSED, A.not_on_order)]
    return tuple(
        one
        for one, line in found
        if line is not None
        and one.quantity is not None
        and _by_us(placed, line) > max(line.quantity - one.quantity, ZERO)
    )


def _by_us(placed: PlacedOrder, line: OrderLine) -> Decimal:
    return sum((part.quantity for part in parts_of(placed, line.line) if part.by_us), ZERO)


def _said_of(placed: PlacedOrder, line: OrderLine, said: Acknowledgement, *, capped: bool) -> list[AcknowledgedLine]:
    """The statements about a line; no more is taken in than still counts as used, or was not cancelled on our side."""
    found = [one for one in said.lines if one.line == line.line]
    cancelled = _by_us(placed, line)
    most = line.quantity - cancelled
    if placed.order.type is OrderType.bill_only:
        return [
            one.model_copy(update={"quantity": most if one.quantity is None else min(one.quantity, most)})
            for one in found
        ]
    if not (capped and cancelled):
        return found
    return [one.model_copy(update={"quantity": min(one.quantity, most)}) if one.quantity else one for one in found]


def _merged(line: OrderLine, before: Sequence[Part], said: Sequence[AcknowledgedLine]) -> tuple[Part, ...]:
    old, fresh = list(before), list[Part]()
    for one in said:
        if one.status is A.not_on_order:
            continue
        refused = sum((part.quantity for part in old if part.status in REFUSED), ZERO)
        quantity = line.quantity - refused if one.quantity is None else one.quantity
        if one.status is A.quantity_changed:
            fresh, old = [], [part for part in old if part.status in REFUSED]
            fresh.append(_part(one, A.accepted, quantity))
            if (short := line.quantity - refused - quantity) > 0:
                fresh.append(_part(one, A.deleted, short))
            continue
        old = _less(line, old, fresh, quantity)
        fresh.append(_part(one, one.status, quantity))
    return tuple(part for part in (*old, *fresh) if part.quantity > 0)


def _less(line: OrderLine, old: Sequence[Part], fresh: Sequence[Part], quantity: Decimal) -> list[Part]:
    """The older parts without so many units: first what was not answered, then what was waiting, then what was firm."""
    answered = sum((part.quantity for part in (*old, *fresh)), ZERO)
    left = quantity - max(line.quantity - answered, ZERO)
    kept = list(old)
    for statuses in ((A.substituted, *WAITING), FIRM):
        for index, part in enumerate(kept):
            if part.status in statuses and left > 0:
                taken = min(part.quantity, left)
                kept[index] = part.model_copy(update={"quantity": part.quantity - taken})
                left -= taken
    return kept


def fewer(placed: PlacedOrder, line: OrderLine, quantity: Decimal) -> tuple[Part, ...]:
    """What was said of the order, once so many units of a line do not count any more."""
    others = tuple(part for part in placed.parts if part.line != line.line)
    left = _less(line, parts_of(placed, line.line), (), quantity)
    return (*others, *(part for part in left if part.quantity > 0))


def _part(said: AcknowledgedLine, status: Acknowledged, quantity: Decimal) -> Part:
    return Part(
        line=said.line,
        status=status,
        quantity=quantity,
        price=said.price,
        on=said.on,
        item=said.item,
        supplier_item=said.supplier_item,
    )


def parts_of(placed: PlacedOrder, line: int) -> tuple[Part, ...]:
    return tuple(part for part in placed.parts if part.line == line)


def refused(placed: PlacedOrder, line: int) -> Decimal:
    """How much of a line is not delivered, whoever decided so."""
    return sum((part.quantity for part in parts_of(placed, line) if part.status in REFUSED), ZERO)


def unanswered(placed: PlacedOrder, line: OrderLine) -> Decimal:
    """How much of a line nothing was said of."""
    return max(line.quantity - sum((part.quantity for part in parts_of(placed, line.line)), ZERO), ZERO)


def waiting(placed: PlacedOrder) -> tuple[Part, ...]:
    """What has no date yet, or is on hold."""
    return tuple(
        part
        for part in placed.parts
        if part.status in WAITING and (part.on is None or part.status is A.on_hold) and not _closed(placed, part.line)
    )


def back_orders(placed: PlacedOrder) -> tuple[Part, ...]:
    """What is back-ordered, and nobody has decided yet to wait for."""
    return tuple(
        part
        for part in placed.parts
        if part.status is A.back_ordered and part.line not in placed.waits and not _closed(placed, part.line)
    )


def waited_for(placed: PlacedOrder, parts: Sequence[Part]) -> PlacedOrder:
    """The order once somebody has decided to wait for these parts."""
    return placed.model_copy(update={"waits": (*placed.waits, *(part.line for part in parts))})


def silent(placed: PlacedOrder) -> bool:
    """Whether something that is still wanted was never answered at all."""
    wanted = (line for line in placed.order.lines if line.quantity > line.cancelled and not line.closed)
    return any(unanswered(placed, line) > 0 for line in wanted)


def complete(placed: PlacedOrder) -> bool:
    """Whether the supplier has answered for all that is still wanted, with a date where that was in question."""
    return placed.told and not silent(placed) and not waiting(placed)


def cancelled(placed: PlacedOrder, lines: Sequence[int], *, provided: bool) -> PlacedOrder:
    """The order without what is neither firm nor refused of these lines; `provided` where it is no longer wanted."""
    parts: list[Part] = list(placed.parts)
    taken_care_of = dict(placed.provided)
    for line in placed.order.lines:
        if line.line not in lines:
            continue
        parts = [
            part.model_copy(update={"status": A.deleted, "by_us": True})
            if part.line == line.line and part.status in (*WAITING, A.substituted)
            else part
            for part in parts
        ]
        if (rest := unanswered(placed, line)) > 0:
            parts.append(Part(line=line.line, status=A.deleted, quantity=rest, by_us=True))
        if provided:
            taken_care_of[line.line] = sum((one.quantity for one in parts if _is_refused(one, line.line)), ZERO)
    return placed.model_copy(update={"parts": tuple(parts), "provided": taken_care_of})


def ruled(placed: PlacedOrder, order: Order) -> PlacedOrder:
    """The order as people have ruled about it since: of a line that they closed nothing more comes, or is asked about."""
    if order.version <= placed.order.version:
        return placed
    now = placed.order.model_copy(update={"lines": order.lines, "version": order.version})
    return placed.model_copy(update={"order": now, "changing": None})


def _closed(placed: PlacedOrder, line: int) -> bool:
    return any(one.closed for one in placed.order.lines if one.line == line)


def _is_refused(part: Part, line: int) -> bool:
    return part.line == line and part.status in REFUSED


def deciding(placed: PlacedOrder, parts: Sequence[Part], status: Acknowledged, *, by_us: bool) -> PlacedOrder:
    """The order with these parts under another status."""
    changed = tuple(
        part.model_copy(update={"status": status, "by_us": by_us}) if part in parts else part for part in placed.parts
    )
    return placed.model_copy(update={"parts": changed})


def revised(placed: PlacedOrder) -> Order:
    """The order as it counts by what was said and decided: what is refused is cancelled, what costs otherwise repriced."""
    lines = tuple(
        _revised(_as_used(line, placed), parts_of(placed, line.line)) for line in (*placed.order.lines, *placed.added)
    )
    if lines == placed.order.lines:
        return placed.order
    return placed.order.model_copy(update={"lines": lines, "version": placed.order.version + 1})


def _as_used(line: OrderLine, placed: PlacedOrder) -> OrderLine:
    """The line with the lots and serials of what still counts as used; only lines of used goods name any."""
    gone = placed.given_back
    if not any(number in gone for number in line.requests):
        return line
    counted = [one.request for one in placed.taken if one.request.number in line.requests]
    lots = tuple(lot for request in counted if request.number not in gone for lot in request.lots)
    return line.model_copy(update={"lots": lots})


def _revised(line: OrderLine, parts: Sequence[Part]) -> OrderLine:
    cancelled = sum((part.quantity for part in parts if part.status in REFUSED), ZERO)
    said = sum((part.quantity for part in parts), ZERO)
    prices = [part.price for part in parts if part.price is not None and part.status not in REFUSED]
    priced = _repriced(line, prices[-1]) if prices else None
    return (priced or line).model_copy(
        update={"cancelled": max(cancelled, line.cancelled), "quantity": max(said, line.quantity)}
    )


def not_taken(placed: PlacedOrder, lines: Sequence[int]) -> PlacedOrder:
    """The order without these lines, because what was said of them was not approved."""
    ours = [part for part in placed.parts if part.line in lines and part.status not in REFUSED]
    return cancelled(deciding(placed, ours, A.deleted, by_us=True), lines, provided=False)


def lacking(placed: PlacedOrder) -> tuple[tuple[OrderLine, Decimal], ...]:
    """The lines of which something was refused or cancelled that nobody has provided for yet, and how much."""
    found = ((line, _wanted(placed, line) - placed.provided.get(line.line, ZERO)) for line in placed.order.lines)
    return tuple((line, quantity) for line, quantity in found if quantity > 0)


def _wanted(placed: PlacedOrder, line: OrderLine) -> Decimal:
    """What is refused of a line, as far as it was ever approved: more was never wanted."""
    known = placed.approved.line(line.line)
    return min(refused(placed, line.line), known.quantity if known is not None else ZERO)


def provided(placed: PlacedOrder, lines: Sequence[int]) -> PlacedOrder:
    """The order once it is taken care of what these lines lack."""
    taken_care_of = {line: refused(placed, line) for line in lines}
    return placed.model_copy(update={"provided": placed.provided | taken_care_of})
