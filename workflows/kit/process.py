"""Process: what every business process shares as a run: it hears documents, takes decisions, waits, and tells where it is."""

# long because what every process shares as a run is read in one piece.
import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

from activities.notes import Notes
from canonical.carried import Carried
from canonical.documents.work_item import Decided, Decision, Resolution
from canonical.envelope import Envelope
from canonical.evidence import Evidence
from canonical.identity import FIRST_STAGE, STAGE, WAITING_FOR
from canonical.memory import Claim, RunProjection
from canonical.orders import AskPolicy, Note
from canonical.policy import Clock, Policy
from canonical.run import Domain, RunContext
from workflows.kit.calls import ask_store
from workflows.kit.failures import RUN, evidence_of, fell_over, left_behind, look_up, look_up_failed, unreadable
from workflows.kit.parking import Desk, Parked, Question
from workflows.kit.turns import Abandoned, DoneByHand, Turned, to_the_end

T = TypeVar("T")
STAGE_KEY = SearchAttributeKey.for_keyword(STAGE)
WAITING_KEY = SearchAttributeKey.for_keyword_list(WAITING_FOR)
HEARD_AT_MOST = 1000


class Process(ABC):
    """One run of a business process. A subclass tells the story; this class lets it wait, be corrected and be seen."""

    def __init__(self, context: RunContext, policy: Policy, carried: Carried | None) -> None:
        before = carried or Carried(started=workflow.info().start_time, stage=FIRST_STAGE)
        self.context = context
        self.policy = policy
        self.stage = before.stage
        self.desk = Desk(context, policy.ladder, carried=before.questions, changed=self._show)
        self._started = before.started
        self._shown: tuple[str, list[str]] = (before.stage, list(before.waiting_for))
        self._turned = False
        self._nudges = 0
        self._heard = list(before.heard)
        self._unrecorded = list(before.unrecorded)
        self._subjects: dict[str, str] = {}
        self._told_subjects = before.subjects
        self._told: tuple[str, tuple[str, ...]] = ("", ())
        self._overdue_at = dict(before.overdue_at)
        self._asides: list[Question] = []
        self._asked_aside = dict.fromkeys(before.asked_aside)
        self._fallen: Question | None = None

    @abstractmethod
    def hear(self, document: Envelope) -> None:
        """Take in a document: keep what it says, and call `turn` or `nudge` where it changes what is to be done."""

    @abstractmethod
    def amend(self, resolution: Resolution) -> None:
        """Take in the fields that a person corrected; raises `ValueError` in words where they do not fit."""

    @abstractmethod
    def lines(self) -> list[str]:
        """Where the run stands, one line a ledger, as an analyst reads it."""

    @abstractmethod
    def closing_state(self) -> str:
        """The state as JSON, for a later run of the same business key."""

    @abstractmethod
    def start_again(self, carried: Carried) -> BaseModel:
        """The start payload of the run that goes on in this one's place."""

    def receive(self, document: Envelope) -> None:
        """Hear a document; a delivery heard before is only recorded again."""
        delivery = f"{document.source}:{document.id}"
        self._unrecorded.append(delivery)
        if delivery not in self._heard:
            self._heard = [*self._heard, delivery][-HEARD_AT_MOST:]
            try:
                self.hear(document)
            except ValidationError as wrong:
                # Stored before its form became stricter, or sent by hand: no reason for the whole run to fail.
                self.aside(unreadable(document, wrong))

    async def resolve(self, resolution: Resolution) -> Decided:
        """Take in a person's decision about an open work item."""
        return await self.desk.decide(resolution)

    def check(self, resolution: Resolution) -> None:
        """Whether a decision could be taken in; raises `ApplicationError` in words where not."""
        self.desk.check(resolution)
        if resolution.decision is Decision.correct:
            try:
                self.check_amendment(resolution)
            except ValueError as wrong:
                raise ApplicationError(str(wrong), type="BadDecision") from None

    @abstractmethod
    def check_amendment(self, resolution: Resolution) -> None:
        """Check the shape of corrected fields without changing anything; `ValueError` names the field."""

    @abstractmethod
    def outcome(self) -> str:
        """How a run that came to its end ends, in a word."""

    @abstractmethod
    def unsettled(self) -> tuple[str, ...]:
        """The steps in which something is left to do."""

    @abstractmethod
    def leave(self, item_id: str) -> None:
        """Mark what is unsettled as left to this work item."""

    @abstractmethod
    def take_up(self) -> str:
        """Go on with what an earlier run left; answers the work item that it left, or nothing."""

    async def carry_through(self, story: Callable[[], Awaitable[None]]) -> None:
        """Tell the story until it comes to its end, turning back whenever what is to be done has changed.

        Abandoned, it ends with what is posted and a work item for the rest; cancelled likewise, and ends as canceled.
        """
        try:
            if left := self.take_up():
                # Shown before the item goes: whoever looks in between would find nothing that goes on.
                await self.tell()
                await self.desk.taken_up(left)
            while not await self._told_to_the_end(story):
                pass
        except Abandoned:
            await to_the_end(self._leave("abandoned"))
        except (asyncio.CancelledError, FailureError) as stopped:
            if not is_cancelled_exception(stopped):
                raise
            await to_the_end(self._leave("cancelled"))
            raise
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _told_to_the_end(self, story: Callable[[], Awaitable[None]]) -> bool:
        self._turned = False
        self._subjects.clear()
        fallen, self._fallen = self._fallen, None
        try:
            if fallen is not None:
                await self.ask_person(fallen)
            elif (parked := self.desk.waiting(RUN)) is not None:
                await self._decided(parked)
            await story()
            await self._side_items_decided()
            self.enter("closed")
            await self.tell(outcome=self.outcome(), release=self.outcome() in ("not used", "duplicate"))
            await workflow.wait_condition(workflow.all_handlers_finished)
            if not (self._turned or self._unrecorded or self._asides or self.desk.open):
                return True
        except Turned:
            if _grown_long() and not self._turned:
                await self._go_on_as_new()
        except (FailureError, ValidationError) as failure:
            if is_cancelled_exception(failure):
                raise
            self._fallen = fell_over(failure, self.stage)
        await self.desk.take_off_all(reason="the question has changed")
        return False

    async def _leave(self, why: str) -> None:
        steps = self.unsettled()
        await self.desk.take_off_all(reason=f"the run was {why}")
        if steps:
            parked = await self.desk.put(left_behind(steps, why))
            self.leave(parked.item.item_id)
        self.enter(why)
        await self.tell(outcome=why)

    async def _go_on_as_new(self) -> NoReturn:
        """Hand everything to a run in this one's place, under the policy of now: this one's history has grown long."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self.tell()
        await self._read_policy_again()
        carried = Carried(
            started=self._started,
            stage=self._shown[0],
            waiting_for=tuple(self._shown[1]),
            heard=tuple(self._heard),
            unrecorded=tuple(self._unrecorded),
            asked_aside=tuple(self._asked_aside),
            subjects=self._told_subjects,
            overdue_at=self._overdue_at,
            questions=self.desk.carried(),
        )
        workflow.continue_as_new(self.start_again(carried))

    async def _read_policy_again(self) -> None:
        facility = self.context.name.facility
        answer = await ask_store(Notes.policy, AskPolicy(facility=facility), summary="reads the policy again")
        self.policy = answer.policy or self.policy
        self.desk.ladder = self.policy.ladder

    def heed(self) -> None:
        """Let what came while a call was under way take effect now that its outcome is kept: a cancel, or a turn."""
        if workflow.cancellation_reason() is not None:
            raise asyncio.CancelledError
        if self._turned:
            raise Turned

    def turn(self) -> None:
        """What is to be done has changed: interrupt every wait and tell the story again."""
        self._turned = True

    def nudge(self) -> None:
        """Something awaited may have come: look again."""
        self._nudges += 1

    def aside(self, question: Question) -> None:
        """Ask something that blocks nothing; the same words are asked once in a run."""
        if question.text not in self._asked_aside:
            self._asked_aside[question.text] = None
            self._asides.append(question)

    def enter(self, stage: str) -> None:
        """Show a new stage: one upsert of search attributes."""
        self.stage = stage
        self._show()

    async def until(
        self, ask: Callable[[], Awaitable[T | None]], *, clock: Clock, question: Question, subject: str = ""
    ) -> T:
        """Ask until there is an answer; past the clock a work item opens, and asking goes on.

        News of the `subject` says to look again at once; what came before we waited for it is seen by asking once more.
        """
        asked_about = f"{question.step}:{question.cause}"
        overdue_at = self._overdue_at.setdefault(asked_about, workflow.now() + clock.overdue)
        parked = self.desk.waiting(question.step, question.cause)
        while True:
            answer = await ask()
            if parked is not None and (resolution := self.desk.decision(parked)) is not None:
                # A person was told that this counts, whatever was answered meanwhile.
                parked = None
                await self._carry_out(question.step, resolution)
            if answer is not None:
                self._subjects.pop(question.step, None)
                self._overdue_at.pop(asked_about, None)
                if parked is not None:
                    await self.desk.take_off(parked, reason="answered")
                return answer
            if subject and question.step not in self._subjects:
                self._subjects[question.step] = subject
                await self.tell()
                continue
            left = overdue_at - workflow.now()
            if parked is None and left <= timedelta(0):
                parked = await self.desk.put(question)
            pause = clock.look_again if parked is not None else min(clock.look_again, left)
            if (resolution := await self._pause(parked, look_again=pause)) is not None:
                parked = None
                await self._carry_out(question.step, resolution)

    async def insist(
        self,
        attempt: Callable[[], Awaitable[T]],
        *,
        step: str,
        question: Callable[[Evidence], Question],
        failed: Callable[[Evidence], None] | None = None,
        heals: Callable[[], Awaitable[bool]] | None = None,
    ) -> T:
        """Make the attempt; what no retry can heal is parked, and made again when a person says so.

        `failed` keeps what a failure leaves behind; `heals` may find out what makes another attempt worth while.
        """
        if (parked := self.desk.waiting(step)) is not None:
            await self._decided(parked)
        while True:
            try:
                return await attempt()
            except (ActivityError, ValidationError) as failure:
                if is_cancelled_exception(failure):
                    raise
                evidence = evidence_of(failure)
            if failed is not None:
                failed(evidence)
            if heals is not None and await heals():
                continue
            await self.ask_person(question(evidence))

    async def look_up(self, domain: Domain, attempt: Callable[[], Awaitable[T]]) -> T:
        """Look something up in the system that serves the domain."""
        system = self.context.leg(domain).system
        return await self.insist(
            attempt, step=look_up(system), question=lambda evidence: look_up_failed(evidence, system)
        )

    async def ask_person(self, question: Question) -> Resolution:
        """Park until a person decides."""
        return await self._decided(await self.desk.put(question))

    async def tell(
        self, *, acts: tuple[str, ...] = (), freed: tuple[str, ...] = (), outcome: str = "", release: bool = False
    ) -> Claim | None:
        """Tell the store where the run stands, which events it has recorded, what it claims, frees or waits for."""
        while self._asides:
            await self.desk.put(self._asides.pop(0))
        recorded, self._unrecorded = tuple(self._unrecorded), []
        name = self.context.name
        subjects = () if outcome else tuple(sorted(set(self._subjects.values())))
        told, self._told_subjects = self._told_subjects, subjects
        self._told = (self.stage, tuple(item.item_id for item in self.desk.open))
        projection = RunProjection(
            workflow_id=self.context.workflow_id,
            business_key=name.business_key,
            ordinal=name.ordinal,
            correlation_id=self.context.correlation_id,
            process=name.process,
            facility=name.facility,
            stage=self.stage,
            waiting_for=tuple(item.cause for item in self.desk.open),
            outcome=outcome,
            started=self._started,
            closed=workflow.now() if outcome else None,
        )
        news = Note(
            workflow_id=self.context.workflow_id,
            business_key=name.business_key,
            at=workflow.now(),
            recorded=recorded,
            projection=projection,
            closing=self.closing_state() if outcome else None,
            waits_for=None if subjects == told else subjects,
            acts=acts,
            freed=freed,
            release=release,
        )
        return (await ask_store(Notes.note, news, summary=f"notes: {self.stage}")).claim

    def _has_news(self) -> bool:
        """Whether the store does not know yet where the run stands."""
        subjects = tuple(sorted(set(self._subjects.values())))
        standing = (self.stage, tuple(item.item_id for item in self.desk.open))
        return bool(self._unrecorded or self._asides) or subjects != self._told_subjects or standing != self._told

    async def _side_items_decided(self) -> None:
        """A run is not closed while a question of its own is open, even one that blocks nothing."""
        while self.desk.open or self._asides:
            await self._pause(None, look_again=None)

    async def _pause(self, parked: Parked | None, *, look_again: timedelta | None = None) -> Resolution | None:
        """Wait for a decision, a nudge or the time to look again; a turn is raised as `Turned`."""
        again = None if look_again is None else workflow.now() + look_again
        nudges, asked = self._nudges, len(self.desk.open)

        def woken() -> bool:
            told = bool(self._unrecorded) or len(self.desk.open) != asked
            return self._turned or self._nudges != nudges or told or _grown_long()

        while True:
            self._tell_in_words()
            if self._has_news():
                await self.tell()
            pause = None if again is None else max(again - workflow.now(), timedelta(0))
            resolution = await self.desk.wait(parked, woken=woken, look_again=pause)
            if resolution is not None:
                return resolution
            if self._turned or _grown_long():
                raise Turned
            overdue = again is not None and workflow.now() >= again
            if overdue or self._nudges != nudges or len(self.desk.open) != asked:
                return None

    async def _decided(self, parked: Parked) -> Resolution:
        while (resolution := await self._pause(parked)) is None:
            pass
        await self._carry_out(parked.item.step, resolution)
        return resolution

    async def _carry_out(self, step: str, resolution: Resolution) -> None:
        if resolution.decision is Decision.retry and workflow.patched("a-retry-reads-policy"):
            await self._read_policy_again()
        if resolution.decision is Decision.abandon:
            self.turn()
            raise Abandoned(step, resolution)
        if resolution.decision is Decision.accept:
            raise DoneByHand(resolution.external_reference or "", resolution.reason)
        if resolution.decision is Decision.correct:
            self.amend(resolution)
            self.turn()
            raise Turned

    def _show(self) -> None:
        """One upsert per change of stage or of what is waited for; the details say it in words."""
        causes = sorted({str(item.cause) for item in self.desk.open})
        if (self.stage, causes) != self._shown:
            # What a run waits for is written only where that has changed: a list is dear to index.
            waiting = [WAITING_KEY.value_set(causes)] if causes != self._shown[1] else []
            self._shown = (self.stage, causes)
            workflow.upsert_search_attributes([STAGE_KEY.value_set(self.stage), *waiting])
        self._tell_in_words()

    def _tell_in_words(self) -> None:
        """What the Web UI shows of the run while it is under way; it costs no message."""
        waits = [f"**waiting for a person ({item.owner}):** {item.question}" for item in self.desk.open]
        workflow.set_current_details("\n\n".join([f"**{self.stage}**", *waits, *self.lines()]))


def _grown_long() -> bool:
    """Whether the server suggests to go on in a new run: far beyond that it would end this one, with nothing undone."""
    return workflow.info().is_continue_as_new_suggested()
