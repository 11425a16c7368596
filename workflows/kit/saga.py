"""Saga: writing into ledgers so that each write can be taken back, and nothing of an uncertain outcome is left behind.

The undo stack is data: a `Ledger` names its step, and `<kind>.balance` with every key it was ever written under takes
back whatever of it stands. A ledger is kept by the run *before* its write is sent, so a time-out is undone as well.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from temporalio import workflow

from activities.notes import Notes
from canonical.asking.writing import AskDocument, Balance, Balanced, Elsewhere, Outcome
from canonical.effect import EffectState, Found, Posted
from canonical.errors import Audience
from canonical.evidence import Evidence
from canonical.identity import wire_key
from canonical.money import Money
from canonical.policy import Clock
from canonical.run import Adopted, Ledger, Standing
from workflows.kit import versions
from workflows.kit.calls import CallOptions, ask_store, system_call
from workflows.kit.failures import refused, vanished
from workflows.kit.parking import Question
from workflows.kit.process import Process
from workflows.kit.turns import DoneByHand

UNCERTAIN = ("uncertain", "transient")


class Books(Protocol):
    """Where a run keeps its ledgers: read and replaced by step."""

    def ledger(self, step: str) -> Ledger: ...

    def keep(self, ledger: Ledger) -> None: ...


class Saga:
    """The ledgers of one run: post, adopt, confirm, take back, and look once more before closing."""

    def __init__(self, process: Process, books: Books) -> None:
        self._process = process
        self._books = books

    async def post(
        self,
        step: str,
        send: Callable[[Ledger, CallOptions], Awaitable[Posted]],
        *,
        summary: str,
        owner: Audience,
        correctable: tuple[str, ...] = (),
        at_risk: Money | None = None,
        renew: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Write the step's document once; a failure is parked, resumes here, and may be accepted as done by hand.

        What was refused goes out again under the next revision: at once, where `renew` looks up what may have changed
        and answers that it has; else when a person says so.
        """
        process = self._process
        renewed = False

        async def attempt() -> Posted:
            nonlocal renewed
            process.heed()
            ledger = self._books.ledger(step)
            if ledger.refused:
                if renew is not None and not renewed:
                    await renew()
                ledger = ledger.model_copy(update={"revision": ledger.revision + 1, "refused": False})
            renewed = False
            ledger = ledger.sending(process.context.workflow_id)
            self._books.keep(ledger)
            return await send(ledger, self._call(ledger, summary=summary))

        async def heals() -> bool:
            nonlocal renewed
            renewed = renew is not None and self._books.ledger(step).refused and await renew()
            return renewed

        def failed(evidence: Evidence) -> None:
            doubted = evidence.category in UNCERTAIN
            uncertain = doubted or evidence.in_doubt or self._books.ledger(step).uncertain
            self._update(step, uncertain=uncertain, refused=not doubted)
            if workflow.cancellation_reason() is not None and versions.goes("a-cancelled-write-asks-nobody"):
                # Its outcome came while the run was being cancelled: it is taken back, and nobody is asked to repeat it.
                raise asyncio.CancelledError

        def question(evidence: Evidence) -> Question:
            return refused(step, summary, evidence, owner=owner, correctable=correctable, at_risk=at_risk)

        try:
            posted = await process.insist(attempt, step=step, question=question, failed=failed, heals=heals)
        except DoneByHand as done:
            await self.accept(step, done)
            return
        ledger = self._books.ledger(step)
        self._update(
            step,
            standing=Standing.accepted if posted.standing == "accepted" else Standing.posted,
            reference=posted.reference,
            uncertain=posted.uncertain or ledger.uncertain,
        )
        process.heed()

    def may_adopt(self, step: str, reference: str | None) -> bool:
        """Whether the source's own document is there to answer for: not once it was taken back with the rest."""
        return reference is not None and all(one.reference != reference for one in self._books.ledger(step).adopted)

    async def adopt(
        self, step: str, reference: str, *, quantity: Decimal | None, clock: Clock, question: Question
    ) -> None:
        """Find what the source says it has posted by itself; not found in time is a work item.

        A document that does not stand, or is for another quantity than the one that is owed, is not what was told.
        """

        async def ask() -> Found | None:
            found = await self.find(step, AskDocument(context=self._process.context, reference=reference))
            if found is None or not found.stands:
                return None
            return found if quantity is None or found.quantity in (None, quantity) else None

        try:
            found = await self._process.until(ask, clock=clock, question=question)
        except DoneByHand as done:
            await self.accept(step, done)
            return
        ledger = self._books.ledger(step).sending(self._process.context.workflow_id)
        ledger = ledger.model_copy(
            update={
                "adopted": (*ledger.adopted, Adopted(key=ledger.key, reference=found.reference)),
                "standing": Standing.accepted if found.standing == "accepted" else Standing.posted,
                "reference": found.reference,
                "reason": "posted by the source",
            }
        )
        self._books.keep(ledger)
        await self._record(ledger, EffectState.applied, found=found, summary=f"{step}: posted by the source")

    async def find(self, step: str, ask: AskDocument) -> Found | None:
        """Ask the step's system for one document."""
        ledger = self._books.ledger(step)
        call = self._call(ledger, summary="looks for the document")

        async def attempt() -> Outcome:
            outcome: Outcome = await workflow.execute_activity(
                f"{ledger.activities}.find", ask, result_type=Outcome, **call
            )
            return outcome

        found = (await self._process.look_up(ledger.domain, attempt)).found
        self._process.heed()
        return found

    async def take_back(self, step: str, *, service_date: date, no_charge_reason: str = "") -> Balanced:
        """Undo the step by the references of what stands; afterwards it may be redone under the next revision."""
        ledger = self._books.ledger(step)
        balance = Balanced()
        if ledger.keys:
            balance = await self._balance(ledger, on=service_date, no_charge_reason=no_charge_reason)
        revision = max(ledger.revision, ledger.sent + 1)
        self._update(
            step,
            standing=Standing.pending,
            revision=revision,
            reference="",
            reason="",
            refused=False,
            uncertain=ledger.uncertain,
            corrected=ledger.corrected or bool(balance.taken_back or ledger.expected),
        )
        return balance

    async def look_once_more(self, step: str, *, service_date: date) -> None:
        """The closing look: once nothing can arrive any more, exactly what the ledger says must stand.

        What was posted and is no longer there is nothing to post again on hope: a person is asked.
        """
        while True:
            ledger = self._books.ledger(step)
            balanced = await self._balance(ledger, on=service_date, expected=ledger.expected, closing=True)
            if balanced.reference is not None or not ledger.expected:
                break
            system = self._process.context.leg(ledger.domain).system
            try:
                await self._process.ask_person(vanished(step, ledger.reference, system))
            except DoneByHand as done:
                await self.accept(step, done)
                break
        self._update(step, uncertain=False)

    async def accept(self, step: str, done: DoneByHand) -> None:
        """A person did the step by hand: its reference is recorded, and what is or may be ours is taken back at the end.

        The reference of what we have sent ourselves says that this is what stands.
        """
        ledger = self._books.ledger(step)
        if ledger.expected and ledger.reference == done.reference:
            self._update(step, standing=Standing.posted)
            return
        sent = bool(ledger.expected)
        ledger = ledger.sending(self._process.context.workflow_id)
        ledger = ledger.model_copy(
            update={
                "standing": Standing.by_hand,
                "reference": done.reference,
                "reason": done.reason,
                "uncertain": ledger.uncertain or sent,
            }
        )
        self._books.keep(ledger)
        await self._record(ledger, EffectState.by_hand, summary=f"{step}: done by hand")

    async def _record(self, ledger: Ledger, state: EffectState, *, summary: str, found: Found | None = None) -> None:
        """Record what somebody else has posted, for which the run answers."""
        order = Elsewhere(
            context=self._process.context,
            ledger=ledger,
            state=state,
            quantity=found.quantity if found else None,
            posting_date=found.posting_date if found else None,
            at=workflow.now(),
        )
        await ask_store(Notes.elsewhere, order, summary=summary)

    async def await_outcome(
        self, step: str, *, heard: Callable[[str], Found | None], clock: Clock, question: Question
    ) -> Found | None:
        """Wait until the system says what became of what it accepted; answers what it rejected, none where it stands.

        `heard` tells what was said by itself, by wire key. What was rejected goes out again under the next revision.
        """
        ledger = self._books.ledger(step)
        asked = False

        async def outcome() -> Found | None:
            nonlocal asked
            found = heard(wire_key(ledger.key))
            if found is None and asked:
                found = await self.find(step, AskDocument(context=self._process.context, reference=ledger.reference))
            asked = True
            return found if found is not None and found.standing != "accepted" else None

        try:
            told = await self._process.until(outcome, clock=clock, question=question)
        except DoneByHand as done:
            await self.accept(step, done)
            return None
        if told.stands:
            self._update(step, standing=Standing.posted, reference=told.reference)
            return None
        self._update(step, standing=Standing.pending, refused=True)
        return told

    async def ask_about_rejected(self, step: str, question: Question) -> None:
        """What was rejected goes out again when a person says so, or was done by hand meanwhile."""
        try:
            await self._process.ask_person(question)
        except DoneByHand as done:
            await self.accept(step, done)

    def exempt(self, step: str, reason: str) -> None:
        """Nothing is to be posted in this ledger, for a reason."""
        self._update(step, standing=Standing.exempt, reason=reason)

    async def _balance(self, ledger: Ledger, *, on: date, closing: bool = False, **more: Any) -> Balanced:
        told = f"{ledger.step}: looks once more" if closing else f"{ledger.step}: takes back"
        context = self._process.context
        order = Balance(context=context, ledger=ledger, closing=closing, service_date=on, **{"expected": 0, **more})

        async def attempt() -> Balanced:
            balanced: Balanced = await workflow.execute_activity(
                f"{ledger.activities}.balance", order, result_type=Balanced, **self._call(ledger, summary=told)
            )
            return balanced

        try:
            return await self._process.insist(
                attempt,
                step=ledger.step,
                question=lambda evidence: refused(ledger.step, told, evidence, owner=evidence.audience),
                failed=lambda _: self._update(ledger.step, uncertain=True),
            )
        except DoneByHand as done:
            return Balanced(reference=done.reference)

    def _call(self, ledger: Ledger, *, summary: str) -> CallOptions:
        leg = self._process.context.leg(ledger.domain)
        return system_call(leg, self._process.policy.attempts, summary=summary)

    def _update(self, step: str, **changes: object) -> None:
        self._books.keep(self._books.ledger(step).model_copy(update=changes))
