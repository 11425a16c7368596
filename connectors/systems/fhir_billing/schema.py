"""What a FHIR server says that it can do with the resources of billing: FHIR fixes their fields, a server chooses the rest."""

from collections.abc import Iterator, Mapping

from connectors.protocols.fhir_json import Resource

RESOURCES = frozenset(
    (
        "Account",
        "ChargeItem",
        "ChargeItemDefinition",
        "Claim",
        "ClaimResponse",
        "Coverage",
        "Encounter",
        "Invoice",
        "Task",
    )
)
INCLUDED = frozenset(("Task:focus",))
_SAID = ("versioning", "conditionalCreate")
"""Of a resource: whether `If-Match` and `If-None-Exist` are heeded."""


def schema_of(capabilities: Resource) -> Mapping[str, str]:
    """Version, and by resource its interactions, what it can be searched by, and how its writes are guarded."""
    told = {"fhirVersion": str(capabilities.get("fhirVersion"))}
    for rest in capabilities.get("rest", []):
        for resource in rest.get("resource", []):
            if resource.get("type") in RESOURCES:
                told |= dict(_of(resource))
    return told


def _of(resource: Resource) -> Iterator[tuple[str, str]]:
    kind = resource["type"]
    for interaction in resource.get("interaction", []):
        yield f"{kind} {interaction['code']}", "interaction"
    for parameter in resource.get("searchParam", []):
        # What begins so is the same for every resource.
        if not parameter["name"].startswith("_"):
            yield f"{kind}?{parameter['name']}", parameter["type"]
    for included in INCLUDED.intersection(resource.get("searchRevInclude", [])):
        yield f"{kind}?_revinclude={included}", "revinclude"
    for guard in _SAID:
        if guard in resource:
            yield f"{kind} {guard}", str(resource[guard]).lower()
