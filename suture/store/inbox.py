"""The inbox: every event that was ever accepted, kept for good, so that a delivery is counted once and none is lost."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, case, func, or_, select

from canonical.envelope import Envelope
from canonical.memory import InboxState
from canonical.model import Frozen
from suture.keys import Keyring, SealBroken
from suture.store.columns import UtcTime
from suture.store.correlations import Correlations, new_correlation_id
from suture.store.database import Database
from suture.store.inbox_table import COLUMNS, INBOX
from suture.store.vault import Tokenised, Vault

_LOG = logging.getLogger(__name__)


class Accepted(Frozen):
    """The event is stored. `business_key` is the transaction's address; a duplicate answers what the first one did."""

    id: int
    correlation_id: str
    business_key: str
    duplicate: bool = False


class Conflict(Frozen):
    """The same event id came before with another content."""

    correlation_id: str
    business_key: str


class Arrival(Frozen):
    """An event about to be stored: its envelope, where it goes, and the tokens that were made of it.

    `workflow_id` is set where the event belongs to one run of its business key, `note` where it is refused already.
    """

    envelope: Envelope
    fingerprint: str
    business_key: str
    workflow_id: str | None = None
    state: InboxState = InboxState.stored
    note: str = ""
    tokens: tuple[Tokenised, ...] = ()
    at: datetime


class Waiting(Frozen):
    """A stored event as the dispatcher sees it."""

    id: int
    state: InboxState
    business_key: str
    workflow_id: str | None
    correlation_id: str
    received_at: datetime
    tried_at: datetime | None
    attempts: int
    refusals: int
    note: str
    envelope: Envelope


Pair = tuple[str, str]
"""Source and event id."""


def pair_of(delivery: str) -> Pair:
    """The pair behind `<source>:<event id>`, by which runs know an event; neither part can hold a colon."""
    source, colon, event_id = delivery.partition(":")
    if not (source and colon and event_id):
        raise ValueError("a delivery reads <source>:<event id>")
    return source, event_id


class Inbox:
    """Accepts events and tells which are not done."""

    def __init__(self, database: Database, keyring: Keyring, correlations: Correlations, vault: Vault) -> None:
        self._database = database
        self._keyring = keyring
        self._correlations = correlations
        self._vault = vault
        self._add = database.prepare(
            database.insert(INBOX).on_conflict_do_nothing().returning(INBOX.c.id), tuple(COLUMNS)
        )
        find = select(INBOX.c.id, INBOX.c.fingerprint, INBOX.c.correlation_id, INBOX.c.business_key).where(
            INBOX.c.source == bindparam("source"), INBOX.c.event_id == bindparam("event_id")
        )

        self._find = database.prepare(find)
        self._correlate = database.prepare(
            INBOX.update().where(INBOX.c.id == bindparam("row")).values(correlation_id=bindparam("known"))
        )
        self._record = database.prepare(
            INBOX.update()
            .where(
                INBOX.c.source == bindparam("from_source"),
                INBOX.c.event_id == bindparam("event"),
                INBOX.c.business_key == bindparam("key"),
            )
            .values(state=InboxState.recorded, recorded_at=bindparam("moment"), note="")
        )
        self._start = (
            INBOX.update()
            .where(INBOX.c.id == bindparam("row"))
            .values(
                state=case((INBOX.c.state == InboxState.stored, InboxState.started), else_=INBOX.c.state),
                workflow_id=func.coalesce(bindparam("run"), INBOX.c.workflow_id),
                started_at=func.coalesce(INBOX.c.started_at, bindparam("moment", type_=UtcTime())),
                tried_at=bindparam("moment", type_=UtcTime()),
                note="",
            )
        )

    async def accept(self, arrival: Arrival) -> Accepted | Conflict:
        """Store the event, its tokens and its correlation id in one transaction, unless it is here already."""
        envelope = arrival.envelope
        place = _place(envelope.source, envelope.id)
        sealed = self._keyring.seal(envelope.model_dump_json().encode(), place)
        key = {"source": envelope.source, "event_id": envelope.id}

        candidate = new_correlation_id()
        row = _row(arrival, sealed=sealed, correlation_id=candidate)

        def store(connection: Connection) -> Accepted | Conflict:
            if (added := self._add.first(connection, row)) is None:
                known = self._find.first(connection, key)
                if known is None:
                    raise LookupError("an event was there, and is gone")
                return _answer(known, arrival.fingerprint)
            for made in arrival.tokens:
                self._vault.keep(connection, made, at=arrival.at)
            correlation_id = self._correlations.assign(connection, arrival.business_key, candidate, at=arrival.at)
            if correlation_id != candidate:
                self._correlate.run(connection, {"row": added[0], "known": correlation_id})
            return Accepted(id=added[0], correlation_id=correlation_id, business_key=arrival.business_key)

        return await self._database.write(store)

    async def started(self, row: int, *, workflow_id: str | None, at: datetime) -> None:
        """Temporal has the event. A row that its run has recorded meanwhile stays recorded."""
        await self._database.write(
            lambda connection: connection.execute(self._start, {"row": row, "run": workflow_id, "moment": at})
        )

    async def route(self, row: int, *, business_key: str, workflow_id: str) -> None:
        """The run that an event belongs to was found after the event was stored."""
        values = {"business_key": business_key, "workflow_id": workflow_id}
        await self._database.execute(INBOX.update().where(INBOX.c.id == row).values(**values))

    async def tried(self, row: int, *, at: datetime, note: str, refused: bool = False) -> None:
        """An attempt to deliver did not get through; `refused` where that was for the event's own sake."""
        values = {
            "tried_at": at,
            "attempts": INBOX.c.attempts + 1,
            "refusals": INBOX.c.refusals + int(refused),
            "note": note,
        }
        await self._database.execute(INBOX.update().where(INBOX.c.id == row).values(**values))

    async def done(self, row: int, *, at: datetime, note: str = "") -> None:
        """Nothing is left to do: nobody waits for the event, or those who did are gone."""
        values = {"state": InboxState.recorded, "recorded_at": at, "note": note}
        await self._database.execute(INBOX.update().where(INBOX.c.id == row).values(**values))

    async def refused(self, row: int, *, at: datetime, note: str) -> None:
        """No repeat can deliver the event: a person decides."""
        values = {"state": InboxState.refused, "tried_at": at, "note": note}
        await self._database.execute(
            INBOX.update().where(INBOX.c.id == row, INBOX.c.state != InboxState.recorded).values(**values)
        )

    def resubmit(self, connection: Connection, row: int) -> None:
        """A person asked to deliver a refused event again, in a transaction of others."""
        values = {"state": InboxState.stored, "attempts": 0, "refusals": 0, "tried_at": None, "note": ""}
        refused = INBOX.update().where(INBOX.c.id == row, INBOX.c.state == InboxState.refused)
        connection.execute(refused.values(**values))

    async def get(self, row: int) -> Waiting:
        """One event; `KeyError` where there is none."""
        rows = await self._select(select(INBOX).where(INBOX.c.id == row))
        if not rows:
            raise KeyError(row)
        return rows[0]

    async def find(self, *, source: str, event_id: str) -> Waiting | None:
        """One event by the pair that makes it one."""
        rows = await self._select(select(INBOX).where(INBOX.c.source == source, INBOX.c.event_id == event_id))
        return rows[0] if rows else None

    async def of_correlation(self, correlation_id: str) -> tuple[Waiting, ...]:
        """All events of one correlation id, as they came."""
        return await self._select(select(INBOX).where(INBOX.c.correlation_id == correlation_id).order_by(INBOX.c.id))

    async def not_done(
        self, *states: InboxState, received_before: datetime, tried_before: datetime | None = None, limit: int = 500
    ) -> tuple[Waiting, ...]:
        """Events in these states that came before a moment, those tried longest ago first."""
        query = select(INBOX).where(INBOX.c.state.in_(states), INBOX.c.received_at < received_before)
        if tried_before is not None:
            query = query.where(or_(INBOX.c.tried_at.is_(None), INBOX.c.tried_at < tried_before))
        ordered = query.order_by(INBOX.c.tried_at.asc().nulls_first(), INBOX.c.id).limit(limit)
        return await self._select(ordered, leave_out_damaged=True)

    def record(self, connection: Connection, pairs: Sequence[Pair], *, business_key: str, at: datetime) -> int:
        """Mark events of a business key as recorded by its run, in a transaction of others; answers how many."""
        return sum(
            self._record.run(connection, {"from_source": source, "event": event_id, "key": business_key, "moment": at})
            for source, event_id in pairs
        )

    def record_rows(self, connection: Connection, rows: Sequence[int], *, at: datetime) -> None:
        """Mark rows as recorded, within a transaction of others."""
        if rows:
            mark = INBOX.update().where(INBOX.c.id.in_(rows))
            connection.execute(mark.values(state=InboxState.recorded, recorded_at=at, note=""))

    async def _select(self, query: Any, *, leave_out_damaged: bool = False) -> tuple[Waiting, ...]:
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        events: list[Waiting] = []
        for row in rows:
            try:
                events.append(self._waiting(dict(row)))
            except (SealBroken, ValidationError):
                # One damaged document must not keep a sweep from all others.
                if not leave_out_damaged:
                    raise
                _LOG.error("a document in the inbox cannot be opened", extra={"inbox_row": row["id"]})
        return tuple(events)

    def _waiting(self, row: dict[str, Any]) -> Waiting:
        clear = self._keyring.open(row["document"], _place(row["source"], row["event_id"]))
        envelope = Envelope.model_validate_json(clear).model_copy(
            update={
                "correlationid": row["correlation_id"],
                "traceparent": row["traceparent"],
            }
        )
        known = {name: row[name] for name in Waiting.model_fields if name in row}
        return Waiting(envelope=envelope, **known)


def _answer(known: Sequence[Any], fingerprint: str) -> Accepted | Conflict:
    row, kept, correlation_id, business_key = known
    if kept != fingerprint:
        return Conflict(correlation_id=correlation_id, business_key=business_key)
    return Accepted(id=row, correlation_id=correlation_id, business_key=business_key, duplicate=True)


def _row(arrival: Arrival, *, sealed: bytes, correlation_id: str) -> dict[str, Any]:
    envelope = arrival.envelope
    values = (
        envelope.source,
        envelope.id,
        arrival.fingerprint,
        envelope.type,
        envelope.facility,
        arrival.state,
        correlation_id,
        arrival.business_key,
        arrival.workflow_id,
        sealed,
        envelope.traceparent,
        arrival.at,
        0,
        0,
        arrival.note,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _place(source: str, event_id: str) -> bytes:
    return f"inbox:{source}:{event_id}".encode()
