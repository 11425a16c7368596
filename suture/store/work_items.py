"""Work items: the projection of the runs' open questions. A run's items are written by its activities only.

They are counted here, by whether a row changed: so each is counted once, whoever opens or closes it, however often.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, bindparam, select

from canonical.documents.work_item import AT_RISK, Decision, ToApprove, WorkItem
from canonical.errors import Audience
from canonical.model import Frozen
from canonical.money import Money
from suture.keys import Keyring
from suture.store.audit import Audit
from suture.store.database import Database
from suture.store.work_item_table import WORK_ITEMS
from suture.telemetry import metrics

_ABOUT = (WORK_ITEMS.c.cause, WORK_ITEMS.c.facility, WORK_ITEMS.c.process)
_APART = ("evidence", "to_approve", *(f"{name}_at_risk" for name in AT_RISK))
_PLAIN = tuple(name for name in WorkItem.model_fields if name not in _APART)
_RENEWED = ("question", "decisions", "correctable", "agreed_by", "cost_centres")


About = Any
"""What an item is about, as it is counted: a row of cause, facility and process."""


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
    """Opens, hands on, closes and lists work items: each method is one transaction, or a part of another one's.

    A part answers what the item is about where it changed a row; whoever commits it counts that.
    """

    def __init__(self, database: Database, keyring: Keyring, audit: Audit) -> None:
        self._database = database
        self._keyring = keyring
        self._audit = audit
        self._open = database.insert(WORK_ITEMS).on_conflict_do_nothing().returning(*_ABOUT)
        self._this = WORK_ITEMS.update().where(WORK_ITEMS.c.item_id == bindparam("of"))
        self._still_open = self._this.where(WORK_ITEMS.c.closed_at.is_(None))
        self._closed = self._this.where(WORK_ITEMS.c.closed_at.is_not(None))

    async def opened(self, item: WorkItem) -> None:
        """Insert the item; one that is there is left as it is."""
        count_opened(await self._database.write(lambda connection: self.open(connection, item)))

    async def asked(self, item: WorkItem) -> None:
        """Insert the item, or open it again: a run that was reset asks what it had asked, and it is the truth.

        What it asks now counts: the words and amounts of a question may change while it is open.
        """
        renewed = item.model_dump(include=set(_RENEWED)) | _risks(item)

        def ask(connection: Connection) -> About | None:
            if (about := self.open(connection, item)) is not None:
                return about
            about = self.reopen(connection, item.item_id)
            connection.execute(self._still_open.values(renewed), {"of": item.item_id})
            return about

        count_opened(await self._database.write(ask))

    async def escalated(self, item_id: str, *, owner: Audience, escalations: int, due: datetime) -> None:
        """Hand an overdue item to its next owner."""
        change = self._still_open.values(owner=owner, escalations=escalations, due=due)
        await self._database.write(lambda connection: connection.execute(change, {"of": item_id}))

    async def closed(
        self, item_id: str, *, decision: Decision | None, person: str | None, reason: str, at: datetime
    ) -> None:
        """Close the item: by a person's decision, or by the run itself (neither). The first one counts."""
        about = await self._database.write(
            lambda connection: self.close(connection, item_id, decision=decision, person=person, reason=reason, at=at)
        )
        count_closed(about, decision)

    async def decided(
        self,
        item: WorkItem,
        decision: Decision,
        *,
        person: str,
        reason: str,
        at: datetime,
        action: str,
        carry_out: Callable[[Connection], None] | None = None,
    ) -> bool:
        """Close the item by a person's decision, with its line in the audit and with what the decision brings about.

        False where it is closed: then nothing was done.
        """

        def decide(connection: Connection) -> About | None:
            about = self.close(connection, item.item_id, decision=decision, person=person, reason=reason, at=at)
            if about is not None:
                act = {"who": person, "action": action, "subject": item.item_id}
                self._audit.write(connection, **act, correlation_id=item.correlation_id, at=at)
                if carry_out is not None:
                    carry_out(connection)
            return about

        about = await self._database.write(decide)
        count_closed(about, decision)
        return about is not None

    async def take(self, item_id: str, *, person: str, at: datetime) -> Listed:
        """Assign an open item to a person; answers the item, with whoever has it. `KeyError` where there is none."""
        change = self._still_open.where(WORK_ITEMS.c.taken_by.is_(None)).values(taken_by=person, taken_at=at)
        taken = change.returning(WORK_ITEMS.c.correlation_id)

        def assign(connection: Connection) -> None:
            if (correlation_id := connection.scalar(taken, {"of": item_id})) is not None:
                act = {"who": person, "action": "work-item.take", "subject": item_id}
                self._audit.write(connection, **act, correlation_id=correlation_id, at=at)

        await self._database.write(assign)
        return await self.get(item_id)

    async def reopened(self, item_id: str) -> None:
        """Show an item again that was closed by mistake, because its run still asks."""
        count_opened(await self._database.write(lambda connection: self.reopen(connection, item_id)))

    def open(self, connection: Connection, item: WorkItem) -> About | None:
        """Insert the item within a transaction of others, unless it is there."""
        row = item.model_dump(include=set(_PLAIN)) | _risks(item)
        row["to_approve"] = item.to_approve.model_dump_json() if item.to_approve is not None else None
        row["evidence"] = self._keyring.seal(item.evidence.encode(), _place(item.item_id, "evidence"))
        return connection.execute(self._open.values(**row)).first()

    def reopen(self, connection: Connection, item_id: str) -> About | None:
        """Open a closed item again within a transaction of others."""
        change = self._closed.values(decision=None, decided_by=None, reason=None, closed_at=None)
        return connection.execute(change.returning(*_ABOUT), {"of": item_id}).first()

    def close(
        self,
        connection: Connection,
        item_id: str,
        *,
        decision: Decision | None,
        person: str | None,
        reason: str,
        at: datetime,
    ) -> About | None:
        """Close the item within a transaction of others, unless it is closed."""
        sealed = self._keyring.seal(reason.encode(), _place(item_id, "reason"))
        change = self._still_open.values(decision=decision, decided_by=person, reason=sealed, closed_at=at)
        return connection.execute(change.returning(*_ABOUT), {"of": item_id}).first()

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

    async def approvals(self, *, facility: str | None = None, limit: int = 10_000) -> tuple[Listed, ...]:
        """What waits to be approved, the one due first on top."""
        query = select(WORK_ITEMS).where(WORK_ITEMS.c.closed_at.is_(None), WORK_ITEMS.c.to_approve.is_not(None))
        if facility is not None:
            query = query.where(WORK_ITEMS.c.facility == facility)
        return await self._select(query.order_by(WORK_ITEMS.c.due, WORK_ITEMS.c.item_id).limit(limit))

    async def decided_approvals(self, *, facility: str | None = None, limit: int = 1000) -> tuple[Listed, ...]:
        """What was to be approved and is closed, the newest on top: by a person, or by the run itself where nobody did."""
        query = select(WORK_ITEMS).where(WORK_ITEMS.c.closed_at.is_not(None), WORK_ITEMS.c.to_approve.is_not(None))
        if facility is not None:
            query = query.where(WORK_ITEMS.c.facility == facility)
        return await self._select(query.order_by(WORK_ITEMS.c.closed_at.desc(), WORK_ITEMS.c.item_id).limit(limit))

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
        asked = row["to_approve"]
        item = WorkItem(
            evidence=evidence,
            to_approve=None if asked is None else ToApprove.model_validate_json(asked),
            charge_at_risk=_money(row, "charge"),
            cost_at_risk=_money(row, "cost"),
            payable_at_risk=_money(row, "payable"),
            **{name: row[name] for name in _PLAIN},
        )
        kept = {name: row[name] for name in ("taken_by", "taken_at", "decision", "decided_by", "closed_at")}
        return Listed(item=item, reason=reason, **kept)


def count_opened(about: About | None) -> None:
    """Count an item that was opened, once that is committed; nothing where it was open before."""
    if about is not None:
        metrics.work_item_opened(**about._asdict())


def count_closed(about: About | None, decision: Decision | None) -> None:
    """Count an item that was closed, once that is committed; nothing where it was closed before."""
    if about is not None:
        metrics.work_item_closed(**about._asdict(), decision=decision or "none")


def _risks(item: WorkItem) -> dict[str, Any]:
    """The columns of the money at risk."""
    columns: dict[str, Any] = {}
    for name in AT_RISK:
        money: Money | None = getattr(item, f"{name}_at_risk")
        columns[f"{name}_amount"] = money.amount if money is not None else None
        columns[f"{name}_currency"] = money.currency if money is not None else None
    return columns


def _money(row: Any, name: str) -> Money | None:
    amount = row[f"{name}_amount"]
    return None if amount is None else Money(amount=amount, currency=row[f"{name}_currency"])


def _place(item_id: str, field: str) -> bytes:
    return f"work-item:{item_id}:{field}".encode()
