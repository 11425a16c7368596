"""Process: what every business process shares as a run: it hears documents, takes decisions, waits, and tells where it is."""

# long because what every process shares as a run is read in one piece.
import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

from activities.notes import Notes
from canonical.documents.work_item import Decided, Decision, Resolution
from canonical.envelope import Envelope
from canonical.evidence import Evidence
from canonical.identity import FIRST_STAGE, STAGE, WAITING_FOR
from canonical.memory import Claim, RunProjection
from canonical.orders import Note
from canonical.policy import Clock, Policy
from canonical.run import RunContext
from workflows.kit.calls import ask_store
from workflows.kit.failures import evidence_of, fell_over, left_behind
from workflows.kit.parking import Desk, Parked, Question
from workflows.kit.turns import Abandoned, DoneByHand, Turned, to_the_end

T = TypeVar("T")
STAGE_KEY = SearchAttributeKey.for_keyword(STAGE)
WAITING_KEY = SearchAttributeKey.for_keyword_list(WAITING_FOR)
HEARD_AT_MOST = 1000


class Process(ABC):
    """One run of a business process. A subclass tells the story; this class lets it wait, be corrected and be seen."""

    def __init__(self, context: RunContext, policy: Policy) -> None:
        self.context = context
        self.policy = policy
        self.stage = FIRST_STAGE
        self.desk = Desk(context, policy.ladder, changed=self._show)
        self._shown: tuple[str, list[str]] = (FIRST_STAGE, [])
        self._turned = False
        self._nudges = 0
        self._heard: list[str] = []
        self._unrecorded: list[str] = []
        self._subjects: dict[str, str] = {}
        self._told_subjects: tuple[str, ...] = ()
        self._told: tuple[str, tuple[str, ...]] = ("", ())
        self._asides: list[Question] = []
        self._asked_aside: set[str] = set()

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

    def receive(self, document: Envelope) -> None:
        """Hear a document; a delivery heard before is only recorded again."""
        delivery = f"{document.source}:{document.id}"
        self._unrecorded.append(delivery)
        if delivery not in self._heard:
            self._heard = [*self._heard, delivery][-HEARD_AT_MOST:]
            self.hear(document)

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
            await self._leave("abandoned")
        except (asyncio.CancelledError, FailureError) as stopped:
            if not is_cancelled_exception(stopped):
                raise
            await to_the_end(self._leave("cancelled"))
            raise
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _told_to_the_end(self, story: Callable[[], Awaitable[None]]) -> bool:
        self._turned = False
        self._subjects.clear()
        try:
            await story()
            await self._side_items_decided()
            self.enter("closed")
            await self.tell(outcome=self.outcome(), release=self.outcome() in ("not used", "duplicate"))
            await workflow.wait_condition(workflow.all_handlers_finished)
            if not (self._turned or self._unrecorded or self._asides or self.desk.open):
                return True
        except Turned:
            pass
        except (FailureError, ValidationError) as failure:
            if is_cancelled_exception(failure):
                raise
            await self.ask_person(fell_over(failure, self.stage))
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

    def stop_if_cancelled(self) -> None:
        """A cancel that came while a write was under way takes effect once its outcome is kept."""
        if workflow.cancellation_reason() is not None:
            raise asyncio.CancelledError

    def turn(self) -> None:
        """What is to be done has changed: interrupt every wait and tell the story again."""
        self._turned = True

    def nudge(self) -> None:
        """Something awaited may have come: look again."""
        self._nudges += 1

    def aside(self, question: Question) -> None:
        """Ask something that blocks nothing; the same words are asked once in a run."""
        if question.text not in self._asked_aside:
            self._asked_aside.add(question.text)
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
        overdue_at = workflow.now() + clock.overdue
        parked: Parked | None = None
        while True:
            if (answer := await ask()) is not None:
                self._subjects.pop(question.step, None)
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
                self._carry_out(question.step, resolution)
                parked = None

    async def insist(
        self,
        attempt: Callable[[], Awaitable[T]],
        *,
        question: Callable[[Evidence], Question],
        failed: Callable[[Evidence], None] | None = None,
    ) -> T:
        """Make the attempt; what no retry can heal is parked, and made again when a person says so."""
        while True:
            try:
                return await attempt()
            except (ActivityError, ValidationError) as failure:
                if is_cancelled_exception(failure):
                    raise
                evidence = evidence_of(failure)
            if failed is not None:
                failed(evidence)
            asked = question(evidence)
            parked = await self.desk.put(asked)
            while (resolution := await self._pause(parked)) is None:
                pass
            self._carry_out(asked.step, resolution)

    async def ask_person(self, question: Question) -> Resolution:
        """Park until a person decides."""
        parked = await self.desk.put(question)
        while (resolution := await self._pause(parked)) is None:
            pass
        self._carry_out(question.step, resolution)
        return resolution

    async def tell(self, *, acts: tuple[str, ...] = (), outcome: str = "", release: bool = False) -> Claim | None:
        """Tell the store where the run stands, which events it has recorded, and what it claims or waits for."""
        while self._asides:
            await self.desk.put(self._asides.pop(0))
        recorded, self._unrecorded = tuple(self._unrecorded), []
        name, info = self.context.name, workflow.info()
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
            started=info.start_time,
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
            return self._turned or self._nudges != nudges or bool(self._unrecorded) or len(self.desk.open) != asked

        while True:
            if self._has_news():
                await self.tell()
            pause = None if again is None else max(again - workflow.now(), timedelta(0))
            resolution = await self.desk.wait(parked, woken=woken, look_again=pause)
            if resolution is not None:
                return resolution
            if self._turned:
                raise Turned
            overdue = again is not None and workflow.now() >= again
            if overdue or self._nudges != nudges or len(self.desk.open) != asked:
                return None

    def _carry_out(self, step: str, resolution: Resolution) -> None:
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
        causes = sorted({str(item.cause) for item in self.desk.open}) if hasattr(self, "desk") else []
        if (self.stage, causes) != self._shown:
            # What a run waits for is written only where that has changed: a list is dear to index.
            waiting = [WAITING_KEY.value_set(causes)] if causes != self._shown[1] else []
            self._shown = (self.stage, causes)
            workflow.upsert_search_attributes([STAGE_KEY.value_set(self.stage), *waiting])
        waits = [f"**waiting for a person ({item.owner}):** {item.question}" for item in self.desk.open]
        workflow.set_current_details("\n\n".join([f"**{self.stage}**", *waits, *self.lines()]))
