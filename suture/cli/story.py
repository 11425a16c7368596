"""Everything that is known of one transaction: what the store remembers, and what Temporal is doing about it now."""

from temporalio.service import RPCError

from canonical.effect import Edge
from canonical.identity import RunName, run_of_work_item
from canonical.memory import InboxState, RunProjection
from canonical.model import Frozen
from suture.cli.failures import Ending, Failed, told
from suture.cli.history import History, history
from suture.cli.links import web_ui
from suture.cli.session import ANSWERS_WITHIN, connected, opened
from suture.settings import Settings
from suture.store.effects import Effect
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
    """The transaction of a correlation id, a business key, a workflow id or a work item."""
    async with opened(settings) as store:
        correlation_id = await _correlation(store, key)
        runs = await store.runs.find(correlation_id=correlation_id)
        events = await store.inbox.of_correlation(correlation_id)
        effects = await store.effects.of(correlation_id=correlation_id)
        keys = sorted({run.business_key for run in runs} | {event.business_key for event in events})
        histories, problem = await _histories(settings, store, runs)
        return Story(
            correlation_id=correlation_id,
            business_keys=tuple(keys),
            runs=tuple(
                Run(run=run, history=histories.get(run.workflow_id), web_ui=web_ui(settings, run.workflow_id))
                for run in runs
            ),
            events=tuple(map(_arrived, events)),
            effects=effects,
            lineage=await _lineage(store, keys),
            work_items=tuple(map(without_evidence, await store.work_items.of(correlation_id=correlation_id))),
            temporal=problem,
        )


async def _correlation(store: Store, key: str) -> str:
    """The correlation id that a key leads to, by whichever of its names it was asked for."""
    if await store.inbox.of_correlation(key) or await store.runs.find(correlation_id=key, limit=1):
        return key
    try:
        return (await store.work_items.get(key)).item.correlation_id
    except KeyError:
        pass
    for name in (key, run_of_work_item(key)):
        try:
            business_key = RunName.parse(name).business_key
        except ValueError:
            business_key = name
        if (found := await store.correlations.find(business_key)) is not None:
            return found
    raise Failed(f"no transaction {key}", do="see: suture list --all", ending=Ending.not_found)


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


async def _lineage(store: Store, business_keys: list[str]) -> tuple[Edge, ...]:
    edges: dict[Edge, None] = {}
    for key in business_keys:
        try:
            name = RunName.parse(key)
        except ValueError:
            continue
        edges |= dict.fromkeys(await store.lineage.walk(system=name.source, kind="usage", reference=name.number))
    return tuple(edges)


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
