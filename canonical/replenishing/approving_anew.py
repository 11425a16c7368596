"""Approving anew: what of an order that its supplier changed is more than was approved (rules 18 and 20)."""

from decimal import Decimal

from canonical.documents.basket_run import PlacedOrder
from canonical.documents.order import Order, OrderLine
from canonical.documents.replenishment import PricedLine


def beyond(order: Order, approved: Order, *, tolerance: Decimal) -> tuple[int, ...]:
    """The lines that are dearer than what was approved, by more than the percentage, or for more."""
    found = []
    for line in order.lines:
        if line.quantity <= line.cancelled:
            continue
        known = approved.line(line.line)
        more = known is None or line.quantity - line.cancelled > known.quantity - known.cancelled
        if more or (known is not None and _costs_more(line, known, tolerance)):
            found.append(line.line)
    return tuple(found)


def why_anew(order: Order, approved: Order, *, tolerance: Decimal) -> str:
    """Why a person must approve what was changed, whatever policy lets pass (rule 18); nothing where only more is asked for.

    An approval was for goods of one manufacturer: another's were never approved, be they no dearer (rule 20).
    """
    wanted = [line for line in order.lines if line.quantity > line.cancelled]
    others = [line.item or line.supplier_item for line in wanted if approved.line(line.line) is None]
    if others:
        return f"{', '.join(others)} of another manufacturer instead of what was approved, at its own price"
    known = ((line, approved.line(line.line)) for line in wanted)
    dearer = any(old is not None and _costs_more(line, old, tolerance) for line, old in known)
    return "the supplier asks for another price than was approved" if dearer else ""


def _costs_more(new: OrderLine, old: OrderLine, tolerance: Decimal) -> bool:
    return new.worth(Decimal(1)) > old.worth(Decimal(1)) * (1 + tolerance / 100)


def taken_for(placed: PlacedOrder, line: OrderLine) -> PricedLine:
    """The priced request that a line was ordered for; of a substitute, the one that it stands in for."""
    return next(one for one in placed.taken if one.request.number in line.requests)


def as_priced(order: Order, placed: PlacedOrder) -> tuple[PricedLine, ...]:
    """What is left of an order as lines to be approved."""
    return tuple(
        taken.model_copy(
            update={
                "request": taken.request.model_copy(update={"item": line.item or taken.request.item}),
                "order_quantity": line.quantity - line.cancelled,
                "price": line.price,
            }
        )
        for line in order.lines
        if line.quantity > line.cancelled
        for taken in [taken_for(placed, line)]
    )
