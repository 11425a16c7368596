"""The table of work items."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field

from suture.store.columns import Exact, UtcTime, Words
from suture.store.row import Row, table_of


class WorkItemRow(Row, table=True):
    """One question. `evidence` and `reason` may hold a vendor's or a person's own words, so they are sealed."""

    __tablename__ = "work_items"
    __table_args__ = (Index("ix_work_items_closed_at_due", "closed_at", "due"),)

    item_id: str = Field(primary_key=True)
    workflow_id: str = Field(index=True)
    correlation_id: str = Field(index=True)
    facility: str
    process: str
    step: str
    cause: str
    question: str
    owner: str
    blocks: bool
    safety: bool
    decisions: tuple[str, ...] = Field(sa_type=Words)
    correctable: tuple[str, ...] = Field(sa_type=Words)
    opened: datetime = Field(sa_type=UtcTime)
    due: datetime = Field(sa_type=UtcTime)
    escalations: int
    charge_amount: Decimal | None = Field(default=None, sa_type=Exact)
    charge_currency: str | None = None
    cost_amount: Decimal | None = Field(default=None, sa_type=Exact)
    cost_currency: str | None = None
    payable_amount: Decimal | None = Field(default=None, sa_type=Exact)
    payable_currency: str | None = None
    evidence: bytes
    agreed_by: str | None = None
    to_approve: str | None = None
    cost_centres: tuple[str, ...] | None = Field(default=None, sa_type=Words)
    taken_by: str | None = None
    taken_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decision: str | None = None
    decided_by: str | None = None
    reason: bytes | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


WORK_ITEMS = table_of(WorkItemRow)
