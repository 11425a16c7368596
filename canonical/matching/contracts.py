"""Contracts at hand: which of them an order line is priced by, and in which tier."""

from collections.abc import Sequence
from decimal import Decimal

from canonical.documents.contract import Contract
from canonical.documents.order import Order, OrderLine, OrderType
from canonical.matching.billed import factor_to
from canonical.matching.book import ZERO, OpenLine

Place = tuple[str, int]


class Contracts:
    """By supplier and item; what holds for an order line is looked for once."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._by_item: dict[tuple[str, str], list[Contract]] = {}
        for one in contracts:
            self._by_item.setdefault((one.supplier, one.item), []).append(one)
        self._of_line: dict[Place, Contract | None] = {}
        self._amounts: dict[Place, Decimal] = {}
        self._alike: dict[str, dict[tuple[str | None, str], list[OrderLine]]] = {}

    def of(self, opened: OpenLine) -> Contract | None:
        """The contract that holds for an order line on the date of the order: the one it names, or the first in rank.

        What was used before it was ordered is priced by the day of service, which its line was needed by.
        """
        place = (opened.order.number, opened.line.line)
        if place not in self._of_line:
            self._of_line[place] = self._look_for(opened.order, opened.line)
        return self._of_line[place]

    def amount(self, opened: OpenLine, contract: Contract) -> Decimal:
        """What the contract asks for one `per` of its unit, in the tier of all that the order has of the item.

        The tier is that of the ordered quantity: several lines of one order (for several places) reach it together.
        """
        place = (opened.order.number, opened.line.line)
        if place not in self._amounts:
            factors = [(one.quantity, factor_to(one, contract.price.unit)) for one in self._lines_like(opened)]
            ordered = sum((quantity * factor for quantity, factor in factors if factor is not None), ZERO)
            self._amounts[place] = contract.amount_for(ordered)
        return self._amounts[place]

    def _look_for(self, order: Order, line: OrderLine) -> Contract | None:
        used_on = line.need_by if order.type is OrderType.bill_only else None
        holding = [
            contract
            for contract in self._by_item.get((order.supplier, line.item or ""), ())
            if contract.holds_on(used_on or order.ordered_on) and line.contract in ("", contract.contract)
        ]
        return min(holding, key=lambda contract: (contract.rank, contract.contract)) if holding else None

    def _lines_like(self, opened: OpenLine) -> Sequence[OrderLine]:
        alike = self._alike.get(opened.order.number)
        if alike is None:
            alike = self._alike[opened.order.number] = {}
            for line in opened.order.lines:
                alike.setdefault((line.item, line.contract), []).append(line)
        return alike.get((opened.line.item, opened.line.contract), (opened.line,))
