"""Falling short: what a supplier does not deliver of what a need asked of it, whoever decided so (domain rules 17, 22)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from canonical.documents.basket_run import PlacedOrder
from canonical.documents.replenishment import PricedLine, Request, RequestAnswered
from canonical.model import Frozen
from canonical.replenishing.acknowledging import lacking, revised


class Shortfall(Frozen):
    """So many order units of a request do not come. `lacking`: nobody has seen yet to where else they come from."""

    taken: PricedLine
    quantity: Decimal
    lacking: bool

    @property
    def request(self) -> Request:
        """What was asked for."""
        return self.taken.request

    @property
    def base(self) -> Decimal:
        """The same in base units."""
        return self.quantity * self.taken.base_factor

    def told(self, words: str, *, by: PlacedOrder, at: datetime) -> RequestAnswered:
        """What its need hears: that the supplier of the order has failed it, and what is still seen to without `words`."""
        comes = not words or self.quantity < self.taken.order_quantity
        plain = answered(self.request, words, at=at, order=by.order.number if comes else "")
        again = self.request.model_copy(update={"quantity": self.quantity, "unit": self.taken.order_unit})
        more = {} if words else {"again": again, "base": self.base}
        return plain.model_copy(update={"failed": by.supplier, **more})


def answered(request: Request, words: str, *, at: datetime, order: str = "") -> RequestAnswered:
    """What became of a request, as the run of its need hears it."""
    return RequestAnswered(
        facility=request.facility,
        source=request.source,
        number=request.number,
        occurred=at,
        location=request.location,
        item=request.item,
        answer=words[:200],
        order=order,
    )


def shortfalls(placed: PlacedOrder, *, withdrawn: Sequence[str]) -> tuple[Shortfall, ...]:
    """What falls short, request by request; a substitute that was taken makes up for what it stands in for."""
    lines = revised(placed).lines
    open_lines = [line.line for line, _ in lacking(placed)]
    found = []
    for taken in placed.taken:
        number = taken.request.number
        own = [line for line in lines if number in line.requests]
        short = taken.order_quantity - sum((line.quantity - line.cancelled for line in own), Decimal(0))
        if short > 0 and number not in withdrawn:
            is_open = any(line.line in open_lines for line in own)
            found.append(Shortfall(taken=taken, quantity=short, lacking=is_open))
    return tuple(found)
