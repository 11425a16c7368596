"""Documents that tests of the store and its doors share."""

from datetime import UTC, datetime, timedelta
from typing import Any

from canonical.effect import Intent
from canonical.envelope import Envelope
from canonical.identity import RunName
from canonical.inbound import EventType, Inbound
from canonical.memory import InboxState, RunProjection
from suture.store.inbox import Arrival

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CASE = "CASE-2026-000117"
ACCOUNT = "ACC 88-1203"


def later(**of: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(**of)


def run_name(number: str = "U-1", *, ordinal: int = 1) -> RunName:
    """The name of a run."""
    return RunName(process="usage-to-charge", facility="NORTH", source="inventory", number=number, ordinal=ordinal)


def usage(**fields: Any) -> dict[str, Any]:
    """What a translator says of a use."""
    return {
        "act": "act-1",
        "occurred": "2026-11-22T03:30:00+00:00",
        "surgical_case": CASE,
        "account": ACCOUNT,
        "location": "OR-1",
        "performing_cost_centre": "CC-1",
        "charged_cost_centre": "CC-2",
        "item": "4712",
        "quantity": "2",
        "disposition": "implanted",
    } | fields


def reported(number: str = "U-1", *, id: str = "evt-1", **fields: Any) -> Inbound:
    """A use as it was reported."""
    data = usage(**fields)
    return Inbound(id=id, type=EventType.usage_reported, facility="NORTH", number=number, time=NOON, data=data)


def envelope(number: str = "U-1", *, id: str = "evt-1", type: str = "usage.reported", **data: Any) -> Envelope:
    """An event inside the engine."""
    return Envelope(id=id, source="inventory", type=type, subject=number, time=NOON, facility="NORTH", data=data)


def arrival(
    number: str = "U-1",
    *,
    id: str = "evt-1",
    type: str = "usage.reported",
    fingerprint: str = "f",
    at: datetime = NOON,
    **data: Any,
) -> Arrival:
    """An event about to be stored."""
    event = envelope(number, id=id, type=type, **data)
    return Arrival(
        envelope=event,
        fingerprint=fingerprint,
        business_key=run_name(number).business_key,
        at=at,
        state=InboxState.stored,
    )


def intent(key: str = "usage-to-charge:NORTH:inventory:U-1:stock:1", **fields: Any) -> Intent:
    """A write about to be sent."""
    known: dict[str, Any] = {
        "workflow_id": run_name().workflow_id,
        "correlation_id": "c-1",
        "process": "usage-to-charge",
        "facility": "NORTH",
        "step": "stock",
        "revision": 1,
        "domain": "inventory",
        "system": "stock-system",
    }
    return Intent(key=key, **known | fields)


def projection(number: str = "U-1", *, ordinal: int = 1, **fields: Any) -> RunProjection:
    """Where a run stands."""
    name = run_name(number, ordinal=ordinal)
    known: dict[str, Any] = {
        "workflow_id": name.workflow_id,
        "business_key": name.business_key,
        "ordinal": ordinal,
        "correlation_id": "c-1",
        "process": name.process,
        "facility": name.facility,
        "stage": "stock",
        "started": later(minutes=ordinal),
    }
    return RunProjection(**known | fields)
