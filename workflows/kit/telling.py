"""Telling: what a run shows in the Web UI, and what it tells the store of where it stands."""

from abc import ABC, abstractmethod

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from activities.notes import Notes
from canonical.asking.memory import Note
from canonical.carried import Carried
from canonical.identity import FIRST_STAGE, STAGE, WAITING_FOR
from canonical.memory import Claim, RunProjection
from canonical.policy import Policy
from canonical.run import RunContext
from workflows.kit import versions
from workflows.kit.calls import ask_store
from workflows.kit.parking import Desk, Question

STAGE_KEY = SearchAttributeKey.for_keyword(STAGE)
WAITING_KEY = SearchAttributeKey.for_keyword_list(WAITING_FOR)


class Telling(ABC):
    """A run as others see it. What it shows and tells goes out once for each change, and together."""

    def __init__(self, context: RunContext, policy: Policy, carried: Carried | None) -> None:
        versions.begin()
        before = carried or Carried(started=workflow.info().start_time, stage=FIRST_STAGE)
        self.context = context
        self.policy = policy
        self.stage = before.stage
        self.desk = Desk(context, policy.ladder, carried=before.questions, changed=self._show)
        self.started = before.started
        self._shown: tuple[str, list[str]] = (before.stage, list(before.waiting_for))
        self._unrecorded = list(before.unrecorded)
        self._subjects: dict[str, tuple[str, ...]] = {}
        self._told_subjects = before.subjects
        self._told: tuple[str, tuple[str, ...]] = ("", ())
        self._asides: list[Question] = []
        self._asked_aside = dict.fromkeys(before.asked_aside)

    @abstractmethod
    def lines(self) -> list[str]:
        """Where the run stands, one line a ledger, as an analyst reads it."""

    @abstractmethod
    def closing_state(self) -> str:
        """The state as JSON, for a later run of the same business key."""

    def enter(self, stage: str) -> None:
        """Show a new stage: one upsert of search attributes."""
        self.stage = stage
        self._show()

    def aside(self, question: Question) -> None:
        """Ask something that blocks nothing; the same words are asked once in a run."""
        if question.text not in self._asked_aside:
            self._asked_aside[question.text] = None
            self._asides.append(question)

    async def tell(
        self, *, acts: tuple[str, ...] = (), freed: tuple[str, ...] = (), outcome: str = "", release: bool = False
    ) -> Claim | None:
        """Tell the store where the run stands, which events it has recorded, what it claims, frees or waits for."""
        while self._asides:
            await self.desk.put(self._asides.pop(0))
        recorded, self._unrecorded = tuple(self._unrecorded), []
        name = self.context.name
        subjects = () if outcome else self._awaited()
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
            started=self.started,
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

    def _awaited(self) -> tuple[str, ...]:
        """The subjects whose news wake the run."""
        return tuple(sorted({subject for subjects in self._subjects.values() for subject in subjects}))

    def _has_news(self) -> bool:
        """Whether the store does not know yet where the run stands."""
        subjects = self._awaited()
        standing = (self.stage, tuple(item.item_id for item in self.desk.open))
        return bool(self._unrecorded or self._asides) or subjects != self._told_subjects or standing != self._told

    def _show(self) -> None:
        """One upsert per change of stage or of what is waited for; the details say it in words."""
        causes = sorted({str(item.cause) for item in self.desk.open})
        if (self.stage, causes) != self._shown:
            # What a run waits for is written only where that has changed: a list is dear to index.
            waiting = [WAITING_KEY.value_set(causes)] if causes != self._shown[1] else []
            self._shown = (self.stage, causes)
            workflow.upsert_search_attributes([STAGE_KEY.value_set(self.stage), *waiting])
        self.tell_in_words()

    def tell_in_words(self) -> None:
        """What the Web UI shows of the run while it is under way; it costs no message."""
        waits = [f"**waiting for a person ({item.owner}):** {item.question}" for item in self.desk.open]
        workflow.set_current_details("\n\n".join([f"**{self.stage}**", *waits, *self.lines()]))
