"""The look-up of a transaction: gathered from the store alone, so that it answers without Temporal too."""

from asyncio import gather
from collections.abc import Sequence
from re import compile as pattern
from typing import Literal
from urllib.parse import quote

from canonical.memory import InboxState, RunProjection
from suture.deciding import commands
from suture.gateway.answers import EffectSeen, EventSeen, RunSeen, Transaction, WorkItemSeen
from suture.gateway.problem import no_such_transaction, unavailable
from suture.store.effects import Effect
from suture.store.errors import StoreUnavailable
from suture.store.inbox import Waiting
from suture.store.store import Store
from suture.store.work_items import Listed
from suture.tables import Temporal
from suture.telemetry.context import correlation_id as current

_ID = pattern(r"c-[a-z2-7]{26}")
_PATIENT_TOKEN = pattern(r"\b(acct|case|pat)_[A-Z2-7]{26}\b")


class Transactions:
    """Answers how transactions stand."""

    def __init__(self, store: Store, temporal: Temporal) -> None:
        self._store = store
        self._temporal = temporal

    async def show(self, correlation_id: str) -> Transaction:
        """All that is known under a correlation id; `Refused` with 404 where no event was accepted under it."""
        if _ID.fullmatch(correlation_id) is None:
            raise no_such_transaction()
        try:
            events, runs, effects, items = await gather(
                self._store.inbox.of_correlation(correlation_id),
                self._store.runs.find(correlation_id=correlation_id),
                self._store.effects.of(correlation_id=correlation_id),
                self._store.work_items.open_items(correlation_id=correlation_id),
            )
        except StoreUnavailable:
            raise unavailable("store-unavailable", retry_after=5) from None
        if not events and not runs:
            raise no_such_transaction()
        # Only now is it known to be one of ours, that may be logged.
        current.set(correlation_id)
        return Transaction(
            correlation_id=correlation_id,
            state=_state(events, runs, items),
            events=tuple(map(_event, events)),
            runs=tuple(map(self._run, runs)),
            effects=tuple(map(_effect, effects)),
            work_items=tuple(map(_item, items)),
        )

    def _run(self, run: RunProjection) -> RunSeen:
        ui, namespace = self._temporal.ui_url, quote(self._temporal.namespace, safe="")
        return RunSeen(
            business_key=run.business_key,
            workflow_id=run.workflow_id,
            process=run.process,
            facility=run.facility,
            stage=_clean(run.stage),
            waiting_for=tuple(map(_clean, run.waiting_for)),
            outcome=_clean(run.outcome),
            started=run.started,
            closed=run.closed,
            web_ui=f"{ui}/namespaces/{namespace}/workflows/{quote(run.workflow_id, safe='')}",
        )


def _state(
    events: Sequence[Waiting], runs: Sequence[RunProjection], items: Sequence[Listed]
) -> Literal["accepted", "running", "waiting for a person", "closed", "refused"]:
    if any(listed.item.blocks for listed in items):
        return "waiting for a person"
    if any(run.closed is None for run in runs):
        return "running"
    if any(event.state in (InboxState.stored, InboxState.started) for event in events):
        return "accepted"
    if not runs and all(event.state is InboxState.refused for event in events):
        return "refused"
    return "closed"


def _event(event: Waiting) -> EventSeen:
    envelope = event.envelope
    return EventSeen(type=envelope.type, source=envelope.source, state=event.state, received=event.received_at)


def _effect(effect: Effect) -> EffectSeen:
    intent = effect.intent
    return EffectSeen(
        system=intent.system,
        domain=intent.domain,
        step=intent.step,
        kind="do" if intent.undoes is None else "undo",
        state=effect.state,
        reference=_clean(effect.posted.reference) if effect.posted is not None else None,
        amount=intent.amount,
        currency=intent.currency,
        quantity=intent.quantity,
        unit=intent.unit,
        sent=effect.sent_at,
        settled=effect.settled_at,
    )


def _item(listed: Listed) -> WorkItemSeen:
    item = listed.item
    return WorkItemSeen(
        item_id=item.item_id,
        cause=item.cause,
        question=_clean(item.question),
        owner=item.owner,
        taken_by=listed.taken_by,
        safety=item.safety,
        due=item.due,
        commands=commands(item),
    )


def _clean(text: str) -> str:
    """The text without tokens of patients: who may look at transactions need not tell patients apart."""
    return _PATIENT_TOKEN.sub(r"\1_...", text)
