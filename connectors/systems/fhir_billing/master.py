"""The charge description master: ChargeItemDefinitions, each in force for a time, for one facility or for all."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.charge import ChargeCode, PriceBasis
from canonical.money import Money
from connectors.protocols.fhir_json import Resource
from connectors.systems.fhir_billing.codes import HCPCS, REVENUE, UNITS_PER_BASE
from connectors.systems.fhir_billing.mapping import Unreadable, codes
from connectors.systems.fhir_billing.settings import FhirBillingSettings


def in_force(rows: Iterable[Resource], *, on: date, organization: str | None) -> Resource | None:
    """The one row in force on a day: the facility's own before the one for all. `Unreadable` where two would do."""
    standing = [row for row in rows if row.get("status") == "active" and _covers(row.get("effectivePeriod"), on)]
    own = [row for row in standing if organization is not None and organization in _venues(row)]
    everywhere = [row for row in standing if not row.get("useContext")]
    chosen = own or everywhere
    if len(chosen) > 1:
        raise Unreadable("ChargeItemDefinition.effectivePeriod")
    return chosen[0] if chosen else None


def charge_code_of(row: Resource, own: FhirBillingSettings) -> ChargeCode:
    """A row as we say it; without a base price the price is a markup on cost."""
    mastered = codes(row.get("code"), own.master_system)
    if not mastered:
        raise Unreadable("ChargeItemDefinition.code")
    price = _base_price(row)
    return ChargeCode(
        code=mastered[0],
        version=str(row.get("version", "")),
        price=price,
        basis=PriceBasis.markup if price is None else PriceBasis.master,
        units_per_base=_units_per_base(row),
        hcpcs=next(iter(codes(row.get("code"), HCPCS)), ""),
        revenue_code=next(iter(codes(row.get("code"), REVENUE)), ""),
    )


def _covers(period: Any, on: date) -> bool:
    given = period if isinstance(period, dict) else {}
    try:
        start = date.fromisoformat(str(given.get("start", "0001-01-01"))[:10])
        end = date.fromisoformat(str(given.get("end", "9999-12-31"))[:10])
    except ValueError:
        raise Unreadable("ChargeItemDefinition.effectivePeriod") from None
    return start <= on <= end


def _venues(row: Resource) -> set[str]:
    """The Organizations that the row is for."""
    contexts = row.get("useContext", [])
    return {str(each.get("valueReference", {}).get("reference", "")) for each in contexts}


def _base_price(row: Resource) -> Money | None:
    groups = row.get("propertyGroup", [])
    parts = [part for group in groups for part in group.get("priceComponent", []) if part.get("type") == "base"]
    if not parts:
        return None
    try:
        amount = parts[0]["amount"]
        return Money(amount=Decimal(amount["value"]), currency=amount["currency"])
    except (KeyError, TypeError, ValueError):
        raise Unreadable("ChargeItemDefinition.propertyGroup.priceComponent.amount") from None


def _units_per_base(row: Resource) -> Decimal:
    given = [each.get("valueDecimal") for each in row.get("extension", []) if each.get("url") == UNITS_PER_BASE]
    if not given:
        return Decimal(1)
    if not isinstance(given[0], int | Decimal) or given[0] <= 0:
        raise Unreadable("ChargeItemDefinition.extension.valueDecimal")
    return Decimal(given[0])
