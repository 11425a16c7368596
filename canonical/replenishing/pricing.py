"""Pricing: a basket with contract and price of the day, by the tier that its lines reach together."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

from canonical.documents.contract import Contract, in_force
from canonical.documents.costing import SUPPLIERS_OWN
from canonical.documents.order import LineKind, OrderLine, OrderType
from canonical.documents.replenishment import PricedLine, Request, RequestKind
from canonical.documents.work_item import Share
from canonical.model import Frozen
from canonical.money import Money
from canonical.quantity import factor_between
from canonical.replenishing.need import price_units


class Priced(Frozen):
    """The lines that have a price, and the numbers of the requests that have none, each with the reason."""

    lines: tuple[PricedLine, ...] = ()
    without: dict[str, str] = {}


def priced(requests: Sequence[Request], contracts: Sequence[Contract], *, on: date) -> Priced:
    """Each request at its supplier's contract; unit and price factors are frozen here.

    The contract is that of the day on which it is ordered; of what was used before, that of the day of service.
    """
    lines: list[tuple[PricedLine, Contract]] = []
    without: dict[str, str] = {}
    for request in requests:
        day = request.need_by if is_used(request) and request.need_by is not None else on
        held = [one for one in in_force(contracts, item=request.item, on=day) if one.supplier == request.supplier]
        if is_used(request):
            held.sort(key=lambda one: one.ownership not in SUPPLIERS_OWN)
        line = _line(request, held[0], on=day) if held else None
        if line is not None:
            lines.append((line, held[0]))
        else:
            without[request.number] = "no factor between its units" if held else "no contract in force"
    joined: dict[Contract, Decimal] = {}
    for line, contract in lines:
        joined[contract] = joined.get(contract, Decimal(0)) + line.order_quantity * line.price_factor
    return Priced(
        lines=tuple(
            line.model_copy(update={"price": contract.price_for(joined[contract])}) for line, contract in lines
        ),
        without=without,
    )


def is_used(request: Request) -> bool:
    """Whether it is for goods that were the supplier's own until they were used."""
    return request.kind is RequestKind.bill_only


def _line(request: Request, contract: Contract, *, on: date) -> PricedLine | None:
    # Exactly what was used is ordered; everything else in the packs of the contract.
    unit = request.unit if is_used(request) else contract.order_unit
    base = factor_between(unit, request.base_unit, request.factors, on=on)
    asked = factor_between(request.unit, request.base_unit, request.factors, on=on)
    price = price_units(unit, contract.price.unit, request.base_unit, request.factors, on=on)
    if base is None or asked is None or price is None:
        return None
    quantity = request.quantity
    if request.unit != unit:
        quantity = (request.quantity * asked / base).to_integral_value(ROUND_CEILING)
    return PricedLine(
        request=request,
        contract=contract.contract,
        supplier_item=contract.supplier_item,
        order_quantity=quantity,
        order_unit=unit,
        base_factor=base,
        price=contract.price,
        price_factor=price,
        ownership=contract.ownership,
    )


def shares(lines: Sequence[PricedLine], currency: str) -> tuple[Share, ...]:
    """What each cost centre bears of the lines, by name of the cost centre."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        worth = line.price.extended(line.order_quantity * line.price_factor)
        sums[line.request.cost_centre] = sums.get(line.request.cost_centre, Decimal(0)) + worth
    return tuple(
        Share(
            cost_centre=centre,
            amount=Money(amount=sums[centre].quantize(Decimal("0.000001")), currency=currency).posted().amount,
        )
        for centre in sorted(sums)
    )


def order_line(number: int, line: PricedLine) -> OrderLine:
    """One line of an order; bill-only goods name exactly what was used."""
    request = line.request
    return OrderLine(
        line=number,
        item=request.item,
        supplier_item=line.supplier_item,
        kind=LineKind.goods,
        quantity=line.order_quantity,
        unit=line.order_unit,
        base_factor=line.base_factor,
        price=line.price,
        price_factor=line.price_factor,
        contract=line.contract,
        location=request.location,
        cost_centre=request.cost_centre,
        need_by=request.need_by,
        lots=request.lots,
        requests=(request.number,),
    )


def order_lines(lines: Sequence[PricedLine]) -> tuple[OrderLine, ...]:
    """The lines of an order; what was used of one item at one price shares a line, with exactly its lots and serials."""
    groups: list[list[PricedLine]] = []
    for line in lines:
        known = next((group for group in groups if _share_a_line(group[0], line)), None)
        if known is None:
            groups.append([line])
        else:
            known.append(line)
    return tuple(_joined(order_line(number, group[0]), group) for number, group in enumerate(groups, start=1))


def _share_a_line(one: PricedLine, other: PricedLine) -> bool:
    of_request = ("item", "location", "cost_centre")
    of_line = ("contract", "supplier_item", "order_unit", "base_factor", "price", "price_factor", "ownership")
    return (
        is_used(one.request)
        and is_used(other.request)
        and all(getattr(one.request, name) == getattr(other.request, name) for name in of_request)
        and all(getattr(one, name) == getattr(other, name) for name in of_line)
    )


def _joined(line: OrderLine, group: Sequence[PricedLine]) -> OrderLine:
    return line.model_copy(
        update={
            "quantity": sum((one.order_quantity for one in group), Decimal(0)),
            "lots": tuple(lot for one in group for lot in one.request.lots),
            "requests": tuple(one.request.number for one in group),
        }
    )


def order_type(requests: Sequence[Request]) -> OrderType:
    """What an order of these requests is: a rush is confirmed, goods of the supplier's own are billed."""
    kinds = [request.kind for request in requests]
    if RequestKind.rush in kinds:
        return OrderType.confirming
    return OrderType.bill_only if RequestKind.bill_only in kinds else OrderType.stock
