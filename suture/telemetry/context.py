"""Where the code of the moment stands: correlation id, facility, process, system; and what a call takes with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry import context as otel
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio import workflow

from canonical.run import RunContext

# Baggage is left out on purpose: whatever a caller put there would travel on to the vendors.
_PROPAGATOR = TraceContextTextMapPropagator()
# The first look at the current context loads an entry point, which the workflow sandbox forbids.
otel.get_current()


@dataclass(frozen=True, slots=True)
class Place:
    """What logs, spans and metrics may say of the code of the moment; never a value from a document."""

    facility: str = ""
    process: str = ""
    system: str = ""
    operation: str = ""


NOWHERE = Place()
correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
place: ContextVar[Place] = ContextVar("place", default=NOWHERE)


@contextmanager
def within(correlation: str, at: Place = NOWHERE) -> Iterator[None]:
    """Let everything in the block, calls included, belong to this correlation id and place."""
    before = correlation_id.get(), place.get()
    correlation_id.set(correlation)
    place.set(at)
    try:
        yield
    finally:
        # Not by token: a block that an evicted run abandoned is left in another context, where a token is invalid.
        correlation_id.set(before[0])
        place.set(before[1])


def run_context() -> RunContext | None:
    """Who the run of the moment is; none outside a workflow, and in a workflow that is no business process."""
    if not workflow.in_workflow():
        return None
    context = getattr(workflow.instance(), "context", None)
    return context if isinstance(context, RunContext) else None


def here() -> tuple[str, Place]:
    """The correlation id and place of the moment, in a run as anywhere else."""
    run = run_context()
    if run is None:
        return correlation_id.get(), place.get()
    return run.correlation_id, Place(facility=run.name.facility, process=run.name.process)


def outgoing_headers() -> dict[str, str]:
    """The headers of the moment for a call to a system: the correlation id, and the trace where there is one."""
    headers: dict[str, str] = {}
    if correlation := here()[0]:
        headers["X-Correlation-Id"] = correlation
    _PROPAGATOR.inject(headers)
    return headers


def traceparent() -> str:
    """The trace of the moment as a W3C traceparent; empty where there is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def continued(parent: str) -> Iterator[None]:
    """Let spans in the block continue the trace of this traceparent; one that is empty or damaged is none."""
    token = otel.attach(_PROPAGATOR.extract({"traceparent": parent} if parent else {}, context=otel.Context()))
    try:
        yield
    finally:
        otel.detach(token)
