"""Lot shares: which lots are in which part of a document's line, in the order in which they were counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from canonical.documents.receipt import ReceiptLine, ReceivedLot


@dataclass(frozen=True)
class Share:
    """So many order units of one lot, or of goods without."""

    lot: ReceivedLot | None
    quantity: Decimal


class LotShares:
    """What is left of each line's lots: a line that stands for several order lines gives each its share in turn."""

    def __init__(self, lines: Sequence[ReceiptLine]) -> None:
        self._lines = {line.line: line for line in lines}
        self._left = {line.line: [(lot, lot.quantity) for lot in line.lots] for line in lines}

    def line(self, number: int) -> ReceiptLine:
        """The line of this number."""
        return self._lines[number]

    def take(self, number: int, quantity: Decimal, each: Decimal) -> list[Share]:
        """So many order units of a line, by lot; lots are counted in base units, of which an order unit holds `each`.

        What no lot is left for comes without one.
        """
        shares, left = [], self._left[number]
        while quantity > 0 and left:
            lot, base = left.pop(0)
            share = min(quantity, base / each)
            shares.append(Share(lot, share))
            if quantity < base / each:
                left.insert(0, (lot, base - share * each))
            quantity -= share
        return [*shares, Share(None, quantity)] if quantity > 0 else shares
