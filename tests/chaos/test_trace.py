"""The trace of one transaction, as gateway, worker and sandbox systems export it over OTLP: one, and whole."""

from collections import Counter

from tests.chaos.conftest import FIRST, FirstTransaction, Watched
from tests.support.collector import Collected

WEBHOOK = "POST /v1/events/{source}"
START = "SignalWithStartWorkflow:usage-to-charge"
RUN = "RunWorkflow:usage-to-charge"
OUTSIDE = "the vendor's own span"
ACTIVITIES = {
    "stock.item": ("inventory lookup_use",),
    "charge.look-up": ("billing lookup_account", "billing lookup_code"),
    "cost.valuation": ("erp read_valuation",),
    "stock.move": ("inventory book_movement",),
    "charge.post": ("billing post_charge",),
    "cost.post": ("erp read_valuation", "erp list_periods", "erp post_journal"),
}
"""What each activity asks of its system."""

AS_NEEDED = ("run.note", "charge.find")
"""How often the run tells its store, and whether it asks billing before billing tells, depends on who is faster."""

SERVICES = {
    "suture-gateway": (WEBHOOK, START, "SignalWorkflow:receive"),
    "suture-worker": (RUN, "HandleSignal", "StartActivity", "RunActivity", "inventory ", "billing ", "erp "),
}
SANDBOX = {
    "sandbox-inventory": {"capture_use", "lookup_use", "book_movement"},
    "sandbox-billing": {"lookup_account", "lookup_code", "post_charge"},
    "sandbox-erp": {"read_valuation", "list_periods", "post_journal"},
}
"""What each system of the sandbox was asked for."""

STATUS = "http.response.status_code"
# What only the first use has.
OWN = ("surgicalCaseNumber", "encounterNumber", "lot", "actId")
TOLD = {
    *("suture.correlation_id", "suture.facility", "suture.process", "suture.system", "suture.operation"),
    *("suture.source", "http.request.method", "http.route", STATUS),
    *("temporalWorkflowID", "temporalRunID", "temporalActivityID"),
}


async def test_one_trace_leads_from_the_webhook_through_the_run_to_each_system_and_back(watched: Watched) -> None:
    first = watched.first
    expected = Counter(
        {
            (OUTSIDE, "capture_use"): 1,
            ("capture_use", WEBHOOK): 1,
            (WEBHOOK, START): 1,
            (START, RUN): 1,
            (START, "HandleSignal:receive"): 1,
            # Billing posts in a batch, later: its webhook goes on in the trace of the call that caused it.
            ("post_charge", WEBHOOK): 1,
            (WEBHOOK, "SignalWorkflow:receive"): 1,
            ("SignalWorkflow:receive", "HandleSignal:receive"): 1,
        }
    )
    for activity, calls in ACTIVITIES.items():
        expected[RUN, f"StartActivity:{activity}"] = 1
        expected[f"StartActivity:{activity}", f"RunActivity:{activity}"] = 1
        expected.update((f"RunActivity:{activity}", call) for call in calls)
        expected.update((call, call.split()[1]) for call in calls)
    assert Counter(edges(first)) == expected


async def test_the_run_tells_its_store_within_the_trace(watched: Watched) -> None:
    by_id = {span.id: span for span in watched.first.spans}
    notes = [span for span in by_id.values() if span.name == "RunActivity:run.note"]
    assert notes
    for note in notes:
        started = by_id[note.parent]
        assert (started.name, by_id[started.parent].name) == ("StartActivity:run.note", RUN)


async def test_every_span_says_which_transaction_and_process_it_belongs_to(watched: Watched) -> None:
    first = watched.first
    ours = [span for span in first.spans if span.service in SERVICES]
    assert {span.correlation_id for span in ours} == {first.run.correlation_id}
    for service, names in SERVICES.items():
        own = [span.name for span in ours if span.service == service]
        assert own and all(name.startswith(names) for name in own), own
    assert {span.service for span in first.spans} == set(SERVICES) | set(SANDBOX)


async def test_each_system_answers_a_call_in_a_span_of_its_own_below_it(watched: Watched) -> None:
    first = watched.first
    by_id = {span.id: span for span in first.spans}
    for service, operations in SANDBOX.items():
        system = service.removeprefix("sandbox-")
        answered = [span for span in first.spans if span.service == service]
        assert operations <= {span.name for span in answered} <= operations | {"find_charges"}
        assert {frozenset(span.attributes) for span in answered} == {frozenset({STATUS})}
        called = [span for span in answered if span.name != "capture_use"]
        assert [by_id[span.parent].name for span in called] == [f"{system} {span.name}" for span in called]
        assert [by_id[span.parent].service for span in called] == ["suture-worker"] * len(called)


async def test_each_system_was_called_within_the_span_of_its_call(watched: Watched) -> None:
    first = watched.first
    for service in SANDBOX:
        system = service.removeprefix("sandbox-")
        calls = {span.id: span for span in first.spans if span.name.startswith(f"{system} ")}
        logged = [_snake(request) for request in first.requests[system]]
        ours = [request for request in logged if request["correlation_id"] is not None]
        parents = [str(request["traceparent"]).split("-") for request in ours]
        assert [(version, trace) for version, trace, *_ in parents] == [("00", first.trace)] * len(ours)
        assert Counter(span for _, _, span, _ in parents) == Counter(calls.keys())
        assert {request["correlation_id"] for request in ours} == {first.run.correlation_id}
        assert [calls[span].name for _, _, span, _ in parents] == [f"{system} {one['operation']}" for one in ours]


async def test_no_span_carries_anything_of_the_document(watched: Watched) -> None:
    first, body = watched.first, FIRST.body(0)
    assert {key for span in first.spans for key in span.attributes} <= TOLD
    said = " ".join(str(value) for span in first.spans for value in (span.name, *span.attributes.values()))
    patient = body["patient"]
    for field in (*OWN, "sku", "performingCostCentre", "location"):
        assert str(body[field]) not in said, field
    # Other transactions may name the rest: a need is known by its item and location.
    for field in OWN:
        assert str(body[field]).encode() not in watched.hospital.collector.raw, field
    assert not [value for value in patient.values() if value.encode() in watched.hospital.collector.raw]


def edges(first: FirstTransaction) -> list[tuple[str, str]]:
    """Each span's name after its parent's, but for what happens as often as it is needed."""
    by_id = {span.id: span for span in first.spans}
    found = []
    for span in first.spans:
        if not _as_needed(span, by_id):
            found.append((OUTSIDE if span.parent == first.parent else by_id[span.parent].name, span.name))
    return found


def _as_needed(span: Collected, by_id: dict[str, Collected]) -> bool:
    """Whether it, or anything above it, happens as often as it is needed."""
    above = by_id.get(span.parent)
    return span.name.partition(":")[2] in AS_NEEDED or (above is not None and _as_needed(above, by_id))


def _snake(request: dict[str, object]) -> dict[str, object]:
    """A line of a request log, whichever way the vendor spells its fields."""
    return request | {"correlation_id": request.get("correlation_id", request.get("correlationId"))}
