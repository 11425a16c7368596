"""Runs: what lists and look-ups show of them, the state that a later run starts from, and the acts they answer for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, bindparam, case, func, select
from sqlmodel import Field

from canonical.documents.work_item import WorkItem
from canonical.identity import RunName
from canonical.memory import Claim, RunProjection
from suture.keys import Keyring
from suture.store.columns import UtcTime, Words
from suture.store.database import Database
from suture.store.inbox import Inbox, Pair, pair_of
from suture.store.row import Row, table_of
from suture.store.waits import Waits, events_of
from suture.store.work_items import About, WorkItems, count_closed, count_opened


class RunRow(Row, table=True):
    """One run. `closing` is its sealed closing state, once it has closed."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_business_key_ordinal", "business_key", "ordinal"),
        Index("ix_runs_closed_facility", "closed", "facility"),
    )

    workflow_id: str = Field(primary_key=True)
    business_key: str
    ordinal: int
    correlation_id: str = Field(index=True)
    process: str
    facility: str
    stage: str
    waiting_for: tuple[str, ...] = Field(sa_type=Words)
    outcome: str
    started: datetime = Field(sa_type=UtcTime)
    closed: datetime | None = Field(default=None, sa_type=UtcTime)
    closing: bytes | None = None


class ActRow(Row, table=True):
    """An act (keyed fingerprint of what was done to whom) and the run that answers for it (domain rule 7)."""

    __tablename__ = "acts"

    act: str = Field(primary_key=True)
    holder: str = Field(index=True)


RUNS = table_of(RunRow)
ACTS = table_of(ActRow)
_SHOWN = tuple(RunProjection.model_fields)


class Runs:
    """Projection of runs for lists, look-ups and the closing state that a later run starts from."""

    def __init__(self, database: Database, keyring: Keyring, inbox: Inbox, waits: Waits, work_items: WorkItems) -> None:
        self._database = database
        self._keyring = keyring
        self._inbox = inbox
        self._waits = waits
        self._work_items = work_items
        insert = database.insert(RUNS)
        new = insert.excluded
        project = insert.on_conflict_do_update(
            index_elements=[RUNS.c.workflow_id],
            # A run that was about to close may go on after all, when a document came at the last moment.
            set_={name: new[name] for name in _SHOWN}
            | {"closing": case((new.closed.is_(None), None), else_=func.coalesce(new.closing, RUNS.c.closing))},
        )
        self._project = database.prepare(project, (*_SHOWN, "closing"))
        claim = database.insert(ACTS).on_conflict_do_nothing().returning(ACTS.c.act)
        self._claim = database.prepare(claim, ("act", "holder"))
        self._closing = select(RUNS.c.closing).where(RUNS.c.workflow_id == bindparam("run"))

    async def note(
        self,
        workflow_id: str,
        *,
        at: datetime,
        holder: str = "",
        acts: Sequence[str] = (),
        freed: Sequence[str] = (),
        recorded: Sequence[str] = (),
        projection: RunProjection | None = None,
        closing: str | None = None,
        waits_for: Sequence[str] | None = None,
        release: bool = False,
    ) -> Claim | None:
        """What a run tells at a milestone, each part as the method of its own does it, in one transaction."""
        pairs = sorted(pair_of(delivery) for delivery in set(recorded))
        row = self._row(projection, closing) if projection is not None else None

        def take_down(connection: Connection) -> Claim | None:
            claim = self._take(connection, acts, holder) if acts else None
            if freed:
                connection.execute(ACTS.delete().where(ACTS.c.act.in_(self._fingerprints(freed))))
            if pairs:
                self._mark(connection, pairs, workflow_id=workflow_id, at=at)
            if row is not None:
                self._replace(connection, row)
            if waits_for is not None:
                self._waits.replace(connection, workflow_id, waits_for)
            if release:
                connection.execute(ACTS.delete().where(ACTS.c.holder == holder))
            return claim

        return await self._database.write(take_down)

    async def project(self, run: RunProjection, *, closing: str | None = None) -> None:
        """Insert or replace the projection; `closing` (JSON) is sealed before it is stored."""
        row = self._row(run, closing)
        await self._database.write(lambda connection: self._replace(connection, row))

    async def ended(
        self, run: RunProjection, *, item: WorkItem, instead_of: Sequence[str], reason: str, at: datetime
    ) -> None:
        """The run has ended outside its own story: it shows so, and one item takes the place of its open ones."""
        row = self._row(run, None)
        items = self._work_items

        def settle(connection: Connection) -> tuple[About | None, list[About | None]]:
            opened = items.open(connection, item)
            closed = [
                items.close(connection, one, decision=None, person=None, reason=reason, at=at) for one in instead_of
            ]
            self._replace(connection, row)
            return opened, closed

        opened, closed = await self._database.write(settle)
        count_opened(opened)
        for about in closed:
            count_closed(about, None)

    def _row(self, run: RunProjection, closing: str | None) -> dict[str, Any]:
        sealed = self._keyring.seal(closing.encode(), _place(run.workflow_id)) if closing is not None else None
        return run.model_dump() | {"closing": sealed}

    def _replace(self, connection: Connection, row: Mapping[str, Any]) -> None:
        self._project.run(connection, row)
        if row["closed"] is not None:
            self._waits.replace(connection, row["workflow_id"], ())

    async def await_subject(self, workflow_id: str, subjects: Sequence[str]) -> None:
        """The run waits for these subjects; replaces what it waited for before.

        An event that came before this row is not sent again: the run looks once more after it has begun to wait.
        """
        await self._database.write(lambda connection: self._waits.replace(connection, workflow_id, subjects))

    async def claim(self, act: Sequence[str], *, holder: str) -> Claim:
        """Claim acts for a run, all or none, in place of those that it held; the first holder keeps them until released."""
        return await self._database.write(lambda connection: self._take(connection, act, holder))

    def _take(self, connection: Connection, act: Sequence[str], holder: str) -> Claim:
        acts = self._fingerprints(act)
        mine = [one for one in acts if self._claim.first(connection, {"act": one, "holder": holder}) is not None]
        held = None
        if len(mine) < len(acts):
            others = select(ACTS.c.holder).where(ACTS.c.act.in_(acts), ACTS.c.holder != holder)
            held = connection.scalars(others).first()
        if held is None:
            connection.execute(ACTS.delete().where(ACTS.c.holder == holder, ACTS.c.act.not_in(acts)))
            return Claim(ours=True, holder=holder)
        if mine:
            connection.execute(ACTS.delete().where(ACTS.c.act.in_(mine)))
        return Claim(ours=False, holder=held)

    def _fingerprints(self, acts: Sequence[str]) -> list[str]:
        # An act names a serial or a surgical case: what is kept of it is its fingerprint.
        return sorted({self._keyring.fingerprint(one.encode()) for one in acts})

    async def release(self, *, holder: str) -> None:
        """Give up all acts that a run holds."""
        await self._database.execute(ACTS.delete().where(ACTS.c.holder == holder))

    async def recorded(self, event_ids: Sequence[str], *, workflow_id: str, at: datetime) -> None:
        """Mark inbox rows as recorded by their run; each event reads `<source>:<event id>`."""
        if not event_ids:
            return
        pairs = sorted(pair_of(delivery) for delivery in set(event_ids))
        await self._database.write(lambda connection: self._mark(connection, pairs, workflow_id=workflow_id, at=at))

    def _mark(self, connection: Connection, pairs: Sequence[Pair], *, workflow_id: str, at: datetime) -> None:
        business_key = RunName.parse(workflow_id).business_key
        if self._inbox.record(connection, pairs, business_key=business_key, at=at) == len(pairs):
            return
        events = events_of(connection, pairs, workflow_id=workflow_id)
        done = self._waits.record(connection, events, workflow_id=workflow_id, at=at)
        self._inbox.record_rows(connection, done, at=at)

    async def closing(self, workflow_id: str) -> str | None:
        """The closing state of a run; none where it has none."""
        sealed = await self._database.read(lambda connection: connection.scalar(self._closing, {"run": workflow_id}))
        return None if sealed is None else self._keyring.open(sealed, _place(workflow_id)).decode()

    async def newest(self, business_key: str) -> RunProjection | None:
        """The run with the highest ordinal of a business key."""
        runs = await self.find(business_key=business_key)
        return max(runs, key=lambda run: run.ordinal, default=None)

    async def find(
        self,
        *,
        workflow_id: str | None = None,
        correlation_id: str | None = None,
        business_key: str | None = None,
        facility: str | None = None,
        process: str | None = None,
        stage: str | None = None,
        open_only: bool = False,
        limit: int = 1000,
    ) -> tuple[RunProjection, ...]:
        """The runs that match all that is given, oldest first."""
        query = select(*(RUNS.c[name] for name in _SHOWN))
        wanted = {
            "workflow_id": workflow_id,
            "correlation_id": correlation_id,
            "business_key": business_key,
            "facility": facility,
            "process": process,
            "stage": stage,
        }
        for name, value in wanted.items():
            if value is not None:
                query = query.where(RUNS.c[name] == value)
        if open_only:
            query = query.where(RUNS.c.closed.is_(None))
        ordered = query.order_by(RUNS.c.started, RUNS.c.ordinal, RUNS.c.workflow_id).limit(limit)
        rows: Any = await self._database.read(lambda connection: connection.execute(ordered).mappings().all())
        return tuple(RunProjection.model_validate(dict(row)) for row in rows)


def _place(workflow_id: str) -> bytes:
    return f"closing:{workflow_id}".encode()
