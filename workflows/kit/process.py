"""Process: what every business process shares as a run: it hears documents, takes decisions, and comes to an end."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from canonical.carried import Carried
from canonical.documents.work_item import Decided, Decision, Resolution
from canonical.envelope import Envelope
from canonical.policy import Policy
from canonical.run import RunContext
from workflows.kit.failures import RUN, fell_over, left_behind, unreadable
from workflows.kit.parking import Question
from workflows.kit.turns import Abandoned, Turned, to_the_end
from workflows.kit.waiting import Waiting, grown_long

HEARD_AT_MOST = 1000


class Process(Waiting):
    """One run of a business process. A subclass tells the story; this class lets it be corrected, left and taken up."""

    def __init__(self, context: RunContext, policy: Policy, carried: Carried | None) -> None:
        super().__init__(context, policy, carried)
        self._heard = list(carried.heard) if carried is not None else []
        self._fallen: Question | None = None

    @abstractmethod
    def hear(self, document: Envelope) -> None:
        """Take in a document: keep what it says, and call `turn` or `nudge` where it changes what is to be done."""

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

    async def give_back(self) -> None:
        """Undo what only the engine did, where the run ends before its time: nothing, in most processes."""

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
            if grown_long() and not self._turned:
                await self._go_on_as_new()
        except (FailureError, ValidationError) as failure:
            if is_cancelled_exception(failure):
                raise
            # Where what is to be done has changed meanwhile, the story is told again without asking anybody.
            self._fallen = None if self._turned else fell_over(failure, self.stage)
        await self.desk.take_off_all(reason="the question has changed")
        return False

    async def _leave(self, why: str) -> None:
        self._turned = False
        await self.desk.take_off_all(reason=f"the run was {why}")
        # What cannot be undone stays unsettled, and goes to a person with the rest.
        with suppress(Turned, Abandoned):
            await self.give_back()
        steps = self.unsettled()
        if steps:
            parked = await self.desk.put(left_behind(steps, why))
            self.leave(parked.item.item_id)
        self.enter(why)
        await self.tell(outcome=why)

    async def _go_on_as_new(self) -> NoReturn:
        """Hand everything to a run in this one's place, under the policy of now: this one's history has grown long."""
        await self.tell()
        await self._read_policy_again()
        # Last of all: a decision that is being taken in meanwhile is carried along.
        await workflow.wait_condition(workflow.all_handlers_finished)
        carried = Carried(
            started=self.started,
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
