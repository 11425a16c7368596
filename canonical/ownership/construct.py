"""Construct cap: what all items of one surgical case under a contract may cost together at most (domain rule 21)."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from canonical.documents.contract import Contract
from canonical.documents.order import Order
from canonical.documents.replenishment import PricedLine
from canonical.money import CENT

ZERO = Decimal(0)


def worth(line: PricedLine) -> Decimal:
    """What a line comes to, unrounded."""
    return line.price.extended(line.order_quantity * line.price_factor)


def left_to_cap(contracts: Sequence[Contract], ordered: Sequence[Order]) -> dict[str, Contract]:
    """The contracts with what earlier orders of the surgical case have left of their caps."""
    spent: dict[str, Decimal] = {}
    for order in ordered:
        for line in order.lines:
            spent[line.contract] = spent.get(line.contract, ZERO) + line.worth(line.quantity - line.cancelled)
    found: dict[str, Contract] = {}
    for one in contracts:
        if one.construct_cap is not None:
            left = max(one.construct_cap - spent.get(one.contract, ZERO), ZERO)
            known = found.get(one.contract)
            if known is None or known.construct_cap is None or left < known.construct_cap:
                found[one.contract] = one.model_copy(update={"construct_cap": left})
    return found


def capped(lines: Sequence[PricedLine], contracts: Mapping[str, Contract]) -> tuple[PricedLine, ...]:
    """The lines at prices that together keep to the cap of their contract; under it they stay as they are.

    Above it every line of the contract gives in by the same share, to the cent below, and what rounding leaves goes to
    the dearest line that can take it: the sum is the cap, or less by less than a cent for each unit of a line.
    """
    answer = list(lines)
    for contract in sorted({line.contract for line in lines}):
        agreed = contracts.get(contract)
        if agreed is None or agreed.construct_cap is None:
            continue
        places = [place for place, line in enumerate(lines) if line.contract == contract]
        total = sum((worth(lines[place]) for place in places), ZERO)
        if total <= agreed.construct_cap:
            continue
        for place in places:
            line = lines[place]
            share = (line.price.amount * agreed.construct_cap / total).quantize(CENT, ROUND_DOWN)
            answer[place] = line.model_copy(update={"price": line.price.model_copy(update={"amount": share})})
        left = agreed.construct_cap - sum((worth(answer[place]) for place in places), ZERO)
        for place in sorted(places, key=lambda one: (-worth(answer[one]), one)):
            units = answer[place].order_quantity * answer[place].price_factor / answer[place].price.per
            more = (left / units).quantize(CENT, ROUND_DOWN)
            if more > ZERO:
                price = answer[place].price
                raised = price.model_copy(update={"amount": price.amount + more})
                answer[place] = answer[place].model_copy(update={"price": raised})
                left -= more * units
    return tuple(answer)
