"""Quantity: what is billed of an order line against what was received and not yet invoiced, cumulatively (rule 14)."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from canonical.matching.billed import Billed, counted
from canonical.matching.book import NO_RECEIPT, ZERO, OpenLine, Source, cents
from canonical.matching.policy import Level, Limit, Terms
from canonical.matching.result import HoldKind, hold
from canonical.matching.words import money, plain

Parts = list[tuple[Source, Decimal]]


def check_quantity(lines: Sequence[Billed], terms: Terms, given_back: Decimal) -> None:
    """Give the lines that bill one order line what is open of it; what is billed beyond is tolerated or held.

    `given_back` is what credit memos that wait for this very invoice will take back of it.
    """
    opened = lines[0].opened
    asking = [one for one in lines if one.quantity > 0]
    if len(asking) < len(lines):
        given_back += _give_back([one for one in lines if one.quantity < 0], asking)
    if not asking:
        return
    open_here = opened.available
    available = open_here + given_back
    wanted = _make_good_for_rounding(asking, available)
    parts = opened.open_parts() if opened.line.match == "receipts" else [(NO_RECEIPT, available)]
    if given_back and opened.line.match == "receipts":
        parts = [*parts, (NO_RECEIPT, given_back)]
    if _fits(asking, parts, terms.levels):
        _hold_under(asking, open_here - wanted, terms)
        return
    _take_what_is_there(asking, parts, terms.levels)
    _hold_over(asking, available, terms)


def _make_good_for_rounding(lines: Sequence[Billed], available: Decimal) -> Decimal:
    """What is billed in all. Parts of a unit are rounded: what is off by no more than that is all that is open."""
    wanted = sum((one.quantity for one in lines), ZERO)
    apart = wanted - available
    if not apart or abs(apart) > lines[0].opened.rounding(len(lines)):
        return wanted
    lines[-1].quantity -= apart
    return available


def _fits(lines: Sequence[Billed], parts: Parts, levels: Sequence[Level]) -> bool:
    for level in levels:
        plan = _PLANS[level](lines, parts)
        if plan is not None:
            for one, takes in zip(lines, plan, strict=True):
                one.takes = takes
            return True
    return False


def _one_to_one(lines: Sequence[Billed], parts: Parts) -> list[Parts] | None:
    """Each line wholly from one receipt: the one it names, else one of just this size, else the oldest that is enough."""
    left = dict(parts)
    plan: list[Parts] = []
    for one in lines:
        sources = [source for source in left if _named(one, source)] if one.line.receipt else list(left)
        exact = next((source for source in sources if left[source] == one.quantity), None)
        source = exact or next((source for source in sources if left[source] >= one.quantity), None)
        if source is None:
            return None
        left[source] -= one.quantity
        plan.append([(source, one.quantity)])
    return plan


def _one_to_all(lines: Sequence[Billed], parts: Parts) -> list[Parts] | None:
    """Each line from the receipts together, oldest first."""
    plan = _in_turn(lines, parts)
    return (
        plan if all(sum(q for _, q in takes) == one.quantity for one, takes in zip(lines, plan, strict=True)) else None
    )


def _all_to_one(lines: Sequence[Billed], parts: Parts) -> list[Parts] | None:
    """All lines together from one receipt."""
    wanted = sum((one.quantity for one in lines), ZERO)
    source = next((source for source, left in parts if left == wanted), None)
    source = source or next((source for source, left in parts if left > wanted), None)
    return None if source is None else [[(source, one.quantity)] for one in lines]


_PLANS: Mapping[Level, Callable[[Sequence[Billed], Parts], list[Parts] | None]] = {
    Level.one_to_one: _one_to_one,
    Level.one_to_all: _one_to_all,
    Level.all_to_one: _all_to_one,
    Level.all_to_all: _one_to_all,
}


def _in_turn(lines: Sequence[Billed], parts: Parts) -> list[Parts]:
    """The lines one after the other, each from the oldest that is left."""
    left = dict(parts)
    plan: list[Parts] = []
    for one in lines:
        wanted = one.quantity
        takes: Parts = []
        for source, rest in left.items():
            taken = min(wanted, rest)
            if taken > 0:
                takes.append((source, taken))
                left[source] = rest - taken
                wanted -= taken
        plan.append(takes)
    return plan


def _named(one: Billed, source: Source) -> bool:
    part = one.opened.parts.get(source)
    return part is not None and one.line.receipt in (part.receipt, part.packing_slip)


def _take_what_is_there(lines: Sequence[Billed], parts: Parts, levels: Sequence[Level]) -> None:
    """Where no level fits: what can be had, and how much of each line is beyond it."""
    single = all(level in (Level.one_to_one, Level.all_to_one) for level in levels)
    if single and parts:
        parts = [max(parts, key=lambda part: part[1])]
    for one, takes in zip(lines, _in_turn(lines, parts), strict=True):
        one.takes = takes
        one.beyond = one.quantity - sum((quantity for _, quantity in takes), ZERO)


def _hold_over(lines: Sequence[Billed], available: Decimal, terms: Terms) -> None:
    """Together where a level adds up all lines, else line by line; of all that was received, for it is cumulative."""
    opened = lines[0].opened
    limit = terms.limit("quantity_over", opened.line.item_kind)
    joined = any(level in (Level.all_to_one, Level.all_to_all) for level in terms.levels)
    before = max(-available, ZERO)
    together = sum((one.beyond for one in lines), ZERO)
    for one in lines:
        if one.beyond <= 0:
            continue
        if _allowed(before + (together if joined else one.beyond), opened, limit):
            one.takes = [*one.takes, (NO_RECEIPT, one.beyond)]
            one.tolerated += cents(opened.line.worth(one.beyond))
            one.beyond = ZERO
        else:
            one.holds.append(hold(one.line.line, _kind(opened), _too_many(one, available), _worth_beyond(one)))


def _hold_under(lines: Sequence[Billed], left: Decimal, terms: Terms) -> None:
    """What credits or other lines give back was billed before: it makes no invoice too small."""
    opened = lines[0].opened
    if left <= 0 or _allowed(left, opened, terms.limit("quantity_under", opened.line.item_kind)):
        return
    first = lines[0]
    words = f"Line {first.line.line}: {counted(left, opened.line)} fewer billed than received and not yet invoiced."
    first.holds.append(hold(first.line.line, HoldKind.quantity, words))


def _allowed(apart: Decimal, opened: OpenLine, limit: Limit) -> bool:
    base = opened.kept if opened.line.match == "receipts" else opened.line.quantity - opened.line.cancelled
    return apart * 100 <= limit.percent * base and opened.line.worth(apart) <= limit.money


def _kind(opened: OpenLine) -> HoldKind:
    waits = opened.line.match == "receipts" and not opened.parts
    return HoldKind.not_received if waits else HoldKind.quantity


def _worth_beyond(one: Billed) -> Decimal:
    return cents(one.amount * one.beyond / one.quantity)


def _too_many(one: Billed, available: Decimal) -> str:
    opened, line = one.opened, one.opened.line
    billed = f"Line {one.line.line}: {counted(one.quantity, line)} billed"
    if line.match == "order":
        wanted = line.quantity - line.cancelled
        return f"{billed}, {plain(wanted)} ordered of which {plain(opened.invoiced)} invoiced: {_rest(one)}."
    if not opened.parts:
        return f"{billed}, nothing is received yet: {_rest(one)}."
    if one.quantity <= available:
        return f"{billed}, and no single receipt has as many open: {_rest(one)}."
    return f"{billed}, {plain(opened.kept)} received of which {plain(opened.invoiced)} invoiced: {_rest(one)}."


def _rest(one: Billed) -> str:
    return f"{plain(one.beyond)} too many, worth {money(_worth_beyond(one))}"


def _give_back(lines: Sequence[Billed], asking: Sequence[Billed]) -> Decimal:
    """What lines below zero take back together, of what was invoiced before them or on the same invoice."""
    left: dict[Source, Decimal] = {}
    rest = sum((one.quantity for one in asking), ZERO)
    for one in lines:
        left = left or dict(one.opened.taken)
        rest += one.quantity
        if one.opened.invoiced + rest < 0:
            words = (
                f"Line {one.line.line}: gives back {counted(-one.quantity, one.opened.line)}, more than was invoiced."
            )
            one.holds.append(hold(one.line.line, HoldKind.credit_exceeds, words))
            continue
        wanted = -one.quantity
        for source, taken in left.items():
            back = min(wanted, taken)
            if back > 0:
                one.takes.append((source, -back))
                left[source] = taken - back
                wanted -= back
        if wanted > 0:
            one.takes.append((NO_RECEIPT, -wanted))
    return -sum((one.quantity for one in lines), ZERO)
