"""What the gateway answers where it does not refuse. Nothing here holds a patient's number, nor the token of one."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from canonical.documents.work_item import Cause
from canonical.effect import EffectState
from canonical.errors import Audience
from canonical.memory import InboxState
from canonical.model import Frozen


class EventTaken(Frozen):
    """The event is stored for good."""

    correlation_id: str = Field(description="Under which the transaction is found in every system and log.")
    transaction: str = Field(description="Where to ask how it stands: a path of this gateway.")


class EventSeen(Frozen):
    """One event of the transaction."""

    type: str
    source: str
    state: InboxState
    received: datetime


class RunSeen(Frozen):
    """One run of a process."""

    business_key: str
    workflow_id: str
    process: str
    facility: str
    stage: str
    waiting_for: tuple[str, ...]
    outcome: str
    started: datetime
    closed: datetime | None
    web_ui: str = Field(description="The run in Temporal's Web UI.")


class EffectSeen(Frozen):
    """One write into a system, from the intent to its outcome."""

    system: str
    domain: str
    step: str
    kind: Literal["do", "undo"]
    state: EffectState
    reference: str | None
    amount: Decimal | None
    currency: str | None
    quantity: Decimal | None
    unit: str | None
    sent: datetime
    settled: datetime | None


class WorkItemSeen(Frozen):
    """One open question to a person, with the commands that answer it."""

    item_id: str
    cause: Cause
    question: str
    owner: Audience
    taken_by: str | None
    safety: bool
    due: datetime
    commands: tuple[str, ...]


class Transaction(Frozen):
    """Where a transaction stands, why, and what was done about it."""

    correlation_id: str
    state: Literal["accepted", "running", "waiting for a person", "closed", "refused"]
    events: tuple[EventSeen, ...]
    runs: tuple[RunSeen, ...]
    effects: tuple[EffectSeen, ...]
    work_items: tuple[WorkItemSeen, ...]


class Alive(Frozen):
    """The process lives."""

    status: Literal["alive"] = "alive"


class Readiness(Frozen):
    """Whether events can be accepted. Without Temporal they can: they wait in the store."""

    ready: bool
    store: str = Field(description="`ready`, or why it is not.")
    temporal: str = Field(description="`reachable`, or that it is not and events wait.")
