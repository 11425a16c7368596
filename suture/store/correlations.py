"""Which correlation id belongs to a business key: assigned once, in the transaction that stores the first event."""

import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Connection, bindparam, or_, select
from sqlmodel import Field

from suture.store.columns import UtcTime
from suture.store.database import Database
from suture.store.row import Row, table_of


class CorrelationRow(Row, table=True):
    """A business key and its correlation id. One correlation id may hold many business keys."""

    __tablename__ = "correlations"

    business_key: str = Field(primary_key=True)
    correlation_id: str = Field(index=True)
    assigned_at: datetime = Field(sa_type=UtcTime)


CORRELATIONS = table_of(CorrelationRow)


def new_correlation_id() -> str:
    """`c-` and 26 random base32 characters: says nothing of what it correlates."""
    return "c-" + b32encode(secrets.token_bytes(17)).decode().lower()[:26]


class Correlations:
    """Assigns correlation ids within a transaction of others, and registers what a run creates."""

    def __init__(self, database: Database) -> None:
        self._database = database
        add = database.insert(CORRELATIONS).on_conflict_do_nothing().returning(CORRELATIONS.c.correlation_id)
        find = select(CORRELATIONS.c.correlation_id).where(CORRELATIONS.c.business_key == bindparam("key"))
        self._add = database.prepare(add, ("business_key", "correlation_id", "assigned_at"))
        self._find = database.prepare(find)

    def assign(self, connection: Connection, business_key: str, correlation_id: str, *, at: datetime) -> str:
        """Put a business key under a correlation id, within a transaction of others; answers the one that it has."""
        row = {"business_key": business_key, "correlation_id": correlation_id, "assigned_at": at}
        [assigned] = self._add.first(connection, row) or self._find.first(connection, {"key": business_key}) or [None]
        return str(assigned)

    async def register(self, business_key: str, correlation_id: str, *, at: datetime) -> str:
        """Put what a run is about to create under the run's own correlation id, before it is sent."""
        return await self._database.write(
            lambda connection: self.assign(connection, business_key, correlation_id, at=at)
        )

    async def find(self, business_key: str) -> str | None:
        """The correlation id of a business key; none where no event of it was ever accepted."""
        found = await self._database.read(lambda connection: self._find.first(connection, {"key": business_key}))
        return str(found[0]) if found is not None else None

    async def of_number(self, *numbers: str) -> tuple[str, ...]:
        """The business keys of the documents that go by one of these numbers, whatever their process and facility."""
        ends = or_(
            *(CORRELATIONS.c.business_key.endswith(f":{quote(one, safe='')}", autoescape=True) for one in numbers)
        )
        query = select(CORRELATIONS.c.business_key).where(ends).order_by(CORRELATIONS.c.business_key)
        return await self._database.read(lambda connection: tuple(connection.scalars(query)))
