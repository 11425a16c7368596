"""Finds what is stuck: what neither goes on by itself nor waits for a person; each with why and what to type next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import starmap

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from canonical.identity import OWN_DOCUMENTS
from canonical.memory import InboxState
from canonical.model import Frozen
from suture.cli import output
from suture.cli.failures import Failed, told
from suture.cli.filters import check_facility, check_process, remark_stage
from suture.cli.history import moment, status_of, task_attempts, task_waits_since, why
from suture.cli.pollers import unserved
from suture.cli.session import ANSWERS_WITHIN, connected, opened
from suture.settings import Settings
from suture.store.inbox import Waiting
from suture.store.store import Store

STORED_FOR = timedelta(seconds=30)
STARTED_FOR = timedelta(minutes=5)
QUEUED_FOR = timedelta(minutes=1)
LOOKED_AT = 2000
"""So many open runs are looked at, the oldest first."""
GIVES_UP_AFTER = 3
"""So many runs may go without an answer, each after seconds; a server that is sick is then not asked about the rest."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Where to look, and from how many attempts on an activity counts as stuck."""

    facility: str | None
    process: str | None
    stage: str | None
    limit: int
    attempts: int

    def at(self, event: Waiting) -> bool:
        """Whether an event is of what is looked at; what is of no process, such as an item's approval, is of all."""
        process, _, _ = event.business_key.partition(":")
        wanted = process not in OWN_DOCUMENTS or self.process in (None, process)
        return wanted and self.facility in (None, event.envelope.facility)


class Stuck(Frozen):
    """One thing that is stuck."""

    what: str
    why: str
    next: str
    correlation_id: str = ""


async def find_stuck(settings: Settings, look: Look) -> tuple[Stuck, ...]:
    """What is stuck, what holds up most of all first."""
    check_facility(settings, look.facility)
    check_process(look.process)
    async with opened(settings) as store:
        await remark_stage(store, look.stage, open_only=True)
        found: list[Stuck] = []
        try:
            client = await connected(settings, store.keyring)
        except Failed as failed:
            found.append(Stuck(what="Temporal", why=failed.what, next="suture doctor"))
        else:
            found += await _queues(client, settings)
            found += await _runs(client, store, look)
        found += await _events(store, look)
        return tuple(found[: look.limit])


def tell(found: Sequence[Stuck], *, limit: int) -> None:
    """Print what is stuck, or that nothing is."""
    if not found:
        output.say("nothing is stuck; what waits for a person: suture work list")
        return
    output.say(f"{len(found)} stuck", style="bold red")
    for one in found:
        output.say(f"{one.what}: {one.why}")
        output.say(f"  next: {one.next}")
    if len(found) == limit:
        output.remark(f"the first {limit} are shown; more with --limit")


async def _queues(client: Client, settings: Settings) -> list[Stuck]:
    try:
        queues = await unserved(client, settings, within=ANSWERS_WITHIN)
    except RPCError as error:
        return [_silent(error, "which queues have a worker is not known")]
    return [
        Stuck(what=f"queue {queue}", why="no worker takes its tasks", next="python -m worker, or: suture doctor")
        for queue in queues
    ]


def _silent(error: RPCError, unknown: str) -> Stuck:
    """Temporal is there and gives no answer: what else can be read must not be hidden by that."""
    return Stuck(what="Temporal", why=f"{told(error).what}: {unknown}", next="suture doctor")


async def _events(store: Store, look: Look) -> list[Stuck]:
    """Events that were accepted, and that no run has."""
    if look.stage is not None:
        return []
    now, found = datetime.now(UTC), []
    for state, age, words in (
        (InboxState.stored, STORED_FOR, "accepted, and no run was started"),
        (InboxState.started, STARTED_FOR, "handed to a run that has not recorded it"),
    ):
        for event in await store.inbox.not_done(state, received_before=now - age, limit=look.limit):
            if not look.at(event):
                continue
            tries = f"; tried {event.attempts} times" if event.attempts else ""
            note = f": {event.note}" if event.note else ""
            since = output.ago(event.received_at, now)
            found.append(
                Stuck(
                    what=f"event {event.envelope.source} {event.envelope.id}",
                    why=f"{words}, received {since}{tries}{note}",
                    next="is the gateway running? suture doctor"
                    if state is InboxState.stored
                    else f"suture show {event.correlation_id}",
                    correlation_id=event.correlation_id,
                )
            )
    return found


async def _runs(client: Client, store: Store, look: Look) -> list[Stuck]:
    """Runs that have told of themselves, and those that were started and never did."""
    runs = await store.runs.find(
        facility=look.facility, process=look.process, stage=look.stage, open_only=True, limit=LOOKED_AT
    )
    named = {run.workflow_id: run.correlation_id for run in runs}
    if look.stage is None:
        before = datetime.now(UTC) - STORED_FOR
        for event in await store.inbox.not_done(InboxState.started, received_before=before, limit=LOOKED_AT):
            known = event.workflow_id in named
            if (
                event.workflow_id is None
                or known
                or not look.at(event)
                or await store.runs.find(workflow_id=event.workflow_id)
            ):
                continue
            named[event.workflow_id] = event.correlation_id
    turns = asyncio.Semaphore(16)
    unanswered: list[RPCError] = []

    async def examine(workflow_id: str, correlation_id: str) -> list[Stuck]:
        async with turns:
            if len(unanswered) >= GIVES_UP_AFTER:
                return []
            try:
                return await _run(client, workflow_id, correlation_id, look)
            except RPCError as error:
                unanswered.append(error)
                return []

    found = [stuck for found in await asyncio.gather(*starmap(examine, named.items())) for stuck in found]
    return [_silent(unanswered[0], "not every open run could be looked at"), *found] if unanswered else found


async def _run(client: Client, workflow_id: str, correlation_id: str, look: Look) -> list[Stuck]:
    show = f"suture show {correlation_id}"

    def stuck(reason: str, next_: str = show) -> Stuck:
        return Stuck(what=workflow_id, why=reason, next=next_, correlation_id=correlation_id)

    try:
        described = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=ANSWERS_WITHIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return [stuck("Temporal does not know it, and it never told its outcome")]
    if described.status is not WorkflowExecutionStatus.RUNNING:
        # A run tells its outcome just before it closes: between our two looks it may have done so.
        if described.close_time is not None and _recent(described.close_time):
            return []
        return [stuck(f"the run is {status_of(described)}, and never told its outcome")]
    found = []
    if (tries := task_attempts(described)) > 1:
        found.append(
            stuck(f"its own code fails: {tries} attempts of one workflow task", f"read the worker's log; {show}")
        )
    elif (since := task_waits_since(described)) is not None and not _recent(since):
        found.append(stuck(f"waits for a worker since {output.text(since)}", "suture doctor"))
    for activity in described.raw_description.pending_activities:
        name = activity.activity_type.name
        if activity.attempt >= look.attempts:
            failure = await why(client, activity.last_failure)
            found.append(stuck(f"{name}: attempt {activity.attempt}: {failure}"))
        elif not activity.HasField("last_started_time") and not _recent(moment(activity.scheduled_time)):
            found.append(stuck(f"{name}: waits for a worker since {output.text(moment(activity.scheduled_time))}"))
    return found


def _recent(at: datetime) -> bool:
    return datetime.now(UTC) - at < QUEUED_FOR
