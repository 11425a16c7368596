"""What an order line says that a purchase line of Tryton's has no field for: in its description, which changes with it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from canonical.documents.contract import UnitPrice
from canonical.documents.order import ExactLot, OrderLine
from connectors.systems.tryton.prices import CONTRACT
from connectors.systems.tryton.words import heard, once, told

_ITEM, _SUPPLIER_ITEM, _LOCATION = "Item", "Supplier item", "Location"
_CONTRACT, _MATCH, _CLOSES, _PRICED = "Contract", "Match", "Close tolerance", "Priced"
_USED = "Used"
_NAMES = (_ITEM, _SUPPLIER_ITEM, _LOCATION, _CONTRACT, _MATCH, _CLOSES, _PRICED, _USED)
_PRICE = re.compile(r"([0-9.]+) for ([0-9.]+) ([A-Za-z][A-Za-z0-9]{0,9}), ([0-9.]+) in one")
_EXACT = re.compile(r"(?:lot (\S+) )?(?:serial (\S+) )?x ([0-9.]+)")


def worded(line: OrderLine, *, named: bool) -> str:
    """The description of a line; `named` where Tryton has its item and contract in fields."""
    price = line.price
    in_another_unit = price.per != 1 or price.unit != line.unit or line.price_factor != 1
    return told(
        line.description,
        [
            (_ITEM, "" if named else line.item or ""),
            (_SUPPLIER_ITEM, line.supplier_item),
            (_LOCATION, line.location or ""),
            (_CONTRACT, "" if named and CONTRACT.record(line.contract) else line.contract),
            (_MATCH, "" if line.match == "receipts" else line.match),
            (_CLOSES, _plain(line.close_tolerance) if line.close_tolerance else ""),
            (
                _PRICED,
                f"{_plain(price.amount)} for {_plain(price.per)} {price.unit}, {_plain(line.price_factor)} in one"
                if in_another_unit
                else "",
            ),
            *((_USED, _exactly(lot)) for lot in line.lots),
        ],
    )


def place_of(text: str | None) -> str:
    """The place for which a line was ordered; empty where it says none."""
    return once(heard(text, (_LOCATION,))[1]).get(_LOCATION, "")


def unworded(text: str | None, *, unit_price: Decimal, currency: str, unit: str) -> Mapping[str, Any]:
    """The fields of an order line that its description tells; a price that Tryton has no more is told by order unit."""
    description, named = heard(text, _NAMES)
    known = once(named)
    fields: dict[str, Any] = {
        "description": description,
        "supplier_item": known.get(_SUPPLIER_ITEM, ""),
        "price": UnitPrice(amount=unit_price, currency=currency, unit=unit),
        "lots": tuple(_lots(named)),
    }
    ours = {"item": _ITEM, "location": _LOCATION, "contract": _CONTRACT, "match": _MATCH, "close_tolerance": _CLOSES}
    fields |= {field: known[name] for field, name in ours.items() if name in known}
    said = _PRICE.fullmatch(known.get(_PRICED, ""))
    if said:
        amount, per, factor = Decimal(said[1]), Decimal(said[2]), Decimal(said[4])
        price = UnitPrice(amount=amount, per=per, unit=said[3], currency=currency)
        if price.extended(factor) == unit_price:
            fields |= {"price": price, "price_factor": factor}
    return fields


def _exactly(lot: ExactLot) -> str:
    """For example `lot L1 x 2`."""
    words = [("lot", lot.lot), ("serial", lot.serial)]
    return "".join(f"{word} {name} " for word, name in words if name) + f"x {_plain(lot.quantity)}"


def _lots(named: list[tuple[str, str]]) -> list[ExactLot]:
    found = [_EXACT.fullmatch(value) for name, value in named if name == _USED]
    return [ExactLot(lot=one[1], serial=one[2], quantity=Decimal(one[3])) for one in found if one]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
