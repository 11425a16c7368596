"""Delegations: who decides for somebody that is absent, from when until when; given by the absent person alone."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, Index, select
from sqlmodel import Field

from canonical.model import Frozen
from suture.store.columns import Sequence, UtcTime
from suture.store.database import Database
from suture.store.row import Row, table_of


class DelegationRow(Row, table=True):
    """One delegation. Nothing is deleted: taking one back gives it an earlier end."""

    __tablename__ = "delegations"
    __table_args__ = (Index("ix_delegations_deputy", "deputy"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Sequence)
    absent: str
    deputy: str
    since: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    given_at: datetime = Field(sa_type=UtcTime)


DELEGATIONS = table_of(DelegationRow)


class Delegation(Frozen):
    """A deputy decides in the place of somebody absent."""

    absent: str
    deputy: str
    since: AwareDatetime
    until: AwareDatetime


class Delegations:
    """Gives, ends and lists delegations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, given: Delegation, *, at: datetime) -> None:
        """From now on the deputy may decide; an earlier one between the two ends, so that repeating changes nothing."""
        between = (DELEGATIONS.c.absent == given.absent) & (DELEGATIONS.c.deputy == given.deputy)
        ending = DELEGATIONS.update().where(between, DELEGATIONS.c.until > at).values(until=at)
        row = given.model_dump() | {"given_at": at}

        def replace(connection: Connection) -> None:
            connection.execute(ending)
            connection.execute(DELEGATIONS.insert().values(**row))

        await self._database.write(replace)

    async def end(self, *, absent: str, at: datetime) -> int:
        """The absent person is back: nobody decides for them any more; answers how many did or would have."""
        mine = DELEGATIONS.update().where(DELEGATIONS.c.absent == absent, DELEGATIONS.c.until > at)
        return await self._database.write(lambda connection: connection.execute(mine.values(until=at)).rowcount)

    async def absent_for(self, deputy: str, *, at: datetime) -> tuple[str, ...]:
        """In whose place somebody may decide at a moment."""
        query = select(DELEGATIONS.c.absent).where(
            DELEGATIONS.c.deputy == deputy, DELEGATIONS.c.since <= at, DELEGATIONS.c.until > at
        )
        found = await self._database.read(lambda connection: connection.scalars(query).all())
        return tuple(sorted(set(found)))

    async def in_force(self, *, at: datetime) -> tuple[Delegation, ...]:
        """Every delegation that holds or will."""
        columns = [DELEGATIONS.c[name] for name in Delegation.model_fields]
        query = select(*columns).where(DELEGATIONS.c.until > at).order_by(DELEGATIONS.c.since, DELEGATIONS.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return tuple(Delegation.model_validate(dict(row)) for row in rows)
