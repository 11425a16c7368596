"""Need: how a location's need is met: from other locations first, then in whole packs from a supplier (domain rule 17)."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

from canonical.documents.contract import Contract
from canonical.documents.item import Ownership
from canonical.documents.replenishment import ParStanding, SpareStock
from canonical.model import Frozen
from canonical.quantity import UnitFactor, factor_between

WHOLE = Decimal(1)


class Fill(Frozen):
    """What comes from other locations, and what is left to ask a supplier for; in base units."""

    transfers: tuple[SpareStock, ...] = ()
    left: Decimal = Decimal(0)


def fill(standing: ParStanding, *, pending: Decimal) -> Fill:
    """How a need is met, less what is asked for already; consigned stock is refilled by its supplier alone."""
    left = max(standing.need - pending, Decimal(0))
    transfers: list[SpareStock] = []
    givers = () if standing.ownership is Ownership.consigned else standing.spare
    for spare in sorted(givers, key=lambda one: (-one.quantity, one.location)):
        taken = min(spare.quantity, left)
        if taken > 0 and spare.location != standing.location:
            transfers.append(SpareStock(location=spare.location, quantity=taken))
            left -= taken
    return Fill(transfers=tuple(transfers), left=left)


def pack(contract: Contract, standing: ParStanding, *, on: date) -> Decimal | None:
    """How many base units one order unit of the contract holds; none where nobody has said."""
    return factor_between(contract.order_unit, standing.base_unit, standing.factors, on=on)


def packed(base: Decimal, contract: Contract, *, factor: Decimal) -> Decimal:
    """A quantity of base units in whole order units, and no less than the contract's minimum."""
    return max((base / factor).to_integral_value(ROUND_CEILING), contract.minimum)


def unlikely(base: Decimal, standing: ParStanding, *, cap: Decimal) -> bool:
    """Whether so many base units look like an each that was taken for a case."""
    return base > standing.par * cap


def price_units(
    order_unit: str, price_unit: str, base_unit: str, factors: Sequence[UnitFactor], *, on: date
) -> Decimal | None:
    """How many units of the price one order unit holds; none where nobody has said."""
    if order_unit == price_unit:
        return WHOLE
    ordered = factor_between(order_unit, base_unit, factors, on=on)
    priced = factor_between(price_unit, base_unit, factors, on=on)
    return ordered / priced if ordered is not None and priced is not None else None
