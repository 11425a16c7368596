"""Spans of this system: one for each request received, by OTLP over HTTP where an endpoint is given, else nothing.

A span is named by its operation, and says no more than which status was answered: no address, no query, no body.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracerProvider, Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import Scope

STATUS = "http.response.status_code"
_LAST_WITHIN = 2.0


class Traces:
    """The spans on their way out."""

    def __init__(self, endpoint: str | None) -> None:
        self._provider = _exporting(endpoint) if endpoint else None
        self._tracer = (self._provider or NoOpTracerProvider()).get_tracer("sandbox.supplier")

    @contextmanager
    def serving(self, operation: str, scope: Scope) -> Iterator[tuple[Span, Scope]]:
        """The span of a request, below its caller's, and the request as one that came from this span.

        So the events that the request causes go on below it.
        """
        headers = [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in scope["headers"]]
        with self._tracer.start_as_current_span(
            operation,
            context=TraceContextTextMapPropagator().extract(dict(headers)),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield span, _below(scope) if span.is_recording() else scope

    def stop(self) -> None:
        """Send what is left; a collector that is away holds nobody up for long."""
        if self._provider is not None:
            last = threading.Thread(target=self._provider.shutdown, daemon=True, name="last spans")
            last.start()
            last.join(_LAST_WITHIN)


def _exporting(endpoint: str) -> TracerProvider:
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/').removesuffix('/v1/traces')}/v1/traces", timeout=5)
    provider = TracerProvider(resource=Resource.create({"service.name": "sandbox-supplier"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    return provider


def _below(scope: Scope) -> Scope:
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    kept = [(name, value) for name, value in scope["headers"] if name != b"traceparent"]
    return {**scope, "headers": [*kept, (b"traceparent", carrier["traceparent"].encode())]}
