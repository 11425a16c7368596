"""Code systems that FHIR names, and which codes of theirs mean something: the server itself takes any text."""

import re

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"
MODIFIER = "urn:suture:charge-modifier"
"""An extension: a ChargeItem of R4 has no place for modifiers."""

UNITS_PER_BASE = "urn:suture:units-per-base"
"""An extension of a ChargeItemDefinition: how many charge units one base unit of the item is; one where it is missing."""

WIRE_KEY = "urn:suture:wire-key"
UNDO_KEY = "urn:suture:undo-key"
TASK = "urn:suture:task"
REBILL = "credit-and-rebill"

_HCPCS = re.compile(r"[A-V][0-9]{4}|[0-9]{4}[0-9A-Z]")
_REVENUE = re.compile(r"[0-9]{4}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")

PATIENT_CLASSES = {
    "IMP": "inpatient",
    "ACUTE": "inpatient",
    "NONAC": "inpatient",
    "AMB": "outpatient",
    "SS": "outpatient",
    "OBSENC": "outpatient",
    "EMER": "emergency",
}
"""Ours for each v3-ActCode of an Encounter's class."""

CASE_STATUSES = {
    "planned": "scheduled",
    "arrived": "open",
    "triaged": "open",
    "in-progress": "open",
    "onleave": "open",
    "finished": "closed",
}
"""Ours for each status of an Encounter; R4 has none that says *verified*."""

CHARGE_STATUSES = frozenset({"planned", "billable", "not-billable", "aborted", "billed", "entered-in-error", "unknown"})


def meaningless(*, hcpcs: str, revenue_code: str, modifiers: tuple[str, ...]) -> tuple[str, ...]:
    """The fields whose code is of no form that its code system has; empty ones say nothing and are fine."""
    wrong = []
    if hcpcs and not _HCPCS.fullmatch(hcpcs):
        wrong.append("HCPCS code")
    if revenue_code and not _REVENUE.fullmatch(revenue_code):
        wrong.append("revenue code")
    if not all(map(_MODIFIER.fullmatch, modifiers)):
        wrong.append("modifier")
    return tuple(wrong)
