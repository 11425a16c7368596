"""Price: what a line is billed at against the order, and separately against the contract of the order date."""

from decimal import Decimal

from canonical.documents.contract import Contract
from canonical.matching.billed import Billed, factor_to
from canonical.matching.book import ZERO
from canonical.matching.contracts import Contracts
from canonical.matching.policy import Limit, Terms
from canonical.matching.result import HoldKind, hold
from canonical.matching.words import money, percent, plain, price
from canonical.money import CENT


def check_price(one: Billed, terms: Terms, contracts: Contracts) -> None:
    """Hold a line whose price is too far from the order's or the contract's; rounding to the cent is no difference."""
    kind = one.opened.line.item_kind
    apart = one.amount - one.expected
    if abs(apart) >= CENT:
        _hold_apart(one, HoldKind.price, "the order", one.expected, terms.limit(_side("price", apart), kind))
    contract = contracts.of(one.opened)
    if contract is None:
        if one.opened.line.contract and one.opened.line.item is not None:
            _hold_without_contract(one)
        return
    agreed = _agreed(one, contract, contracts)
    if agreed is None:
        words = (
            f"Line {one.line.line}: contract {contract.contract} is priced by the {contract.price.unit}, "
            f"and the order knows no factor from {one.opened.line.unit} to it."
        )
        one.holds.append(hold(one.line.line, HoldKind.unit, words, one.amount))
        return
    apart = one.amount - agreed
    if abs(apart) < CENT or (HoldKind.price in one.ceilings and abs(agreed - one.expected) < CENT):
        return
    limit = terms.limit(_side("contract", apart), kind)
    _hold_apart(one, HoldKind.contract_price, f"contract {contract.contract}", agreed, limit)


def _side(name: str, apart: Decimal) -> str:
    return f"{name}_over" if apart > 0 else f"{name}_under"


def _agreed(one: Billed, contract: Contract, contracts: Contracts) -> Decimal | None:
    """What the billed quantity comes to at the contract's price; none where the order knows no factor to its unit."""
    line = one.opened.line
    factor, billed_by = factor_to(line, contract.price.unit), factor_to(line, one.line.unit)
    if factor is None or billed_by is None:
        return None
    return contracts.amount(one.opened, contract) * one.line.quantity * factor / billed_by / contract.price.per


def _hold_apart(one: Billed, kind: HoldKind, whose: str, expected: Decimal, limit: Limit) -> None:
    apart = one.amount - expected
    size = abs(apart)
    if limit.allows(size, of=abs(expected)):
        one.tolerated = max(one.tolerated, apart)
        return
    if apart > 0:
        one.ceilings[kind] = expected
    words = (
        f"Line {one.line.line}: billed at {_each(one, one.amount)}, {whose} says {_each(one, expected)}: "
        f"{money(size)} {'over' if apart > 0 else 'under'} ({percent(size, abs(expected))}), "
        f"allowed are {plain(limit.percent)}% and {money(limit.money)}."
    )
    one.holds.append(hold(one.line.line, kind, words, max(apart, ZERO)))


def _each(one: Billed, amount: Decimal) -> str:
    """An amount for the line's quantity as a price in the order's price unit."""
    line = one.opened.line
    if one.quantity == 0:
        return money(amount)
    each = amount * line.price.per / (one.quantity * line.price_factor)
    per = line.price.unit if line.price.per == 1 else f"{plain(line.price.per)} {line.price.unit}"
    return f"{price(each)} per {per}"


def _hold_without_contract(one: Billed) -> None:
    order, line = one.opened.order, one.opened.line
    words = (
        f"Line {one.line.line}: contract {line.contract} does not hold for {line.item} "
        f"on the order's date {order.ordered_on.isoformat()}; its price cannot be checked."
    )
    one.holds.append(hold(one.line.line, HoldKind.contract_price, words, one.amount))
