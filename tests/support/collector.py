"""A collector of spans: takes OTLP over HTTP as a real one does, and keeps what came, as spans and as bytes."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

NO_PARENT = ""


@dataclass(frozen=True)
class Collected:
    """One span, as it left its process."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]

    @property
    def correlation_id(self) -> str:
        """The transaction that it says it belongs to."""
        return str(self.attributes.get("suture.correlation_id", ""))


@dataclass
class Collector:
    """Everything that was sent; `raw` are the request bodies as they came."""

    url: str = ""
    spans: list[Collected] = field(default_factory=list)
    raw: bytes = b""

    def take(self, body: bytes) -> None:
        """Keep one export."""
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = _values(resource.resource.attributes)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append(
                        Collected(
                            service=str(about.get("service.name", "")),
                            name=span.name,
                            trace=span.trace_id.hex(),
                            id=span.span_id.hex(),
                            parent=span.parent_span_id.hex(),
                            attributes=_values(span.attributes),
                        )
                    )

    def of_trace(self, trace: str) -> list[Collected]:
        """The spans of one trace."""
        return [span for span in list(self.spans) if span.trace == trace]

    def path(self, span: Collected) -> list[Collected]:
        """The span and its parents, up to the first one whose parent was not sent here."""
        known = {each.id: each for each in self.of_trace(span.trace)}
        path = [span]
        while (parent := known.get(path[-1].parent)) is not None:
            path.append(parent)
        return path


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens on a port of its own."""
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """The test's output is no place for an access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value") for each in attributes}
