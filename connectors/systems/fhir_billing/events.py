"""A rest-hook's resources as events of the engine: an Encounter tells of its account, and of its surgical case.

The hook brings the resource alone: what it is about, and that it changed, is read from it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from canonical.inbound import EventType, Inbound, InvalidEvent
from connectors.protocols.webhook import named_in, read_as
from connectors.systems.fhir_billing.codes import CASE_STATUSES
from connectors.systems.fhir_billing.settings import FhirBillingSettings

_Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Meta(_Part):
    versionId: str = Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")
    lastUpdated: AwareDatetime


class _Identifier(_Part):
    system: str = ""
    value: str = ""


class _Reference(_Part):
    reference: str = ""
    identifier: _Identifier | None = None


class Encounter(_Part):
    """A surgical case that changed. An account is named by its number: a reference with its identifier."""

    resourceType: Literal["Encounter"]
    id: str = Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")
    meta: _Meta
    status: str = Field(max_length=32)
    identifier: tuple[_Identifier, ...] = ()
    serviceProvider: _Reference
    account: tuple[_Reference, ...] = ()


class _Case(_Part):
    number: _Number


BODIES = (Encounter,)


def translate(body: Mapping[str, Any], own: FhirBillingSettings) -> Inbound:
    """The event of a resource. `InvalidEvent` names the element."""
    told = read_as(Encounter, body)
    facility = named_in(
        own.organizations, told.serviceProvider.reference, "serviceProvider.reference", what="an Organization"
    )
    number = _value(told.identifier, own.case_system)
    if number is None:
        raise InvalidEvent("identifier", "expected the surgical case's number, under the system that the table names")
    status = CASE_STATUSES.get(told.status)
    if status is None:
        raise InvalidEvent("status", f"expected one of {', '.join(CASE_STATUSES)}")
    named = [each.identifier for each in told.account if each.identifier is not None]
    account = _value(named, own.account_system)
    data: dict[str, Any] = {"surgical_case": read_as(_Case, {"number": number}).number}
    # One resource is one event. Who waits for an account wants its opening; who waits for the case, its end alone.
    if account is not None and status != "closed":
        kind, data = EventType.account_opened, data | {"account": read_as(_Case, {"number": account}).number}
    else:
        kind, data = EventType.case_changed, data | {"case_status": status}
    return Inbound(
        # An Encounter's id may be the case's number: an id of this form is hashed at the door, as no other's.
        id=f"{told.resourceType}|{told.id}|{told.meta.versionId}",
        type=kind,
        facility=facility,
        number=data["surgical_case"],
        time=told.meta.lastUpdated,
        data=data,
    )


def _value(identifiers: Any, system: str) -> str | None:
    return next((each.value for each in identifiers if each.system == system and each.value), None)
