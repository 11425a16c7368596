"""Work items: the projection of the runs' open questions. A run's items are written by its activities only.

They are counted here, by whether a row changed: so each is counted once, whoever opens or closes it, however often.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Index, bindparam, select
from sqlmodel import Field

from canonical.documents.work_item import Decision, WorkItem
from canonical.errors import Audience
from canonical.model import Frozen
from canonical.money import Money
from suture.keys import Keyring
from suture.store.columns import Exact, UtcTime, Words
from suture.store.database import Database
from suture.store.row import Row, table_of
from suture.telemetry import metrics


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
    evidence: bytes
    taken_by: str | None = None
    taken_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decision: str | None = None
    decided_by: str | None = None
    reason: bytes | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


WORK_ITEMS = table_of(WorkItemRow)
_ABOUT = (WORK_ITEMS.c.cause, WORK_ITEMS.c.facility, WORK_ITEMS.c.process)
_PLAIN = tuple(name for name in WorkItem.model_fields if name not in ("charge_at_risk", "cost_at_risk", "evidence"))


class Listed(Frozen):
    """A work item as people see it: the question, who has taken it, and how it was closed."""

    item: WorkItem
    taken_by: str | None = None
    taken_at: AwareDatetime | None = None
    decision: Decision | None = None
    decided_by: str | None = None
    reason: str = ""
    closed_at: AwareDatetime | None = None


class WorkItems:
    """Opens, hands on, closes and lists work items."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._open = database.insert(WORK_ITEMS).on_conflict_do_nothing().returning(WORK_ITEMS.c.item_id)
        self._still_open = WORK_ITEMS.update().where(
            WORK_ITEMS.c.item_id == bindparam("of"), WORK_ITEMS.c.closed_at.is_(None)
        )

    async def opened(self, item: WorkItem) -> None:
        """Insert the item; one that is there is left as it is."""
        row = item.model_dump(include=set(_PLAIN))
        for name, money in (("charge", item.charge_at_risk), ("cost", item.cost_at_risk)):
            row[f"{name}_amount"] = money.amount if money is not None else None
            row[f"{name}_currency"] = money.currency if money is not None else None
        row["evidence"] = self._keyring.seal(item.evidence.encode(), _place(item.item_id, "evidence"))
        insert = self._open.values(**row)
        if await self._database.write(lambda connection: connection.execute(insert).first()) is not None:
            metrics.work_item_opened(cause=item.cause, facility=item.facility, process=item.process)

    async def asked(self, item: WorkItem) -> None:
        """Insert the item, or open it again: a run that was reset asks what it had asked, and it is the truth."""
        await self.opened(item)
        await self.reopened(item.item_id)

    async def escalated(self, item_id: str, *, owner: Audience, escalations: int, due: datetime) -> None:
        """Hand an overdue item to its next owner."""
        change = self._still_open.values(owner=owner, escalations=escalations, due=due)
        await self._database.write(lambda connection: connection.execute(change, {"of": item_id}))

    async def closed(
        self, item_id: str, *, decision: Decision | None, person: str | None, reason: str, at: datetime
    ) -> None:
        """Close the item: by a person's decision, or by the run itself (neither). The first one counts."""
        sealed = self._keyring.seal(reason.encode(), _place(item_id, "reason"))
        change = self._still_open.values(decision=decision, decided_by=person, reason=sealed, closed_at=at)
        about = change.returning(*_ABOUT)
        closed = await self._database.write(lambda connection: connection.execute(about, {"of": item_id}).first())
        if closed is not None:
            metrics.work_item_closed(**closed._asdict(), decision=decision or "none")

    async def take(self, item_id: str, *, person: str, at: datetime) -> Listed:
        """Assign an open item to a person; answers the item, with whoever has it. `KeyError` where there is none."""
        change = self._still_open.where(WORK_ITEMS.c.taken_by.is_(None)).values(taken_by=person, taken_at=at)
        await self._database.write(lambda connection: connection.execute(change, {"of": item_id}))
        return await self.get(item_id)

    async def reopened(self, item_id: str) -> None:
        """Show an item again that was closed by mistake, because its run still asks."""
        closed = WORK_ITEMS.update().where(WORK_ITEMS.c.item_id == item_id, WORK_ITEMS.c.closed_at.is_not(None))
        change = closed.values(decision=None, decided_by=None, reason=None, closed_at=None).returning(*_ABOUT)
        opened = await self._database.write(lambda connection: connection.execute(change).first())
        if opened is not None:
            metrics.work_item_opened(**opened._asdict())

    async def get(self, item_id: str) -> Listed:
        """One item; `KeyError` where there is none."""
        found = await self._select(select(WORK_ITEMS).where(WORK_ITEMS.c.item_id == item_id))
        if not found:
            raise KeyError(item_id)
        return found[0]

    async def open_items(
        self,
        *,
        facility: str | None = None,
        owner: Audience | None = None,
        taken_by: str | None = None,
        correlation_id: str | None = None,
        due_before: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[Listed, ...]:
        """The open items, the one due first on top."""
        query = select(WORK_ITEMS).where(WORK_ITEMS.c.closed_at.is_(None))
        wanted = {"facility": facility, "owner": owner, "taken_by": taken_by, "correlation_id": correlation_id}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(WORK_ITEMS.c[name] == value)
        if due_before is not None:
            query = query.where(WORK_ITEMS.c.due < due_before)
        return await self._select(query.order_by(WORK_ITEMS.c.due, WORK_ITEMS.c.item_id).limit(limit))

    async def of(self, *, workflow_id: str | None = None, correlation_id: str | None = None) -> tuple[Listed, ...]:
        """All items of a run or a correlation id, closed ones too, as they were opened."""
        if (workflow_id is None) == (correlation_id is None):
            raise ValueError("expected either a workflow id or a correlation id")
        one = WORK_ITEMS.c.correlation_id == correlation_id
        chosen = one if workflow_id is None else WORK_ITEMS.c.workflow_id == workflow_id
        return await self._select(select(WORK_ITEMS).where(chosen).order_by(WORK_ITEMS.c.opened, WORK_ITEMS.c.item_id))

    async def _select(self, query: Any) -> tuple[Listed, ...]:
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return tuple(self._listed(row) for row in rows)

    def _listed(self, row: Any) -> Listed:
        item_id = row["item_id"]
        evidence = self._keyring.open(row["evidence"], _place(item_id, "evidence")).decode()
        reason = self._keyring.open(row["reason"], _place(item_id, "reason")).decode() if row["reason"] else ""
        item = WorkItem(
            evidence=evidence,
            charge_at_risk=_money(row, "charge"),
            cost_at_risk=_money(row, "cost"),
            **{name: row[name] for name in _PLAIN},
        )
        kept = {name: row[name] for name in ("taken_by", "taken_at", "decision", "decided_by", "closed_at")}
        return Listed(item=item, reason=reason, **kept)


def _money(row: Any, name: str) -> Money | None:
    amount = row[f"{name}_amount"]
    return None if amount is None else Money(amount=amount, currency=row[f"{name}_currency"])


def _place(item_id: str, field: str) -> bytes:
    return f"work-item:{item_id}:{field}".encode()
