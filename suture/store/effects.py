"""Effects: every write into a system of others, from the intent that is committed before it is sent to its outcome."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import cycle
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, bindparam, or_, select
from sqlmodel import Field

from canonical.effect import Edge, EffectState, Intent, Posted, Recorded
from canonical.identity import undo_key, wire_key
from canonical.model import Frozen
from suture.store.columns import Exact, UtcTime
from suture.store.database import Database
from suture.store.lineage import Lineage
from suture.store.prepared import Prepared
from suture.store.row import Row, table_of


class EffectRow(Row, table=True):
    """One write under its key. `sent_at` moves when a proven absent write is sent again, `intended_at` never."""

    __tablename__ = "effects"

    key: str = Field(primary_key=True)
    wire_key: str = Field(unique=True)
    undoes: str | None = Field(default=None, index=True)
    workflow_id: str = Field(index=True)
    correlation_id: str = Field(index=True)
    process: str
    facility: str
    step: str
    revision: int
    domain: str
    system: str
    amount: Decimal | None = Field(default=None, sa_type=Exact)
    currency: str | None = None
    quantity: Decimal | None = Field(default=None, sa_type=Exact)
    unit: str | None = None
    business_date: date | None = None
    item: str | None = None
    lot: str | None = None
    token: str | None = None
    state: str
    reference: str | None = None
    standing: str | None = None
    posting_date: date | None = None
    uncertain: bool = False
    intended_at: datetime = Field(sa_type=UtcTime)
    sent_at: datetime = Field(sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)


EFFECTS = table_of(EffectRow)
_INTENDED = (*Intent.model_fields, "wire_key", "state", "uncertain", "intended_at", "sent_at")
_FACTS = ("amount", "currency", "quantity", "unit", "business_date", "item", "lot", "token")
"""What an undo takes back is what was done: it has the same facts."""
_OPEN = (EffectState.intended, EffectState.uncertain)


class Effect(Frozen):
    """A write as operators see it."""

    intent: Intent
    wire_key: str
    state: EffectState
    posted: Posted | None
    intended_at: AwareDatetime
    sent_at: AwareDatetime
    settled_at: AwareDatetime | None


class Effects:
    """The record of every write. Each method is one short transaction."""

    def __init__(self, database: Database, lineage: Lineage) -> None:
        self._database = database
        self._lineage = lineage
        self._intend = database.prepare(
            database.insert(EFFECTS).on_conflict_do_nothing().returning(EFFECTS.c.key), _INTENDED
        )
        self._find = select(EFFECTS).where(EFFECTS.c.key == bindparam("of"))
        settle = EFFECTS.update().where(EFFECTS.c.key == bindparam("of")).returning(EFFECTS.c.undoes)
        outcome = settle.where(
            # What was taken back stays so, whoever reports late; only another document under the key stands again.
            or_(EFFECTS.c.state != EffectState.reversed, EFFECTS.c.reference != bindparam("to_reference"))
        )
        self._doubt = database.prepare(
            settle.where(or_(*(EFFECTS.c.state == state for state in _OPEN))).values(
                state=EffectState.uncertain, settled_at=bindparam("at")
            )
        )
        self._bare = database.prepare(
            settle.where(EFFECTS.c.state != EffectState.reversed).values(
                state=bindparam("to_state"), settled_at=bindparam("at")
            )
        )
        self._post = database.prepare(
            outcome.values(
                state=bindparam("to_state"),
                reference=bindparam("to_reference"),
                standing=bindparam("to_standing"),
                posting_date=bindparam("to_date"),
                uncertain=bindparam("to_uncertain"),
                settled_at=bindparam("at"),
            )
        )
        self._resend = (
            EFFECTS.update()
            .where(EFFECTS.c.key == bindparam("of"), EFFECTS.c.state.in_((*_OPEN, EffectState.refused)))
            .values(state=EffectState.intended, sent_at=bindparam("at"))
        )
        self._gone = (
            EFFECTS.update()
            .where(
                EFFECTS.c.key == bindparam("of"),
                EFFECTS.c.state == EffectState.applied,
                EFFECTS.c.reference == bindparam("taken_back"),
            )
            .values(state=EffectState.reversed)
        )
        self._turn = (
            EFFECTS.update()
            .where(
                EFFECTS.c.key == bindparam("of"),
                or_(EFFECTS.c.reference.is_(None), EFFECTS.c.reference == bindparam("taken_back")),
            )
            .values(state=bindparam("to_state"), reference=bindparam("taken_back"))
            .returning(EFFECTS.c.undoes)
        )

    async def intend(self, intent: Intent, *, at: datetime) -> Recorded:
        """Commit the intent before the call. A key seen before answers what is known, and changes nothing."""
        return await self._database.write(lambda connection: self._commit(connection, intent, at=at))

    async def stands(
        self, intent: Intent, state: EffectState, *, at: datetime, posted: Posted, edges: Sequence[Edge] = ()
    ) -> None:
        """Record what somebody else has posted, in one transaction: nobody may find it without its outcome."""

        def record(connection: Connection) -> None:
            self._commit(connection, intent, at=at)
            self._settle(connection, intent.key, state, at=at, posted=posted, edges=edges)

        await self._database.write(record)

    async def resent(self, key: str, *, at: datetime) -> None:
        """A proven absent write is about to be sent again: move its sent-at. `LookupError` unless open or refused."""

        def move(connection: Connection) -> None:
            if connection.execute(self._resend, {"of": key, "at": at}).rowcount == 0:
                raise LookupError("no write under this key waits to be sent again")

        await self._database.write(move)

    async def last_sent(self, keys: Sequence[str]) -> datetime | None:
        """When a write under one of these keys, or one that undoes such a write, was last sent; none if never."""

        def newest(connection: Connection) -> datetime | None:
            latest: datetime | None = None
            asked = or_(EFFECTS.c.key.in_(keys), EFFECTS.c.undoes.in_(keys))
            columns = (EFFECTS.c.key, EFFECTS.c.state, EFFECTS.c.sent_at, EFFECTS.c.settled_at)
            while rows := connection.execute(select(*columns).where(asked)).mappings().all():
                latest = max([_left_by(row) for row in rows] + ([latest] if latest else []))
                # An undo may itself be undone; keys grow with each level, so this ends.
                asked = EFFECTS.c.undoes.in_([row["key"] for row in rows if row["key"] not in keys])
            return latest

        return await self._database.read(newest)

    async def settle(
        self, key: str, state: EffectState, *, at: datetime, posted: Posted | None = None, edges: Sequence[Edge] = ()
    ) -> None:
        """Record the outcome of a write and its lineage in one transaction; a reversal marks the effect that it undoes.

        `LookupError` where the key was never intended. An outcome that is known already is not made doubtful again.
        """
        await self._database.write(
            lambda connection: self._settle(connection, key, state, at=at, posted=posted, edges=edges)
        )

    async def gone(self, key: str, reference: str) -> None:
        """Mark a document as reversed that its system took back by itself; one of an open outcome stays open."""

        def mark(connection: Connection) -> None:
            connection.execute(self._gone, {"of": key, "taken_back": reference})

        await self._database.write(mark)

    async def of(
        self, *, workflow_ids: Sequence[str] | None = None, correlation_id: str | None = None
    ) -> tuple[Effect, ...]:
        """The writes of some runs, or of all runs of a correlation id, in the order in which they were intended."""
        if (workflow_ids is None) == (correlation_id is None):
            raise ValueError("expected either workflow ids or a correlation id")
        one = EFFECTS.c.correlation_id == correlation_id
        chosen = one if workflow_ids is None else EFFECTS.c.workflow_id.in_(workflow_ids)
        return await self._select(select(EFFECTS).where(chosen).order_by(EFFECTS.c.intended_at, EFFECTS.c.key))

    async def by_wire_key(self, wire: str) -> Effect | None:
        """The write that a system knows by this key."""
        found = await self._select(select(EFFECTS).where(EFFECTS.c.wire_key == wire))
        return found[0] if found else None

    def _commit(self, connection: Connection, intent: Intent, *, at: datetime) -> Recorded:
        row = intent.model_dump() | {"wire_key": wire_key(intent.key), "state": EffectState.intended}
        row |= {"uncertain": False, "intended_at": at, "sent_at": at}
        if intent.undoes is not None and (
            undone := connection.execute(self._find, {"of": intent.undoes}).mappings().one_or_none()
        ):
            row.update({name: undone[name] for name in _FACTS if row[name] is None})
        if self._intend.first(connection, row) is not None:
            return Recorded(first=True, state=EffectState.intended, sent_at=at)
        known = connection.execute(self._find, {"of": intent.key}).mappings().one()
        return Recorded(first=False, state=known["state"], sent_at=_left_by(known), posted=_posted(known))

    def _settle(
        self,
        connection: Connection,
        key: str,
        state: EffectState,
        *,
        at: datetime,
        posted: Posted | None,
        edges: Sequence[Edge],
    ) -> None:
        statement, outcome = self._outcome(key, state, at=at, posted=posted)
        settled = statement.first(connection, outcome)
        if settled is None and connection.execute(self._find, {"of": key}).one_or_none() is None:
            raise LookupError("no intent was ever recorded under this key")
        if settled is not None and state in (EffectState.applied, EffectState.by_hand):
            self._take_back(connection, key, settled[0])
        self._lineage.add(connection, edges, at=at)

    def _outcome(
        self, key: str, state: EffectState, *, at: datetime, posted: Posted | None
    ) -> tuple[Prepared, dict[str, Any]]:
        if state is EffectState.uncertain:
            return self._doubt, {"of": key, "at": at}
        if posted is None:
            return self._bare, {"of": key, "at": at, "to_state": state}
        outcome = {
            "to_reference": posted.reference,
            "to_standing": posted.standing,
            "to_date": posted.posting_date,
            "to_uncertain": posted.uncertain,
        }
        return self._post, {"of": key, "at": at, "to_state": state} | outcome

    def _take_back(self, connection: Connection, key: str, undoes: str | None) -> None:
        """Turn the effect that an undo names, where it is that document; an undo of an undo turns it back."""
        for state in cycle((EffectState.reversed, EffectState.applied)):
            if undoes is None:
                return
            taken_back = key.removeprefix(undo_key(undoes, ""))
            turn = {"of": undoes, "taken_back": taken_back, "to_state": state}
            turned = connection.execute(self._turn, turn).one_or_none()
            key, undoes = undoes, turned.undoes if turned is not None else None

    async def _select(self, query: Any) -> tuple[Effect, ...]:
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return tuple(_effect(row) for row in rows)


def _left_by(row: Any) -> datetime:
    """When the last byte had left us at the latest: an attempt may spend seconds on connecting before it sends."""
    left: datetime = row["settled_at"] if row["state"] == EffectState.uncertain else row["sent_at"]
    return left


def _posted(row: Any) -> Posted | None:
    if row["reference"] is None:
        return None
    return Posted(
        reference=row["reference"],
        standing=row["standing"] or "posted",
        posting_date=row["posting_date"],
        uncertain=row["uncertain"],
    )


def _effect(row: Any) -> Effect:
    return Effect(
        intent=Intent(**{name: row[name] for name in Intent.model_fields}),
        wire_key=row["wire_key"],
        state=row["state"],
        posted=_posted(row),
        intended_at=row["intended_at"],
        sent_at=row["sent_at"],
        settled_at=row["settled_at"],
    )
