"""Traces: spans by OTLP over HTTP where an endpoint is configured, and nothing at all otherwise."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Status
from temporalio.contrib.opentelemetry import ReplaySafeTracerProvider, create_tracer_provider

from suture.telemetry.context import here
from suture.telemetry.scrub import bare

OURS = frozenset(
    f"suture.{name}" for name in ("correlation_id", "facility", "process", "system", "operation", "source")
)
TEMPORALS = frozenset(f"temporal{name}" for name in ("WorkflowID", "RunID", "ActivityID", "ActivityType", "UpdateID"))
OF_HTTP = frozenset({"http.request.method", "http.response.status_code", "http.route", "error.type"})
URLS = frozenset({"url.path", "url.full"})
TOLD = OURS | TEMPORALS | OF_HTTP | URLS
_FLUSH_WITHIN = 3.0


class Traces:
    """The spans of this process on their way out."""

    def __init__(self, processor: BatchSpanProcessor) -> None:
        self._processor = processor

    def stop(self) -> None:
        """Send what is left; a collector that is away holds nobody up for long."""
        last = threading.Thread(target=self._processor.shutdown, daemon=True, name="last spans")
        last.start()
        last.join(_FLUSH_WITHIN)


def start_traces(endpoint: str | None, *, service: str, exporter: SpanExporter | None = None) -> Traces | None:
    """Make spans from now on; call it before a client is connected. None, and no span, without an endpoint."""
    if exporter is None:
        if not endpoint:
            return None
        address = endpoint.rstrip("/").removesuffix("/v1/traces")
        exporter = OTLPSpanExporter(endpoint=f"{address}/v1/traces", timeout=5)
    provider = trace.get_tracer_provider()
    if not isinstance(provider, ReplaySafeTracerProvider):
        # A sender that does not sample its own trace must not switch ours off.
        provider = create_tracer_provider(
            sampler=ALWAYS_ON, resource=Resource.create({"service.name": service}), shutdown_on_exit=False
        )
        provider.add_span_processor(_Whereabouts())
        trace.set_tracer_provider(provider)
    processor = BatchSpanProcessor(Scrubbed(exporter), schedule_delay_millis=1000)
    provider.add_span_processor(processor)
    return Traces(processor)


class _Whereabouts(SpanProcessor):
    """Says on every span where it was made."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Only what is known, and nothing over what the span says itself."""
        correlation, place = here()
        found = {
            "suture.correlation_id": correlation,
            "suture.facility": place.facility,
            "suture.process": place.process,
            "suture.system": place.system,
            "suture.operation": place.operation,
        }
        said = span.attributes or {}
        span.set_attributes({key: value for key, value in found.items() if value and key not in said})


class Scrubbed(SpanExporter):
    """Lets out of each span only what is allowed: known attributes, types of exceptions, no text of either."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export the spans, scrubbed."""
        return self._exporter.export([scrubbed(span) for span in spans])

    def shutdown(self) -> None:
        """Stop exporting."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Export what waits."""
        return self._exporter.force_flush(timeout_millis)


def scrubbed(span: ReadableSpan) -> ReadableSpan:
    """A copy without anything that could quote a document, a vendor or a query."""
    return ReadableSpan(
        name=span.name.partition("?")[0],
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_allowed(span.attributes or {}),
        events=[_scrubbed_event(event) for event in span.events],
        links=span.links,
        kind=span.kind,
        # An error's description reads `<type>: <text>`.
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _allowed(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: bare(value) if key in URLS and isinstance(value, str) else value
        for key, value in attributes.items()
        if key in TOLD
    }


def _scrubbed_event(event: Event) -> Event:
    kept = {key: value for key, value in (event.attributes or {}).items() if key == "exception.type"}
    return Event(event.name, attributes=kept, timestamp=event.timestamp)
