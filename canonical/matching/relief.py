"""Relief: what credit memos that wait for an invoice give back of each order line, so that the two may pass together."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.documents.invoice import Invoice
from canonical.matching.billed import Billed, billed, order_of
from canonical.matching.book import ZERO, Book

Relief = dict[tuple[str, int], tuple[Decimal, Decimal]]
"""By order line, quantity in order units, and money where a credit names no quantity."""


def relief(credits: Sequence[Invoice], book: Book) -> Relief:
    """What these credits give back of the lines that they name."""
    given: Relief = {}
    for credit in credits:
        for line in credit.lines:
            one = billed(credit, line, order_of(credit, line), book)
            if isinstance(one, Billed):
                place = (one.opened.order.number, one.opened.line.line)
                quantity, money = given.get(place, (ZERO, ZERO))
                given[place] = (quantity + one.quantity, money + (ZERO if one.quantity else one.amount))
    return given
