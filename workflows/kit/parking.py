"""Parking: a step that no retry can heal waits as a work item with an owner and a clock, until a person decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.notes import Notes
from canonical.asking.memory import ItemClosed, ItemEscalated, ItemOpened, WhoIs
from canonical.carried import Asked, Questions
from canonical.documents.work_item import Cause, Decided, Decision, Resolution, ToApprove, WorkItem
from canonical.errors import Audience
from canonical.identity import work_item_id
from canonical.money import Money
from canonical.policy import Ladder
from canonical.run import RunContext
from workflows.kit.calls import ask_store
from workflows.kit.rights import known, right

A_MOMENT = timedelta(milliseconds=1)
"""A timer ends the workflow task, and with it what Temporal has taken in becomes history."""

RENEWED = ("decisions", "correctable", "payable_at_risk", "agreed_by", "cost_centres")
"""What may change of a question that is asked already, beside its words."""

SHOWN_AHEAD = timedelta(seconds=5)
"""How long a decision waits for the run to ask what a worker, killed since, had shown people already."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a person is asked: a sentence without patient data, who owns it, and what may be decided.

    `ladder` where the item is reminded of and handed on otherwise than the run's others.
    """

    step: str
    cause: Cause
    text: str
    owner: Audience
    decisions: tuple[Decision, ...] = (Decision.retry, Decision.abandon)
    correctable: tuple[str, ...] = ()
    blocks: bool = True
    safety: bool = False
    charge_at_risk: Money | None = None
    cost_at_risk: Money | None = None
    payable_at_risk: Money | None = None
    evidence: str = ""
    agreed_by: str | None = None
    to_approve: ToApprove | None = None
    cost_centres: tuple[str, ...] = ()
    ladder: Ladder | None = None


@dataclass
class Parked:
    """An open work item, and what was decided about it once that is so."""

    item: WorkItem
    resolution: Resolution | None = None
    decided: Decided | None = None
    ladder: Ladder | None = None


class Desk:
    """The open work items of one run. Its table in the store is a projection that only the run writes."""

    def __init__(self, context: RunContext, ladder: Ladder, *, carried: Questions, changed: Callable[[], None]) -> None:
        self._context = context
        self.ladder = ladder
        self._changed = changed
        self._open = {
            one.item.item_id: Parked(one.item, one.resolution, one.decided, one.ladder) for one in carried.open
        }
        self._closed = dict(carried.closed)
        self._counted = dict(carried.counted)

    @property
    def open(self) -> tuple[WorkItem, ...]:
        """The items that wait for a person, oldest first."""
        return tuple(parked.item for parked in self._open.values())

    def carried(self) -> Questions:
        """All of it, for the run that goes on in this one's place."""
        still_open = (
            Asked(item=one.item, resolution=one.resolution, decided=one.decided, ladder=one.ladder)
            for one in self._open.values()
        )
        return Questions(open=tuple(still_open), closed=self._closed, counted=self._counted)

    async def put(self, question: Question) -> Parked:
        """Open the item; the same question of the same step is not asked twice while its answer is not carried out."""
        for parked in self._open.values():
            if parked.item.step == question.step and parked.item.cause is question.cause:
                return parked
        number = self._counted[question.step] = self._counted.get(question.step, 0) + 1
        now = workflow.now()
        context = self._context
        item = WorkItem(
            item_id=work_item_id(context.workflow_id, question.step, number),
            workflow_id=context.workflow_id,
            correlation_id=context.correlation_id,
            facility=context.name.facility,
            process=context.name.process,
            step=question.step,
            cause=question.cause,
            question=question.text,
            owner=question.owner,
            blocks=question.blocks,
            safety=question.safety,
            decisions=question.decisions,
            correctable=question.correctable,
            opened=now,
            due=(question.ladder or self.ladder).first_due(now),
            charge_at_risk=question.charge_at_risk,
            cost_at_risk=question.cost_at_risk,
            payable_at_risk=question.payable_at_risk,
            evidence=question.evidence,
            agreed_by=question.agreed_by,
            to_approve=question.to_approve,
            cost_centres=question.cost_centres,
        )
        parked = self._open[item.item_id] = Parked(item, ladder=question.ladder)
        self._changed()
        await ask_store(Notes.opened, ItemOpened(item=item), summary=f"work item: {question.text}"[:190])
        return parked

    async def renew(self, parked: Parked, question: Question) -> None:
        """Ask the same with what it now comes to: the item stays, and its clock runs on."""
        now = {name: getattr(question, name) for name in RENEWED} | {"question": question.text}
        renewed = parked.item.model_copy(update=now)
        if renewed != parked.item and parked.decided is None:
            parked.item = renewed
            self._changed()
            await ask_store(Notes.opened, ItemOpened(item=renewed), summary=f"work item: {question.text}"[:190])

    def waiting(self, step: str, cause: Cause | None = None) -> Parked | None:
        """The open item that blocks this step, where a run in whose place this one goes on has asked it."""
        blocking = (one for one in self._open.values() if one.item.step == step and one.item.blocks)
        return next((one for one in blocking if cause in (None, one.item.cause)), None)

    def asked(self, about: str) -> tuple[Parked, ...]:
        """The open items of all steps that are called after one, with what was decided about them."""
        return tuple(one for one in self._open.values() if one.item.step.startswith(f"{about}-"))

    def decision(self, parked: Parked) -> Resolution | None:
        """What a person has decided about it, which is about to be carried out; none as long as nobody has."""
        if parked.decided is None:
            return None
        if self._open.pop(parked.item.item_id, None) is not None:
            self._changed()
        return parked.resolution

    async def take_off(self, parked: Parked, *, reason: str) -> None:
        """Close an item that the run itself has answered, unless a person was quicker."""
        if self._open.pop(parked.item.item_id, None) is None:
            return
        self._changed()
        if parked.decided is None:
            closed = ItemClosed(item_id=parked.item.item_id, reason=reason, at=workflow.now())
            await ask_store(Notes.closed, closed, summary="work item closed by the run")

    async def taken_up(self, item_id: str) -> None:
        """Close the item that an earlier run left behind: this run goes on from there."""
        closed = ItemClosed(item_id=item_id, reason=f"taken up by {self._context.workflow_id}", at=workflow.now())
        await ask_store(Notes.closed, closed, summary="takes up what was left behind")

    async def wait(
        self, parked: Parked | None, *, woken: Callable[[], bool], look_again: timedelta | None = None
    ) -> Resolution | None:
        """Wait for the decision; None where something woke us first, or it is time to look again.

        Past its clock an item goes to the next audience of the ladder, and stays with the last.
        """
        again = None if look_again is None else workflow.now() + look_again
        while True:
            alarms = [alarm for alarm in (again, self._next_due()) if alarm is not None]
            timeout = min(alarms) - workflow.now() if alarms else None
            summary = "looks again" if parked is None else parked.item.question
            try:
                await workflow.wait_condition(
                    lambda: woken() or (parked is not None and parked.decided is not None),
                    timeout=max(timeout, timedelta(0)) if timeout is not None else None,
                    timeout_summary=summary[:190],
                )
            except TimeoutError:
                await self._escalate()
            if parked is not None and (resolution := self.decision(parked)) is not None:
                return resolution
            if woken() or (again is not None and workflow.now() >= again):
                return None

    def check(self, resolution: Resolution) -> None:
        """Refuse what cannot be: shape and state only. Raises `ApplicationError` with words for the person who asked."""
        parked = self._open.get(resolution.item_id)
        if parked is None:
            if self._asks_next(resolution.item_id):
                return
            before = self._closed.get(resolution.item_id)
            told = f"already decided: {before.decision} by {before.person}" if before else "not open"
            raise ApplicationError(f"this work item is {told}", type="NotOpen")
        item = parked.item
        if resolution.decision not in item.decisions:
            allowed = ", ".join(item.decisions)
            raise ApplicationError(f"this work item takes: {allowed}", type="BadDecision")
        if resolution.decision is Decision.accept and not resolution.external_reference:
            raise ApplicationError("to accept, give the reference of what was done by hand", type="BadDecision")
        if (resolution.decision is Decision.correct) != bool(resolution.correction):
            raise ApplicationError("a correction, and only that, names fields and their new values", type="BadDecision")
        unknown = sorted(set(resolution.correction) - set(item.correctable))
        if unknown:
            fields = ", ".join(item.correctable) or "no field"
            raise ApplicationError(f"this step lets you correct: {fields}", type="BadDecision")

    async def decide(self, resolution: Resolution) -> Decided:
        """Record a person's decision: whoever comes first wins, the other is told why.

        It is kept before anybody is told. Were it told in the task that takes it in, and that task closed the run, mail
        of the same moment would have the server drop the task and the decision with it, of which the list already tells.
        """
        await workflow.sleep(A_MOMENT, summary="keeps the decision")
        answer = await ask_store(
            Notes.person, WhoIs(credential=resolution.credential, item_id=resolution.item_id), summary="who decides"
        )
        person = known(answer.person)
        if self._asks_next(resolution.item_id):
            await self._until_asked(resolution)
        parked = self._open.get(resolution.item_id)
        if parked is None or parked.decided is not None:
            before = self._closed.get(resolution.item_id)
            by = f" by {before.person}" if before else ""
            raise ApplicationError(f"this work item was already decided{by}", type="AlreadyDecided")
        decided = Decided(
            item_id=resolution.item_id,
            decision=resolution.decision,
            person=person.person,
            at=workflow.now(),
            in_place_of=right(person, parked.item, resolution.decision),
        )
        parked.resolution, parked.decided = resolution, decided
        self._closed[resolution.item_id] = decided
        if not parked.item.blocks:
            self._open.pop(resolution.item_id)
        self._changed()
        closed = ItemClosed(
            item_id=resolution.item_id,
            decision=resolution.decision,
            person=person.person,
            reason=resolution.reason,
            at=decided.at,
        )
        await ask_store(Notes.closed, closed, summary=f"work item decided: {resolution.decision}")
        return decided

    def _asks_next(self, item_id: str) -> bool:
        """Whether this is the next item of a step of this run: its list may show it a moment before the run has it."""
        step = item_id.removeprefix(f"{self._context.workflow_id}:").rpartition(":")[0]
        return item_id == work_item_id(self._context.workflow_id, step, self._counted.get(step, 0) + 1)

    async def _until_asked(self, resolution: Resolution) -> None:
        try:
            await workflow.wait_condition(lambda: resolution.item_id in self._open, timeout=SHOWN_AHEAD)
        except TimeoutError:
            raise ApplicationError("this work item is not open", type="NotOpen") from None
        self.check(resolution)

    def _next_due(self) -> datetime | None:
        waiting = [parked for parked in self._open.values() if parked.decided is None]
        dues = [parked.item.due for parked in waiting if (parked.ladder or self.ladder).climbs(parked.item)]
        return min(dues, default=None)

    async def _escalate(self) -> None:
        """Climb one rung with every item that is overdue: remind its owner, or hand it on."""
        for parked in list(self._open.values()):
            item, ladder = parked.item, parked.ladder or self.ladder
            if item.due > workflow.now() or not ladder.climbs(item):
                continue
            parked.item = climbed = ladder.climbed(item)
            news = ItemEscalated(
                item_id=item.item_id, owner=climbed.owner, escalations=climbed.escalations, due=climbed.due
            )
            told = f"overdue: {'reminds' if climbed.owner is item.owner else 'goes to'} {climbed.owner}"
            await ask_store(Notes.escalated, news, summary=told)

    async def take_off_all(self, *, reason: str) -> None:
        """Close every item that blocks a step: what it asked may no longer be the question."""
        for parked in [one for one in self._open.values() if one.item.blocks]:
            await self.take_off(parked, reason=reason)
