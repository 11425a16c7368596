"""Saga: writing into ledgers so that each write can be taken back, and nothing of an uncertain outcome is left behind.

The undo stack is data: a `Ledger` names its step, and `<step>.balance` with every key it was ever written under takes
back whatever of it stands. A ledger is kept by the run *before* its write is sent, so a time-out is undone as well.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Protocol

from temporalio import workflow

from activities.notes import Notes
from canonical.documents.work_item import Cause, Decision
from canonical.effect import Found, Posted
from canonical.errors import Audience
from canonical.evidence import Evidence
from canonical.money import Money
from canonical.orders import AskDocument, Balance, Balanced, ByHand, Outcome
from canonical.policy import Clock
from canonical.run import Adopted, Ledger, Standing
from workflows.kit.calls import CallOptions, ask_store, system_call
from workflows.kit.parking import Question
from workflows.kit.process import Process
from workflows.kit.turns import DoneByHand

WRITE_DECISIONS = (Decision.retry, Decision.accept, Decision.abandon)
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
        renew: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Write the step's document once; a failure is parked, resumes here, and may be accepted as done by hand.

        What was refused goes out again under the next revision, after `renew` has looked up what may have changed.
        """
        process = self._process

        async def attempt() -> Posted:
            ledger = self._books.ledger(step)
            if ledger.refused:
                if renew is not None:
                    await renew()
                ledger = ledger.model_copy(update={"revision": ledger.revision + 1, "refused": False})
            ledger = ledger.sending(process.context.workflow_id)
            self._books.keep(ledger)
            return await send(ledger, self._call(ledger, summary=summary))

        def failed(evidence: Evidence) -> None:
            doubted = evidence.category in UNCERTAIN
            uncertain = doubted or evidence.in_doubt or self._books.ledger(step).uncertain
            self._update(step, uncertain=uncertain, refused=not doubted)

        def question(evidence: Evidence) -> Question:
            return refused(step, summary, evidence, owner=owner, correctable=correctable, at_risk=at_risk)

        try:
            posted = await process.insist(attempt, question=question, failed=failed)
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
        process.stop_if_cancelled()

    async def adopt(self, step: str, reference: str, *, clock: Clock, question: Question) -> None:
        """Find what the source says it has posted by itself; not found in time is a work item."""

        async def ask() -> Found | None:
            return await self.find(step, AskDocument(context=self._process.context, reference=reference))

        try:
            found = await self._process.until(ask, clock=clock, question=question)
        except DoneByHand as done:
            await self.accept(step, done)
            return
        ledger = self._books.ledger(step).sending(self._process.context.workflow_id)
        self._books.keep(
            ledger.model_copy(
                update={
                    "adopted": (*ledger.adopted, Adopted(key=ledger.key, reference=found.reference)),
                    "standing": Standing.posted,
                    "reference": found.reference,
                    "reason": "posted by the source",
                }
            )
        )

    async def find(self, step: str, ask: AskDocument) -> Found | None:
        """Ask the step's system for one document."""
        ledger = self._books.ledger(step)
        call = self._call(ledger, summary="looks for the document")
        outcome: Outcome = await workflow.execute_activity(f"{step}.find", ask, result_type=Outcome, **call)
        return outcome.found

    async def take_back(self, step: str, *, service_date: date) -> Balanced:
        """Undo the step by the references of what stands; afterwards it may be redone under the next revision."""
        ledger = self._books.ledger(step)
        balance = Balanced()
        if ledger.keys:
            balance = await self._balance(ledger, expected=0, service_date=service_date, closing=False)
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
            balanced = await self._balance(ledger, expected=ledger.expected, service_date=service_date, closing=True)
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
        """A person did the step by hand: its reference is recorded, and late arrivals of ours are taken back."""
        ledger = self._books.ledger(step).sending(self._process.context.workflow_id)
        ledger = ledger.model_copy(
            update={"standing": Standing.by_hand, "reference": done.reference, "reason": done.reason}
        )
        self._books.keep(ledger)
        order = ByHand(context=self._process.context, ledger=ledger, reference=done.reference, at=workflow.now())
        await ask_store(Notes.by_hand, order, summary=f"{step}: done by hand")

    def confirm(self, step: str, found: Found) -> None:
        """What was accepted is posted."""
        self._update(step, standing=Standing.posted, reference=found.reference)

    def refuse(self, step: str) -> None:
        """What was accepted was rejected after all: nothing stands, and a repeat takes the next revision."""
        self._update(step, standing=Standing.pending, refused=True)

    def exempt(self, step: str, reason: str) -> None:
        """Nothing is to be posted in this ledger, for a reason."""
        self._update(step, standing=Standing.exempt, reason=reason)

    async def _balance(self, ledger: Ledger, *, expected: int, service_date: date, closing: bool) -> Balanced:
        told = f"{ledger.step}: looks once more" if closing else f"{ledger.step}: takes back"
        order = Balance(
            context=self._process.context,
            ledger=ledger,
            expected=expected,
            closing=closing,
            service_date=service_date,
        )

        async def attempt() -> Balanced:
            balanced: Balanced = await workflow.execute_activity(
                f"{ledger.step}.balance", order, result_type=Balanced, **self._call(ledger, summary=told)
            )
            return balanced

        def question(evidence: Evidence) -> Question:
            return refused(ledger.step, told, evidence, owner=evidence.audience)

        try:
            return await self._process.insist(attempt, question=question, failed=lambda _: self._doubt(ledger.step))
        except DoneByHand as done:
            return Balanced(reference=done.reference)

    def _doubt(self, step: str) -> None:
        self._update(step, uncertain=True)

    def _call(self, ledger: Ledger, *, summary: str) -> CallOptions:
        leg = self._process.context.leg(ledger.domain)
        return system_call(leg, self._process.policy.attempts, summary=summary)

    def _update(self, step: str, **changes: object) -> None:
        self._books.keep(self._books.ledger(step).model_copy(update=changes))


def vanished(step: str, reference: str, system: str) -> Question:
    """The question about a document that was posted and cannot be found at the closing look."""
    return Question(
        step=step,
        cause=Cause.not_found_in_time,
        text=f"{step}: {reference} was posted in {system} and is no longer there; retry looks again",
        owner=Audience.integration,
        decisions=WRITE_DECISIONS,
    )


def refused(
    step: str,
    what: str,
    evidence: Evidence,
    *,
    owner: Audience,
    correctable: tuple[str, ...] = (),
    at_risk: Money | None = None,
) -> Question:
    """The question about a write that failed for good: what, in which system, and why in our own words."""
    causes = {"uncertain": Cause.uncertain, "transient": Cause.exhausted, "invalid-data": Cause.invalid_data}
    decisions = WRITE_DECISIONS if not correctable else (Decision.retry, Decision.correct, *WRITE_DECISIONS[1:])
    return Question(
        step=step,
        cause=causes.get(evidence.category, Cause.refused),
        text=f"{what}: {evidence.summary} ({evidence.system})",
        owner=evidence.audience if evidence.category in ("not-permitted", "period-closed", "misread") else owner,
        decisions=decisions,
        correctable=correctable,
        evidence=evidence.text,
        charge_at_risk=at_risk if step == "charge" else None,
        cost_at_risk=at_risk if step != "charge" else None,
    )
