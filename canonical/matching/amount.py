"""Amount: lines that only come to money (service, freight, standing orders), against what of the order's amount is open."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.matching.billed import Billed
from canonical.matching.book import NO_RECEIPT, ZERO, cents
from canonical.matching.policy import Terms
from canonical.matching.result import HoldKind, hold
from canonical.matching.words import money, plain


def check_amount(lines: Sequence[Billed], terms: Terms, given_back: Decimal) -> None:
    """Hold what goes beyond the ordered amount less what was invoiced, cumulatively; `given_back` by pending credits."""
    opened = lines[0].opened
    wanted = cents(opened.line.worth(opened.line.quantity - opened.line.cancelled))
    left = opened.available + given_back
    standing = opened.paid_for
    for one in lines:
        one.takes = [(NO_RECEIPT, ZERO)]
        standing += one.amount
        if one.amount < 0 and standing < 0:
            words = f"Line {one.line.line}: gives back {money(-one.amount)}, more than was invoiced."
            one.holds.append(hold(one.line.line, HoldKind.credit_exceeds, words))
        over = one.amount - left
        left -= one.amount
        if over <= 0:
            continue
        limit = terms.limit("price_over", opened.line.item_kind)
        if limit.allows(over, of=wanted):
            one.tolerated = over
            continue
        one.ceilings[HoldKind.amount] = max(one.amount - over, ZERO)
        words = (
            f"Line {one.line.line}: {money(one.amount)} billed, {money(wanted)} ordered of which "
            f"{money(opened.paid_for)} invoiced: {money(over)} over, "
            f"allowed are {plain(limit.percent)}% and {money(limit.money)}."
        )
        one.holds.append(hold(one.line.line, HoldKind.amount, words, min(over, one.amount)))
