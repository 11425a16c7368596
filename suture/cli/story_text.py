"""A transaction as somebody on call reads it: what is wrong and what to type first, then everything behind it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from shlex import join

from canonical.effect import Edge
from canonical.memory import InboxState, RunProjection
from suture.cli import output
from suture.cli.chain import place_of
from suture.cli.history import Step
from suture.cli.story import Run, Story
from suture.deciding import commands, mildest
from suture.store.lineage import from_node, to_node

PENDING = ("runs", "tries again", "waits for a worker")
SOON = timedelta(seconds=5)
"""A worker that is there takes work up within this time."""


def tell(story: Story) -> None:
    """Print the whole story."""
    for line in verdict(story):
        output.say(line, style="" if line.startswith(" ") else "bold")
    output.say()
    output.say(f"correlation id  {story.correlation_id}")
    for place, run in enumerate(story.runs):
        if place:
            output.say()
        _run(run)
    if story.effects:
        output.say()
        rows = [
            (
                effect.intent.system,
                effect.intent.step,
                "undo" if effect.intent.undoes else "do",
                effect.state,
                effect.posted.reference if effect.posted else None,
                _amount(effect.intent.quantity, effect.intent.unit),
                _amount(effect.intent.amount, effect.intent.currency),
                effect.settled_at or effect.sent_at,
            )
            for effect in story.effects
        ]
        output.table(("SYSTEM", "STEP", "KIND", "STATE", "REFERENCE", "QUANTITY", "AMOUNT", "WHEN"), rows)
    if story.lineage:
        output.say()
        output.table(("DOCUMENT", "OF", "REFERENCE", "STATE", "COMES FROM"), _documents(story))
    if story.work_items:
        output.say()
        listed = [
            (
                one.item.item_id,
                one.item.cause,
                _standing_of(one.closed_at, one.decision),
                one.decided_by,
                one.item.question,
            )
            for one in story.work_items
        ]
        output.table(("WORK ITEM", "CAUSE", "STATE", "BY", "QUESTION"), listed)
    if story.events:
        output.say()
        output.table(("EVENT", "TYPE", "STATE", "TRIES", "NOTE"), [tuple(dict(one).values()) for one in story.events])


def verdict(story: Story) -> list[str]:
    """What is wrong, the worst first, and what to type next; or that nothing is."""
    lines: list[str] = []
    open_items = [one.item for one in story.work_items if one.closed_at is None]
    for item in open_items:
        lines += [f"waits for a person ({item.owner}): {item.question}", f"  next: {mildest(item)}"]
        others = len(commands(item)) - 1
        lines += [f"  or {others} more: {join(('suture', 'work', 'show', item.item_id))}"] if others > 0 else []
    for run in story.runs:
        lines += _trouble(run, asked=not story.temporal)
    unsent = [event for event in story.events if event.state is InboxState.stored]
    if unsent:
        lines += [f"{len(unsent)} event(s) in the inbox are not delivered yet", "  next: suture list --stuck"]
    if story.temporal and any(run.run.closed is None for run in story.runs):
        lines += [f"whether it goes on is not known: {story.temporal}", "  next: suture doctor"]
    if not lines:
        if not story.runs:
            return ["accepted; no run has told of itself yet", "  next: suture list --stuck"]
        going_on = [run.run for run in story.runs if run.run.closed is None]
        lines += [_standing(run, story, f"nothing is wrong: {run.stage}") for run in going_on]
        if not going_on:
            last = story.runs[-1].run
            lines.append(_standing(last, story, f"closed: {last.outcome}"))
        if story.temporal:
            lines.append(f"  its steps are not shown: {story.temporal}")
    return lines


def _standing(run: RunProjection, story: Story, words: str) -> str:
    """How a run stands; which one is told where there are several."""
    return words if len(story.runs) == 1 else f"{words} ({run.workflow_id})"


def _trouble(run: Run, *, asked: bool) -> list[str]:
    """What is wrong with one run; `asked` tells whether Temporal was there to ask about all of them."""
    lines: list[str] = []
    known = run.history
    if known is None:
        if asked and run.run.closed is None:
            lines += [
                f"Temporal does not know this run, and it never told its outcome: {run.run.workflow_id}",
                "  next: suture doctor",
                "  if it names the right server and namespace, restore Temporal's database; what is posted stands below",
            ]
        return lines
    if known.task_attempts > 1:
        lines += [
            f"the workflow's own code fails, {known.task_attempts} times in a row: {run.run.workflow_id}",
            "  next: read the worker's log; deploy a fix, the run then goes on by itself",
        ]
    if run.run.closed is None and known.status != "running":
        lines += [
            f"the run is {known.status}, but never told its outcome: {run.run.workflow_id}",
            "  next: suture work list",
            f"  within a minute it asks there to compare the ledgers; see also {run.web_ui}",
        ]
    elif known.task_waits_since is not None and _waits_long(known.task_waits_since):
        lines += [
            f"the run waits for a worker since {output.text(known.task_waits_since)}: {run.run.workflow_id}",
            "  next: suture doctor",
        ]
    for step in known.steps:
        if step.state == "tries again" or (step.state in PENDING and step.attempts > 1):
            after = f", next at {output.text(step.next_attempt)}" if step.next_attempt else ""
            lines.append(f"{step.activity} tries again: attempt {step.attempts}: {step.failure}{after}")
        elif step.state == "waits for a worker" and _waits_long(step.scheduled):
            lines += [f"{step.activity} waits for a worker on {step.queue}", "  next: suture doctor"]
    return lines


def _waits_long(since: datetime) -> bool:
    return datetime.now(UTC) - since > SOON


def _run(one: Run) -> None:
    run = one.run
    until = f", closed {output.text(run.closed)}: {run.outcome}" if run.closed else ""
    output.say(f"run             {run.workflow_id}")
    output.say(f"stage           {run.stage}; started {output.text(run.started)}{until}")
    output.say(f"web ui          {one.web_ui}")
    if one.history is None:
        return
    now = datetime.now(UTC)
    waits = (
        f"waits           until {output.text(wait.until)}, {output.ago(wait.until, now)}: {wait.summary or 'a timer'}"
        for wait in one.history.waits
    )
    for line in dict.fromkeys(waits):
        output.say(line)
    if one.history.steps:
        output.say()
        output.table(("STEP", "TIMES", "STATE", "TRIES", "WHAT", "FAILURE", "LAST"), _steps(one.history.steps))


def _documents(story: Story) -> Iterator[tuple[object, ...]]:
    """Each document once, with what became of its writing, and all that it comes from."""
    states = {
        (effect.intent.system, effect.posted.reference): effect.state for effect in story.effects if effect.posted
    }
    nodes = dict.fromkeys(node for edge in story.lineage for node in (from_node(edge), to_node(edge)))
    for system, kind, reference in sorted(nodes, key=lambda node: place_of(node[1])):
        behind = [edge for edge in story.lineage if to_node(edge) == (system, kind, reference)]
        yield kind, system, reference, states.get((system, reference)), "; ".join(_origins(behind))


def _origins(edges: Sequence[Edge]) -> Iterator[str]:
    """Each document once, with all that is said of it: `request RQ-1 (ordered as line 1)`."""
    for (kind, reference), same in groupby(edges, key=lambda edge: (edge.from_kind, edge.from_reference)):
        yield f"{kind} {reference} ({', '.join(edge.relation for edge in same)})"


def _steps(steps: Sequence[Step]) -> Iterator[tuple[object, ...]]:
    """The steps in order; one that looks again and again is one line."""
    for _, repeated in groupby(steps, key=lambda step: (step.activity, step.state, step.summary, step.failure)):
        *_, last = same = list(repeated)
        failure, time = last.failure or None, last.ended or last.scheduled
        yield last.activity, len(same), last.state, last.attempts, last.summary, failure, time


def _amount(value: object, unit: str | None) -> str | None:
    return None if value is None else f"{value} {unit or ''}".strip()


def _standing_of(closed: datetime | None, decision: object) -> str:
    return "open" if closed is None else str(decision or "answered")
