"""The table of the inbox."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from suture.store.columns import Sequence, UtcTime
from suture.store.row import Row, table_of


class InboxRow(Row, table=True):
    """One event. `fingerprint` is its body's keyed hash, `document` its envelope, sealed; `note` is constant words."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        # The sweeps look for what is not done; what is done is nearly all.
        Index("ix_inbox_state_received_at", "state", "received_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Sequence)
    source: str
    event_id: str
    fingerprint: str
    type: str
    facility: str
    state: str
    correlation_id: str = Field(index=True)
    business_key: str = Field(index=True)
    workflow_id: str | None = None
    document: bytes
    traceparent: str
    received_at: datetime = Field(sa_type=UtcTime)
    tried_at: datetime | None = Field(default=None, sa_type=UtcTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcTime)
    attempts: int = 0
    refusals: int = 0
    note: str = ""


INBOX = table_of(InboxRow)

COLUMNS = (
    "source event_id fingerprint type facility state correlation_id business_key workflow_id document traceparent "
    "received_at attempts refusals note"
).split()
"""The columns that an arriving event fills."""
