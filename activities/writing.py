"""Writing into a system of others: the intent before the call, the look-up before any repeat, the balance after it.

This is the whole of promise two. Every domain's writes go through here, so the next process has it for nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from activities.intents import kind_of
from canonical.effect import Edge, EffectState, Found, Intent, Posted, Recorded
from canonical.errors import Rejected, Uncertain
from canonical.identity import undo_key, wire_key
from canonical.memory import Effects
from canonical.ports import Declaration
from canonical.run import Ledger
from canonical.standing import Traced, next_to_take_back, stands, trace


@dataclass(frozen=True, kw_only=True)
class Verbs:
    """How one domain takes back and finds; each call raises leaves of `canonical.errors` only."""

    declares: Declaration
    take_back: Callable[[Found, str], Awaitable[Posted]]
    find: Callable[[Sequence[str]], Awaitable[Sequence[Found]]]
    by_reference: Callable[[str], Awaitable[Found | None]]


@dataclass(frozen=True, kw_only=True)
class Writing:
    """One write of one ledger: its intent, every key that the ledger was ever written under, and the verbs to use."""

    effects: Effects
    verbs: Verbs
    intent: Intent
    ledger: Ledger
    edges: tuple[Edge, ...] = ()

    @property
    def kind(self) -> str:
        """What the ledger's documents are called in lineage."""
        return kind_of(self.ledger)

    async def post(self, send: Callable[[str], Awaitable[Posted]]) -> Posted:
        """Send exactly once under the wire key, whatever earlier attempts may have done or may still do.

        Answers the posting; `uncertain` is set where an earlier attempt's outcome was unknown, so that the run takes a
        closing look. Raises `Transient`, `Uncertain` (ask again after `retry_after`) or `Rejected`.
        """
        recorded = await self.effects.intend(self.intent, at=_now())
        if recorded.posted is not None and recorded.state in (EffectState.applied, EffectState.by_hand):
            return recorded.posted
        # Also before a new revision is first sent: a late arrival of an older one would be in its way.
        in_doubt = not recorded.first or len(self.ledger.keys) > 1
        if in_doubt and (document := await self._the_one_that_stands()) is not None:
            return await self._settle(document, uncertain=True)
        if not recorded.first:
            self._only_if_absent(recorded)
            await self.effects.resent(self.intent.key, at=_now())
        # An earlier attempt that was not refused may still be applied after this one.
        doubted = not recorded.first and recorded.state is not EffectState.refused
        try:
            posted = await send(wire_key(self.intent.key))
        except Uncertain:
            await self.effects.settle(self.intent.key, EffectState.uncertain, at=_now())
            raise
        except Rejected as refusal:
            # A repeat may be refused just because the first one has arrived meanwhile (a serial is gone from the shelf).
            if not recorded.first and (document := await self._the_one_that_stands()) is not None:
                return await self._settle(document, uncertain=True)
            await self.effects.settle(self.intent.key, EffectState.refused, at=_now())
            refusal.in_doubt = doubted
            raise
        if not recorded.first:
            # Where an earlier attempt arrived as well, the first document is kept and ours may be the one taken back.
            posted = await self._the_one_that_stands() or posted
        return await self._settle(posted, uncertain=doubted)

    async def balance(self, *, expected: int) -> tuple[Traced | None, int]:
        """Take back until `expected` documents stand; answers the one left standing and how many were taken back.

        One that an earlier attempt took back, whose answer never came, counts as well.
        """
        taken_back = 0
        while True:
            documents = await self._look_up()
            surplus = next_to_take_back(documents, key=self.ledger.key, expected=expected)
            if surplus is None:
                await self._record_what_was_taken_back(documents)
                standing = stands(documents)
                gone = sum(_is_taken_back(one) for one in documents if one.key == self.ledger.key)
                return (standing[0] if standing else None), max(taken_back, gone)
            await self._take_back(surplus)
            taken_back += 1

    async def nothing_arrives_any_more(self) -> None:
        """Return once no write sent earlier can still be applied; until then raise `Uncertain` with the time left."""
        last_sent = await self.effects.last_sent(self.ledger.keys)
        if last_sent is not None:
            self._wait(last_sent + self.verbs.declares.in_flight)

    async def _the_one_that_stands(self) -> Posted | None:
        standing, _ = await self.balance(expected=1)
        if standing is None:
            return None
        return _as_posted(standing.found)

    async def _take_back(self, document: Traced) -> None:
        key = undo_key(document.key, document.found.reference)
        intent = self.intent.model_copy(update={"key": key, "undoes": document.key})
        recorded = await self.effects.intend(intent, at=_now())
        if not recorded.first:
            self._only_if_absent(recorded)
            await self.effects.resent(key, at=_now())
        try:
            posted = await self.verbs.take_back(document.found, wire_key(key))
        except Uncertain:
            await self.effects.settle(key, EffectState.uncertain, at=_now())
            raise
        except Rejected:
            await self.effects.settle(key, EffectState.refused, at=_now())
            raise
        await self.effects.settle(
            key, EffectState.applied, at=_now(), posted=posted, edges=[self._reversal(document, posted)]
        )

    async def _record_what_was_taken_back(self, documents: Sequence[Traced]) -> None:
        """Settle what a look-up shows to be taken back: the answer may never have come, or told of another contra.

        A system may take back by itself: an ERP releases a reservation together with the order that took it over.
        """
        for document in documents:
            await self._record_what_was_taken_back(document.taken_back_by)
            if not _is_taken_back(document):
                continue
            if await self.effects.last_sent([document.undo]) is None:
                await self.effects.gone(document.key, document.found.reference)
            else:
                contra = next(iter(stands(document.taken_back_by)), None)
                posted = None if contra is None else _as_posted(contra.found)
                edges = [] if posted is None else [self._reversal(document, posted)]
                await self.effects.settle(document.undo, EffectState.applied, at=_now(), posted=posted, edges=edges)

    def _reversal(self, document: Traced, posted: Posted) -> Edge:
        """The lineage edge from a document to the one that takes it back."""
        return Edge(
            from_system=self.intent.system,
            from_kind=self.kind,
            from_reference=document.found.reference,
            to_system=self.intent.system,
            to_kind=self.kind,
            to_reference=posted.reference,
            relation="taken-back-by",
            effect_key=document.undo,
        )

    async def _look_up(self) -> tuple[Traced, ...]:
        """All documents under the ledger's keys, with those that took them back, and those taking back these."""
        keys = {wire_key(key): key for key in self.ledger.keys}
        batch = [*await self._adopted(), *await self.verbs.find(list(keys))]
        found = list(batch)
        while batch:
            undone = {wire_key(key): key for key in (undo_key(keys[one.wire_key], one.reference) for one in batch)}
            keys |= undone
            batch = list(await self.verbs.find(list(undone)))
            found += batch
        return trace(self.ledger.keys, found)

    async def _adopted(self) -> list[Found]:
        """What the source posted by itself, as if it stood under the key with which the run answers for it."""
        asked = [(one.key, await self.verbs.by_reference(one.reference)) for one in self.ledger.adopted]
        return [found.model_copy(update={"wire_key": wire_key(key)}) for key, found in asked if found is not None]

    def _only_if_absent(self, recorded: Recorded) -> None:
        """Go on only where a repeat cannot apply twice: the system knows the key still, or nothing can arrive any more."""
        if recorded.state is EffectState.refused:
            return
        declares = self.verbs.declares
        if declares.idempotent_for is not None and _now() - recorded.sent_at < declares.idempotent_for:
            return
        self._wait(recorded.sent_at + declares.in_flight)

    def _wait(self, until: datetime) -> None:
        left = until - _now()
        if left > timedelta(0):
            raise Uncertain(
                "an earlier write may still arrive; asked again before anything is repeated",
                system=self.intent.system,
                operation=self.intent.step,
                retry_after=left.total_seconds(),
            )

    async def _settle(self, posted: Posted, *, uncertain: bool) -> Posted:
        answer = posted.model_copy(update={"uncertain": uncertain})
        edges = [
            edge if edge.to_reference else edge.model_copy(update={"to_reference": posted.reference})
            for edge in self.edges
        ]
        await self.effects.settle(self.intent.key, EffectState.applied, at=_now(), posted=answer, edges=edges)
        return answer


def _is_taken_back(document: Traced) -> bool:
    """Whether the document stood once and counts no more; one that was rejected never stood."""
    return document.counts == 0 and (bool(stands(document.taken_back_by)) or not document.found.live)


def _as_posted(found: Found) -> Posted:
    """What stands, or takes back, as the answer to the write that it came of."""
    return Posted(
        reference=found.reference,
        standing="accepted" if found.standing == "accepted" else "posted",
        posting_date=found.posting_date,
    )


def _now() -> datetime:
    return datetime.now(UTC)
