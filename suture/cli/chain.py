"""The chain of a transaction: from the need to the payment, every run that had a part in it and every document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from canonical.documents.invoice import normalised
from canonical.documents.work_item import WorkItem
from canonical.effect import Edge
from canonical.identity import (
    BASKET_PROCESS,
    INVOICE_PROCESS,
    ORDER_PROCESS,
    OWN_DOCUMENTS,
    REQUEST_PROCESS,
    USE_PROCESS,
    RunName,
    request_number,
    run_of_work_item,
    run_of_write,
)
from canonical.memory import RunProjection
from suture.cli.failures import Ending, Failed
from suture.store.lineage import Node, from_node, to_node
from suture.store.store import Store

PROCESSES = (REQUEST_PROCESS, USE_PROCESS, BASKET_PROCESS, ORDER_PROCESS, INVOICE_PROCESS)
"""The order in which a person reads them: what was needed, ordered, received, billed."""
KINDS = (
    "par-level usage request basket reservation order sent-order order-change sent-change expected transfer replacement "
    "goods-received lots-in receipt goods-returned return-request lots-out return invoice voucher payable debit-memo "
    "movement charge journal"
).split()
"""So the documents too."""


@dataclass(frozen=True)
class Chain:
    """What hangs together with what was asked for, whose correlation id is told first; all of it in reading order."""

    correlation_id: str
    runs: tuple[RunProjection, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Entrance:
    """Where a chain is entered: at runs, or at one document that no run is named after."""

    correlation_id: str
    runs: tuple[RunProjection, ...] = ()
    documents: tuple[Node, ...] = ()
    facility: str = ""


async def find_chain(store: Store, key: str) -> Chain:
    """The chain of a correlation id, a business key, a workflow id, a work item, or a document's number."""
    entrance = await _entrance(store, key)
    own = (_document(RunName.parse(run.business_key)) for run in entrance.runs if run.process in OWN_DOCUMENTS)
    # A need is there for years: a chain is entered at what was done about it.
    starts = [one for one in (*entrance.documents, *own) if one[1] != OWN_DOCUMENTS[REQUEST_PROCESS]]
    written = await store.lineage.of_runs(run.workflow_id for run in entrance.runs)
    starts += [to_node(edge) for edge in written]
    edges = dict.fromkeys(await store.lineage.walk(*starts, facility=entrance.facility))
    return Chain(
        correlation_id=entrance.correlation_id,
        runs=_in_order(await _runs(store, entrance, tuple(edges))),
        edges=tuple(sorted(_told_once(edges), key=_reading_order)),
    )


async def _entrance(store: Store, key: str) -> Entrance:
    if runs := await store.runs.find(correlation_id=key):
        return _at(key, runs)
    if await store.inbox.of_correlation(key):
        return Entrance(key)
    for name in await _names(store, key):
        if (found := await store.correlations.find(name)) is not None:
            return _at(found, await store.runs.find(business_key=name))
    if (item := await _item(store, key)) is not None:
        return _at(item.correlation_id, await store.runs.find(correlation_id=item.correlation_id))
    return await _by_reference(store, key)


async def _names(store: Store, key: str) -> tuple[str, ...]:
    """The business keys that may be meant; `Failed` where a number is that of several documents."""
    item = await _item(store, key)
    for name in (item.workflow_id if item is not None else key, run_of_work_item(key)):
        try:
            return (RunName.parse(name).business_key,)
        except ValueError:
            continue
    found = await store.correlations.of_number(key, normalised(key))
    if len(found) > 1:
        raise Failed(f"{key} is the number of {len(found)} transactions", do=_one_of(found), ending=Ending.usage)
    return found


async def _item(store: Store, key: str) -> WorkItem | None:
    try:
        return (await store.work_items.get(key)).item
    except KeyError:
        return None


async def _by_reference(store: Store, reference: str) -> Entrance:
    """A document by the number that some system gave it."""
    edges = await store.lineage.naming(reference)
    documents = dict.fromkeys(
        node for edge in edges for node in (from_node(edge), to_node(edge)) if node[2] == reference
    )
    runs = dict.fromkeys(run_of_write(edge.effect_key) for edge in edges)
    keys = sorted({RunName.parse(run).business_key for run in runs})
    facilities = {RunName.parse(run).facility for run in runs}
    if (len(documents) > 1 and len(keys) > 1) or len(facilities) > 1:
        kinds = ", ".join(f"{system} {kind}" for system, kind, _ in documents)
        raise Failed(f"{reference} is the number of several documents: {kinds}", do=_one_of(keys), ending=Ending.usage)
    for run in runs:
        for known in await store.runs.find(workflow_id=run):
            made = _made_of_papers(edges, documents, run)
            return Entrance(known.correlation_id, documents=(*documents, *made), facility=known.facility)
    raise Failed(f"no transaction {reference}", do="see: suture list --all", ending=Ending.not_found)


def _made_of_papers(edges: Sequence[Edge], documents: Iterable[Node], run: str) -> list[Node]:
    """What this run has made of papers: those come from nothing, and lead up the chain by what they became."""
    known = [to_node(edge) for edge in edges]
    papers = [one for one in documents if one not in known]
    return [to_node(edge) for edge in edges if from_node(edge) in papers and run_of_write(edge.effect_key) == run]


def _at(correlation_id: str, runs: Sequence[RunProjection]) -> Entrance:
    """At these runs; of a need only those that go on, and the newest."""
    newest = {run.business_key: run for run in sorted(runs, key=lambda run: run.ordinal)}
    chosen = [
        run for run in runs if run.process != REQUEST_PROCESS or run.closed is None or newest[run.business_key] == run
    ]
    facilities = {run.facility for run in runs}
    return Entrance(correlation_id, tuple(chosen), facility=facilities.pop() if len(facilities) == 1 else "")


async def _runs(store: Store, entrance: Entrance, edges: Sequence[Edge]) -> Iterable[RunProjection]:
    """The runs at the entrance, those that wrote, and those whose own documents these are."""
    found = {run.workflow_id: run for run in entrance.runs}
    for workflow_id in dict.fromkeys(run_of_write(edge.effect_key) for edge in edges):
        if workflow_id not in found:
            found |= {run.workflow_id: run for run in await store.runs.find(workflow_id=workflow_id)}
    nodes = dict.fromkeys((node, _facility(edge)) for edge in edges for node in (from_node(edge), to_node(edge)))
    requests = tuple(reference for (_, kind, reference), _ in nodes if kind == "request")
    processes = {kind: process for process, kind in OWN_DOCUMENTS.items()}
    for (system, kind, reference), facility in nodes:
        if kind in processes:
            name = RunName(process=processes[kind], facility=facility, source=system, number=reference)
            for run in await store.runs.find(business_key=name.business_key):
                if run.process != REQUEST_PROCESS or _has_asked(run, requests):
                    found[run.workflow_id] = run
    return found.values()


def _has_asked(run: RunProjection, requests: Sequence[str]) -> bool:
    first = request_number(RunName.parse(run.workflow_id), 1).removesuffix("1")
    return any(request.startswith(first) for request in requests)


def _in_order(runs: Iterable[RunProjection]) -> tuple[RunProjection, ...]:
    places = {process: place for place, process in enumerate(PROCESSES)}
    return tuple(sorted(runs, key=lambda run: (places.get(run.process, 0), run.started, run.ordinal)))


def _reading_order(edge: Edge) -> tuple[int, str, int, str]:
    return place_of(edge.to_kind), edge.to_reference, place_of(edge.from_kind), edge.from_reference


def place_of(kind: str) -> int:
    """Where a kind of document stands in the chain; one that nobody foresaw comes last."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _told_once(edges: Iterable[Edge]) -> list[Edge]:
    """Each relation of two documents once, whichever writes told of it."""
    return list({(from_node(edge), to_node(edge), edge.relation): edge for edge in edges}.values())


def _document(name: RunName) -> Node:
    return name.source, OWN_DOCUMENTS[name.process], name.number


def _facility(edge: Edge) -> str:
    return RunName.parse(run_of_write(edge.effect_key)).facility


def _one_of(business_keys: Sequence[str]) -> str:
    shown = [f"suture show {key}" for key in business_keys[:5]]
    return f"name one: {'; '.join(shown)}{'; ...' if len(business_keys) > 5 else ''}"
