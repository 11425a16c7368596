"""Lineage: which document came from which, across all systems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from sqlalchemy import ColumnElement, Connection, Index, UniqueConstraint, and_, or_, select
from sqlmodel import Field

from canonical.effect import Edge
from canonical.identity import OWN_DOCUMENTS, REQUEST_PROCESS, RunName, run_of_write
from suture.store.columns import Sequence, UtcTime
from suture.store.database import Database
from suture.store.row import Row, table_of

_EDGE = tuple(Edge.model_fields)
MOST = 5000
"""A walk answers at most so many edges."""
AT_ONCE = 200
"""So many documents are asked for in one query: SQLite bounds how deep an expression may be."""
STANDING_NEEDS = (OWN_DOCUMENTS[REQUEST_PROCESS],)
"""The kinds that things come from again and again, for years: a walk leads up to them, and down only from where it starts."""


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
"""A document: the system that keeps it, its kind, and how that system refers to it."""
End = Literal["from", "to"]
T = TypeVar("T")


class Lineage:
    """Adds edges and walks them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = database.prepare(database.insert(LINEAGE).on_conflict_do_nothing(), (*_EDGE, "added_at"))

    def add(self, connection: Connection, edges: Iterable[Edge], *, at: datetime) -> None:
        """Add edges within a transaction of others."""
        for edge in edges:
            self._add.run(connection, edge.model_dump() | {"added_at": at})

    async def tell(self, edges: Iterable[Edge], *, at: datetime) -> None:
        """Add edges that no write has made."""
        await self._database.write(lambda connection: self.add(connection, edges, at=at))

    async def walk(self, *starts: Node, facility: str = "") -> tuple[Edge, ...]:
        """How documents came about, all that came of it, and what else that came from; nearest first.

        Not everything that hangs together: an invoice over many orders leads from one of them to the others, and no
        further. Numbers are a facility's own, so that a walk keeps to one where one is named.
        """

        def reach(connection: Connection) -> tuple[Edge, ...]:
            walk = _Walk(connection, facility)
            origins = walk.reach(starts, "to")
            come = walk.reach([one for one in origins if one in starts or one[1] not in STANDING_NEEDS], "from")
            walk.step(come, "to")
            return tuple(walk.edges.values())[:MOST]

        return await self._database.read(reach)

    async def next_to(self, start: Node, *, facility: str, kind: str | None = None) -> tuple[Node, ...]:
        """The documents of a facility that came directly of one, of a kind where one is named, the oldest first."""
        there = _stands_at(start, "from")
        of_kind = there if kind is None else and_(there, LINEAGE.c.to_kind == kind)
        found = await self._database.read(lambda connection: list(_edges(connection, of_kind)))
        ours = (edge for _, edge in found if _facility(edge) == facility)
        return tuple(dict.fromkeys((edge.to_system, edge.to_kind, edge.to_reference) for edge in ours))

    async def of_runs(self, workflow_ids: Iterable[str]) -> tuple[Edge, ...]:
        """The edges that these runs have added."""

        def look(connection: Connection) -> tuple[Edge, ...]:
            key = LINEAGE.c.effect_key
            # Later runs of the same business key are between the two ends as well.
            return tuple(
                edge
                for run in workflow_ids
                for _, edge in _edges(connection, and_(key >= f"{run}:", key < f"{run};"))
                if run_of_write(edge.effect_key) == run
            )

        return await self._database.read(look)

    async def naming(self, *references: str) -> tuple[Edge, ...]:
        """Edges at whose ends a document goes by one of these references, in whichever system."""
        there = or_(LINEAGE.c.from_reference.in_(references), LINEAGE.c.to_reference.in_(references))
        found = await self._database.read(lambda connection: list(_edges(connection, there)))
        return tuple(edge for _, edge in found)


@dataclass
class _Walk:
    """One walk: the edges that it came along."""

    connection: Connection
    facility: str
    edges: dict[int, Edge] = field(default_factory=dict)

    def reach(self, starts: Iterable[Node], end: End) -> tuple[Node, ...]:
        """The starts, and every document beyond the edges that end (or begin) at them."""
        reached = dict.fromkeys(starts)
        frontier = tuple(reached)
        while frontier and len(self.edges) < MOST:
            frontier = tuple(node for node in self.step(frontier, end) if node not in reached)
            reached |= dict.fromkeys(frontier)
        return tuple(reached)

    def step(self, nodes: Iterable[Node], end: End) -> tuple[Node, ...]:
        """The documents one edge further."""
        further: dict[Node, None] = {}
        for some in _by_parts(list(nodes)):
            at_end = or_(*(_stands_at(node, end) for node in some))
            for key, edge in _edges(self.connection, at_end):
                if not self.facility or _facility(edge) == self.facility:
                    self.edges.setdefault(key, edge)
                    further[from_node(edge) if end == "to" else to_node(edge)] = None
        return tuple(further)


def from_node(edge: Edge) -> Node:
    """The document that an edge comes from."""
    return edge.from_system, edge.from_kind, edge.from_reference


def to_node(edge: Edge) -> Node:
    """The document that an edge leads to."""
    return edge.to_system, edge.to_kind, edge.to_reference


def _facility(edge: Edge) -> str:
    return RunName.parse(run_of_write(edge.effect_key)).facility


def _edges(connection: Connection, where: ColumnElement[bool]) -> Iterator[tuple[int, Edge]]:
    found = connection.execute(select(LINEAGE).where(where).order_by(LINEAGE.c.id).limit(MOST))
    for row in found.mappings():
        yield row["id"], Edge(**{name: row[name] for name in _EDGE})


def _stands_at(node: Node, end: End) -> ColumnElement[bool]:
    columns = (LINEAGE.c[f"{end}_{part}"] for part in ("system", "kind", "reference"))
    return and_(*(column == part for column, part in zip(columns, node, strict=True)))


def _by_parts(all_of_them: list[T]) -> Iterator[list[T]]:
    return (all_of_them[at : at + AT_ONCE] for at in range(0, len(all_of_them), AT_ONCE))
