"""Lineage: which document came from which, across all systems."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Index, UniqueConstraint, and_, or_, select
from sqlmodel import Field

from canonical.effect import Edge
from suture.store.columns import Sequence, UtcTime
from suture.store.database import Database
from suture.store.row import Row, table_of

_EDGE = tuple(Edge.model_fields)
MOST = 1000
"""A walk answers at most so many edges."""


class LineageRow(Row, table=True):
    """One edge; the same edge is kept once."""

    __tablename__ = "lineage"
    __table_args__ = (
        UniqueConstraint(*_EDGE, name="uq_lineage_edge"),
        Index("ix_lineage_to", "to_system", "to_kind", "to_reference"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Sequence)
    from_system: str
    from_kind: str
    from_reference: str
    to_system: str
    to_kind: str
    to_reference: str
    relation: str
    effect_key: str = Field(index=True)
    added_at: datetime = Field(sa_type=UtcTime)


LINEAGE = table_of(LineageRow)
Node = tuple[str, str, str]


class Lineage:
    """Adds edges and walks them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = database.prepare(database.insert(LINEAGE).on_conflict_do_nothing(), (*_EDGE, "added_at"))

    def add(self, connection: Connection, edges: Iterable[Edge], *, at: datetime) -> None:
        """Add edges within a transaction of others."""
        for edge in edges:
            self._add.run(connection, edge.model_dump() | {"added_at": at})

    async def walk(self, *, system: str, kind: str, reference: str) -> tuple[Edge, ...]:
        """All edges that can be reached from a document, in both directions, nearest first."""

        def reach(connection: Connection) -> tuple[Edge, ...]:
            edges: dict[int, Edge] = {}
            seen: set[Node] = set()
            frontier: set[Node] = {(system, kind, reference)}
            while frontier and len(edges) < MOST:
                seen |= frontier
                near = select(LINEAGE).where(or_(*map(_touches, sorted(frontier)))).order_by(LINEAGE.c.id)
                found = {row["id"]: row for row in connection.execute(near.limit(MOST)).mappings()}
                new = {
                    key: Edge(**{name: row[name] for name in _EDGE}) for key, row in found.items() if key not in edges
                }
                edges |= new
                frontier = {node for edge in new.values() for node in _ends(edge)} - seen
            return tuple(edges.values())[:MOST]

        return await self._database.read(reach)


def _touches(node: Node) -> ColumnElement[bool]:
    return or_(
        and_(LINEAGE.c.from_system == node[0], LINEAGE.c.from_kind == node[1], LINEAGE.c.from_reference == node[2]),
        and_(LINEAGE.c.to_system == node[0], LINEAGE.c.to_kind == node[1], LINEAGE.c.to_reference == node[2]),
    )


def _ends(edge: Edge) -> tuple[Node, Node]:
    return (
        (edge.from_system, edge.from_kind, edge.from_reference),
        (edge.to_system, edge.to_kind, edge.to_reference),
    )
