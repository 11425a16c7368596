"""The audit: who did what to which thing, and when. Rows are added, never changed."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import Field

from canonical.model import Frozen
from suture.store.columns import Sequence, UtcTime
from suture.store.database import Database
from suture.store.row import Row, table_of


class AuditRow(Row, table=True):
    """One act. `subject` is a token, an item's id or a business key; never a value."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True, sa_type=Sequence)
    at: datetime = Field(sa_type=UtcTime, index=True)
    who: str
    action: str
    subject: str = Field(index=True)
    correlation_id: str = Field(index=True)


AUDIT = table_of(AuditRow)


class Act(Frozen):
    """One line of the audit."""

    at: datetime
    who: str
    action: str
    subject: str
    correlation_id: str


class Audit:
    """Appends to the audit and reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = database.prepare(AUDIT.insert(), tuple(Act.model_fields))

    def write(
        self, connection: Connection, *, who: str, action: str, subject: str, correlation_id: str, at: datetime
    ) -> None:
        """Append within a transaction of others, so that act and line commit together."""
        row = {"at": at, "who": who, "action": action, "subject": subject, "correlation_id": correlation_id}
        self._add.run(connection, row)

    async def append(self, *, who: str, action: str, subject: str, correlation_id: str = "", at: datetime) -> None:
        """Append one line."""
        await self._database.write(
            lambda connection: self.write(
                connection, who=who, action=action, subject=subject, correlation_id=correlation_id, at=at
            )
        )

    async def acts(
        self, *, subject: str | None = None, correlation_id: str | None = None, limit: int = 100
    ) -> tuple[Act, ...]:
        """The newest lines, newest first."""
        query = select(*(AUDIT.c[name] for name in Act.model_fields)).order_by(AUDIT.c.id.desc()).limit(limit)
        if subject is not None:
            query = query.where(AUDIT.c.subject == subject)
        if correlation_id is not None:
            query = query.where(AUDIT.c.correlation_id == correlation_id)

        def list_acts(connection: Connection) -> tuple[Act, ...]:
            return tuple(Act.model_validate(dict(row)) for row in connection.execute(query).mappings())

        return await self._database.read(list_acts)
