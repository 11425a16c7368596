"""What the systems of the mixed hospital agree on: items, cases, places. Costs, contracts and codes are the sandbox's."""

from collections.abc import Mapping
from typing import Any

from suture.demo.uses import account_number, case_number

LATER_PRICED, LATER_CODED = 4729, 4711
"""What Tryton does not value at first, and what has no charge code at first."""
IMPLANTS = (4708, 4709, 4717)
BOUGHT = (4718, 4719, 4722, 4727, 4734, 4738)
"""What Tryton has a contract for."""
ITEMS = (*BOUGHT, *IMPLANTS, LATER_CODED, LATER_PRICED)
LOTTED = (4718, 4722, 4734, 4738)
"""What Tryton keeps by lot, as the sandbox does."""
CASES = (1, 3, 5, 7, 11, 15)
"""Of NORTH and EAST, which the FHIR server bills; the sandbox bills those of SOUTH."""
PLACES: Mapping[str, tuple[str, ...]] = {"EAST": ("OR-1", "CATH")}
"""What Tryton has beside what it is seeded with."""
SHELVES: Mapping[tuple[str, int], str] = {("OR-1", 4734): "L4734E", ("OR-1", 4727): "", ("CATH", 4718): "L4718E"}
"""What lies at EAST, by place and item: its lot."""
SHELVED = 100

_ACCOUNT, _CASE = "urn:hospital:account", "urn:hospital:surgical-case"
_ITEM, _MASTER = "urn:hospital:item", "urn:hospital:charge-master"
_HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
_REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"
_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def patient_of(case: int) -> list[dict[str, Any]]:
    """A patient with coverage, account and case, for the FHIR server."""
    subject = {"reference": f"Patient/p{case}"}
    numbered = {"system": _ACCOUNT, "value": account_number(case)}
    return [
        {"resourceType": "Patient", "id": f"p{case}"},
        {
            "resourceType": "Coverage",
            "id": f"cov{case}",
            "status": "active",
            "type": {"coding": [{"system": "urn:hospital:payer", "code": "MEDICARE"}]},
            "beneficiary": subject,
            "payor": [{"reference": "Organization/hospital"}],
        },
        {
            "resourceType": "Account",
            "id": f"acct{case}",
            "identifier": [numbered],
            "status": "active",
            "subject": [subject],
            "coverage": [{"coverage": {"reference": f"Coverage/cov{case}"}, "priority": 1}],
        },
        {
            "resourceType": "Encounter",
            "id": f"case{case}",
            "identifier": [{"system": _CASE, "value": case_number(case)}],
            "status": "in-progress",
            "class": {"system": _CLASS, "code": "IMP"},
            "subject": subject,
            "serviceProvider": {"reference": "Organization/hospital"},
            "account": [{"reference": f"Account/acct{case}", "identifier": numbered}],
        },
    ]


def coded(
    item: int, *, code: str, cents: int | None, factor: str, hcpcs: str = "", revenue: str = ""
) -> dict[str, Any]:
    """A row of the charge description master, for the FHIR server; without a price it is a markup on cost."""
    codings = [{"system": _MASTER, "code": code}]
    codings += [{"system": _HCPCS, "code": hcpcs}] if hcpcs else []
    codings += [{"system": _REVENUE, "code": revenue}] if revenue else []
    row: dict[str, Any] = {
        "resourceType": "ChargeItemDefinition",
        "id": f"cdm-{item}",
        "url": f"urn:hospital:charge-definition:{item}",
        "version": "2026.1",
        "identifier": [{"system": _ITEM, "value": str(item)}, {"system": _MASTER, "value": code}],
        "status": "active",
        "code": {"coding": codings},
        "effectivePeriod": {"start": "2026-01-01"},
    }
    if factor != "1":
        row["extension"] = [{"url": "urn:suture:units-per-base", "valueDecimal": int(factor)}]
    if cents is not None:
        amount = {"value": cents / 100, "currency": "USD"}
        row["propertyGroup"] = [{"priceComponent": [{"type": "base", "amount": amount}]}]
    return row
