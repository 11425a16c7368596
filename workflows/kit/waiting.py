"""Waiting: how a run waits for answers, for people and for its clocks, and is interrupted when something has changed."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.notes import Notes
from canonical.asking.memory import AskPolicy
from canonical.carried import Carried
from canonical.documents.work_item import Decision, Resolution
from canonical.evidence import Evidence
from canonical.identity import LAST_STAGE
from canonical.policy import Clock, Policy
from canonical.run import Domain, RunContext
from workflows.kit import versions
from workflows.kit.calls import ask_store
from workflows.kit.failures import evidence_of, look_up, look_up_failed
from workflows.kit.parking import Parked, Question
from workflows.kit.telling import Telling
from workflows.kit.turns import Abandoned, DoneByHand, Turned

T = TypeVar("T")


class Waiting(Telling):
    """A run that can be kept waiting."""

    def __init__(self, context: RunContext, policy: Policy, carried: Carried | None) -> None:
        super().__init__(context, policy, carried)
        self._turned = False
        self._nudges = 0
        self._overdue_at = dict(carried.overdue_at) if carried is not None else {}

    @abstractmethod
    def amend(self, resolution: Resolution) -> None:
        """Take in the fields that a person corrected; raises `ValueError` in words where they do not fit."""

    def turn(self) -> None:
        """What is to be done has changed: interrupt every wait and tell the story again."""
        self._turned = True

    def nudge(self) -> None:
        """Something awaited may have come: look again."""
        self._nudges += 1

    def heed(self) -> None:
        """Let what came while a call was under way take effect now that its outcome is kept: a cancel, or a turn."""
        if workflow.cancellation_reason() is not None:
            raise asyncio.CancelledError
        if self._turned:
            raise Turned

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
            nudges = self._nudges
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
            if subject and await self.listen(question.step, (subject,)):
                continue
            left = overdue_at - workflow.now()
            if parked is None and left <= timedelta(0):
                parked = await self.desk.put(question)
            if self._nudges != nudges and versions.goes("news-while-asking"):
                # It may be later than the answer: without another look it would wait for the next one.
                continue
            pause = clock.look_again if parked is not None else min(clock.look_again, left)
            if (resolution := await self._pause(parked, look_again=pause)) is not None:
                parked = None
                await self._carry_out(question.step, resolution)

    async def listen(self, step: str, subjects: tuple[str, ...]) -> bool:
        """Let news of these subjects wake the step; answers whether something may have come before they could."""
        if self._subjects.get(step, ()) == subjects:
            return False
        self._subjects[step] = subjects
        await self.tell()
        return True

    async def listen_no_more(self) -> None:
        """Nothing wakes the run any more, not even the news that it is about to write itself."""
        self._subjects.clear()
        if self._told_subjects:
            await self.tell()

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

    async def _read_policy_again(self) -> None:
        name = self.context.name
        asked = AskPolicy(facility=name.facility, process=name.process)
        answer = await ask_store(Notes.policy, asked, summary="reads the policy again")
        self.policy = answer.policy or self.policy
        self.desk.ladder = self.policy.ladder

    async def _side_items_decided(self) -> None:
        """A run is not closed while a question of its own is open, even one that blocks nothing."""
        if self.desk.open or self._asides:
            self.enter(LAST_STAGE)
        while self.desk.open or self._asides:
            await self._pause(None, look_again=None)

    async def _pause(self, parked: Parked | None, *, look_again: timedelta | None = None) -> Resolution | None:
        """Wait for a decision, a nudge or the time to look again; a turn is raised as `Turned`."""
        again = None if look_again is None else workflow.now() + look_again
        nudges, asked = self._nudges, len(self.desk.open)

        def woken() -> bool:
            told = bool(self._unrecorded) or len(self.desk.open) != asked
            return self._turned or self._nudges != nudges or told or grown_long()

        while True:
            self.tell_in_words()
            if self._has_news():
                await self.tell()
            pause = None if again is None else max(again - workflow.now(), timedelta(0))
            resolution = await self.desk.wait(parked, woken=woken, look_again=pause)
            if resolution is not None:
                return resolution
            if self._turned or grown_long():
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
        if resolution.decision is Decision.retry and versions.goes("a-retry-reads-policy"):
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


def grown_long() -> bool:
    """Whether the server suggests to go on in a new run: far beyond that it would end this one, with nothing undone."""
    return workflow.info().is_continue_as_new_suggested()
