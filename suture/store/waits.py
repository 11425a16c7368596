"""Waits: which runs wait for which subjects (`item:4711`, `account:<case token>`), and whom an event was sent to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Index, bindparam, select
from sqlmodel import Field

from suture.store.columns import Sequence as Counted
from suture.store.columns import UtcTime
from suture.store.database import Database
from suture.store.inbox_table import INBOX
from suture.store.row import Row, table_of


class WaitRow(Row, table=True):
    """A run waits for a subject."""

    __tablename__ = "waits"
    __table_args__ = (Index("ix_waits_subject", "subject"),)

    workflow_id: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)


class DeliveryRow(Row, table=True):
    """A subject's event is sent to a run that waited for it; the event is done when all these have recorded it."""

    __tablename__ = "deliveries"

    event: int = Field(primary_key=True, foreign_key="inbox.id", sa_type=Counted)
    workflow_id: str = Field(primary_key=True, index=True)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcTime)


WAITS = table_of(WaitRow)
DELIVERIES = table_of(DeliveryRow)


class Waits:
    """Who waits for what, and who is to hear of an event."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forget = database.prepare(WAITS.delete().where(WAITS.c.workflow_id == bindparam("run")))
        wait = database.insert(WAITS).on_conflict_do_nothing()
        self._wait = database.prepare(wait, ("workflow_id", "subject"))
        self._waiting = select(WAITS.c.workflow_id).where(
            WAITS.c.subject.in_((bindparam("own"), bindparam("any"))), WAITS.c.workflow_id != bindparam("but")
        )
        self._deliver = database.insert(DELIVERIES).on_conflict_do_nothing()

    def replace(self, connection: Connection, workflow_id: str, subjects: Sequence[str]) -> None:
        """A run waits for these subjects and no others, within a transaction of others."""
        self._forget.run(connection, {"run": workflow_id})
        for subject in sorted(set(subjects)):
            self._wait.run(connection, {"workflow_id": workflow_id, "subject": subject})

    async def address(self, event: int, subject: str, *, but: str = "") -> tuple[str, ...]:
        """Note everybody `but` one who waits for the subject now, then answer all who have not recorded the event yet.

        A wait for `item:` is one for any item.
        """
        waiting = {"own": subject, "any": subject.partition(":")[0] + ":", "but": but}

        def note(connection: Connection) -> tuple[str, ...]:
            for workflow_id in sorted(connection.scalars(self._waiting, waiting).all()):
                connection.execute(self._deliver, {"event": event, "workflow_id": workflow_id})
            left = select(DELIVERIES.c.workflow_id).where(
                DELIVERIES.c.event == event, DELIVERIES.c.recorded_at.is_(None)
            )
            return tuple(connection.scalars(left.order_by(DELIVERIES.c.workflow_id)))

        return await self._database.write(note)

    async def anybody(self, subject: str, *, but: str) -> bool:
        """Whether anybody `but` one waits for the subject now."""
        waiting = {"own": subject, "any": subject.partition(":")[0] + ":", "but": but}
        first = await self._database.read(lambda connection: connection.scalar(self._waiting, waiting))
        return first is not None

    async def left(self, event: int) -> tuple[str, ...]:
        """Who was sent the event and has not recorded it."""
        query = select(DELIVERIES.c.workflow_id).where(DELIVERIES.c.event == event, DELIVERIES.c.recorded_at.is_(None))
        return await self._database.read(lambda connection: tuple(connection.scalars(query)))

    async def gone(self, event: int, workflow_id: str, *, at: datetime) -> None:
        """The run has closed: it will not hear of the event, nor wait for anything."""

        def mark(connection: Connection) -> None:
            connection.execute(
                DELIVERIES.update()
                .where(DELIVERIES.c.event == event, DELIVERIES.c.workflow_id == workflow_id)
                .values(recorded_at=at)
            )
            self._forget.run(connection, {"run": workflow_id})

        await self._database.write(mark)

    def record(self, connection: Connection, events: Sequence[int], *, workflow_id: str, at: datetime) -> list[int]:
        """A run has recorded these events; answers those that nobody has left to record."""
        if not events:
            return []
        mine = DELIVERIES.update().where(DELIVERIES.c.event.in_(events), DELIVERIES.c.workflow_id == workflow_id)
        connection.execute(mine.values(recorded_at=at))
        open_ones = select(DELIVERIES.c.event).where(DELIVERIES.c.event.in_(events), DELIVERIES.c.recorded_at.is_(None))
        left = set(connection.scalars(open_ones))
        return [event for event in events if event not in left]


def events_of(connection: Connection, pairs: Sequence[tuple[str, str]], *, workflow_id: str) -> list[int]:
    """The subject events among these (source, event id) pairs that were sent to a run."""
    query = (
        select(INBOX.c.id, INBOX.c.source, INBOX.c.event_id)
        .join(DELIVERIES, DELIVERIES.c.event == INBOX.c.id)
        .where(DELIVERIES.c.workflow_id == workflow_id, INBOX.c.event_id.in_([event_id for _, event_id in pairs]))
    )
    return [row.id for row in connection.execute(query) if (row.source, row.event_id) in pairs]
