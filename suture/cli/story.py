"""Everything that is known of one transaction: what the store remembers, and what Temporal is doing about it now."""

from collections.abc import Sequence

from temporalio.service import RPCError

from canonical.effect import Edge
from canonical.memory import InboxState, RunProjection
from canonical.model import Frozen
from suture.cli.chain import find_chain
from suture.cli.failures import Failed, told
from suture.cli.history import History, history
from suture.cli.links import web_ui
from suture.cli.session import ANSWERS_WITHIN, connected, opened
from suture.settings import Settings
from suture.store.effects import Effect
from suture.store.event_items import INBOX
from suture.store.inbox import Waiting
from suture.store.store import Store
from suture.store.work_items import Listed


class Arrived(Frozen):
    """An event of the transaction in the inbox, without its document."""

    event: str
    type: str
    state: InboxState
    attempts: int
    note: str


class Run(Frozen):
    """One run: its projection, its history where Temporal answers, and its page in the Web UI."""

    run: RunProjection
    history: History | None = None
    web_ui: str


class Story(Frozen):
    """One transaction. `temporal` says what kept its histories from us, where something did."""

    correlation_id: str
    business_keys: tuple[str, ...]
    runs: tuple[Run, ...]
    events: tuple[Arrived, ...]
    effects: tuple[Effect, ...]
    lineage: tuple[Edge, ...]
    work_items: tuple[Listed, ...]
    temporal: str = ""


async def story(settings: Settings, key: str) -> Story:
    """The transaction of a correlation id, a business key, a workflow id, a work item or a document's number."""
    async with opened(settings) as store:
        chain = await find_chain(store, key)
        runs = chain.runs
        correlations = dict.fromkeys((chain.correlation_id, *(run.correlation_id for run in runs)))
        events = [event for one in correlations for event in await _events(store, one, runs)]
        histories, problem = await _histories(settings, store, runs)
        return Story(
            correlation_id=chain.correlation_id,
            business_keys=tuple(sorted({run.business_key for run in runs} | {event.business_key for event in events})),
            runs=tuple(
                Run(run=run, history=histories.get(run.workflow_id), web_ui=web_ui(settings, run.workflow_id))
                for run in runs
            ),
            events=tuple(map(_arrived, events)),
            effects=await store.effects.of(workflow_ids=[run.workflow_id for run in runs]),
            lineage=chain.edges,
            work_items=await _items(store, chain.correlation_id, runs),
            temporal=problem,
        )


async def _events(store: Store, correlation_id: str, runs: Sequence[RunProjection]) -> list[Waiting]:
    """What came in for these runs, or for none of them yet."""
    closed = {run.workflow_id for run in await store.runs.find(correlation_id=correlation_id)}
    others = closed - {run.workflow_id for run in runs}
    return [event for event in await store.inbox.of_correlation(correlation_id) if event.workflow_id not in others]


async def _items(store: Store, correlation_id: str, runs: Sequence[RunProjection]) -> tuple[Listed, ...]:
    """What these runs ask, and what is asked about events that reached none; as it was opened."""
    found = [item for run in runs for item in await store.work_items.of(workflow_id=run.workflow_id)]
    found += [one for one in await store.work_items.of(correlation_id=correlation_id) if one.item.workflow_id == INBOX]
    found.sort(key=lambda one: (one.item.opened, one.item.item_id))
    return tuple(map(without_evidence, found))


async def _histories(
    settings: Settings, store: Store, runs: tuple[RunProjection, ...]
) -> tuple[dict[str, History], str]:
    found: dict[str, History] = {}
    if not runs:
        return found, ""
    try:
        client = await connected(settings, store.keyring)
    except Failed as failed:
        return found, failed.line
    try:
        for run in runs:
            if (known := await history(client, run.workflow_id, within=ANSWERS_WITHIN)) is not None:
                found[run.workflow_id] = known
    except RPCError as error:
        return found, told(error).line
    return found, ""


def without_evidence(listed: Listed) -> Listed:
    """The item without the vendor's and the deciding person's own words: who looks at that one item sees them."""
    return listed.model_copy(update={"item": listed.item.model_copy(update={"evidence": ""}), "reason": ""})


def _arrived(event: Waiting) -> Arrived:
    envelope = event.envelope
    return Arrived(
        event=f"{envelope.source} {envelope.id}",
        type=envelope.type,
        state=event.state,
        attempts=event.attempts,
        note=event.note,
    )
