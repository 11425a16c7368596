"""Cross references: what each system calls the things that the engine knows by one number."""

from datetime import datetime

from sqlalchemy import Connection, Index, select
from sqlmodel import Field

from canonical.model import Frozen
from suture.store.columns import UtcTime
from suture.store.database import Database
from suture.store.row import Row, table_of


class CrossReferenceRow(Row, table=True):
    """One system's name for one thing. A system's name means one thing; a thing may have several names in a system."""

    __tablename__ = "cross_references"
    __table_args__ = (Index("ix_cross_references_kind_number", "kind", "number"),)

    kind: str = Field(primary_key=True)
    system: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    number: str
    since: datetime = Field(sa_type=UtcTime)


CROSS_REFERENCES = table_of(CrossReferenceRow)


class CrossReference(Frozen):
    """`kind` is the noun (item, location, cost-centre), `number` the engine's, `reference` the system's name."""

    kind: str
    number: str
    system: str
    reference: str


class CrossReferences:
    """Keeps and finds cross references."""

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = database.insert(CROSS_REFERENCES)
        keys = [CROSS_REFERENCES.c[name] for name in ("kind", "system", "reference")]
        new = insert.excluded
        self._put = insert.on_conflict_do_update(index_elements=keys, set_={"number": new.number, "since": new.since})

    async def put(self, reference: CrossReference, *, at: datetime) -> None:
        """Keep a cross reference; the system's name now means this number, whatever it meant before."""
        row = reference.model_dump() | {"since": at}
        await self._database.write(lambda connection: connection.execute(self._put, row))

    async def number(self, *, kind: str, system: str, reference: str) -> str | None:
        """The engine's number for a system's name."""
        table = CROSS_REFERENCES.c
        query = select(table.number).where(table.kind == kind, table.system == system, table.reference == reference)
        return await self._database.read(lambda connection: connection.scalar(query))

    async def names(self, *, kind: str, number: str) -> tuple[CrossReference, ...]:
        """What all systems call one thing."""
        columns = [CROSS_REFERENCES.c[name] for name in CrossReference.model_fields]
        query = select(*columns).where(CROSS_REFERENCES.c.kind == kind, CROSS_REFERENCES.c.number == number)

        def list_names(connection: Connection) -> tuple[CrossReference, ...]:
            rows = connection.execute(
                query.order_by(CROSS_REFERENCES.c.system, CROSS_REFERENCES.c.reference)
            ).mappings()
            return tuple(CrossReference.model_validate(dict(row)) for row in rows)

        return await self._database.read(list_names)
