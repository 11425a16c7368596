"""Telemetry of a whole process, collected over OTLP and Prometheus: it tells the way, and no planted patient number."""

import asyncio
import gzip
import json
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from suture.free_port import free_port
from suture.temporal.server import Server
from tests.suture.edge_flows import PLANT, UNSAMPLED

ROOT = Path(__file__).parents[2]
NUMBER = PLANT.removeprefix("MRN ")


@dataclass
class Collector:
    """A collector and a vendor in one: keeps every span sent, and the headers of every call."""

    url: str = ""
    spans: list[Any] = field(default_factory=list)
    raw: bytes = b""
    calls: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """One that listens while the test runs."""
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            kept.raw += body
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    kept.spans += scope.spans
            self._answer(b"")

        def do_GET(self) -> None:
            kept.calls.append({name.lower(): value for name, value in self.headers.items()})
            self._answer(b"{}")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


async def _run(temporal: Server, collector: str, vendor: str, number: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.suture.edge_process"),
        *(temporal.address, temporal.namespace, collector, vendor, f"127.0.0.1:{free_port()}", number),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_one_trace_leads_from_the_event_to_the_vendor_and_nothing_of_a_patient_leaves(
    temporal: Server, collector: Collector
) -> None:
    number = uuid.uuid4().hex[:8]
    code, out, err = await _run(temporal, collector.url, collector.url, number)
    assert code == 0, err

    correlation = f"c-{number}-0"
    by_id = {span.span_id: span for span in collector.spans}
    (vendor,) = (span for span in collector.spans if span.name == "shelf look" and _of(span, correlation))
    path = [vendor.name]
    span = vendor
    while span.parent_span_id in by_id:
        span = by_id[span.parent_span_id]
        path.append(span.name)
    assert path == [
        "shelf look",
        "RunActivity:stock.move",
        "StartActivity:stock.move",
        "RunWorkflow:edge",
        "StartWorkflow:edge",
        "webhook",
    ]
    # The sender does not sample its trace; ours goes on in it all the same.
    assert UNSAMPLED.split("-")[1:3] == [span.trace_id.hex(), span.parent_span_id.hex()]
    of_trace = [each for each in collector.spans if each.trace_id == vendor.trace_id]
    assert {"RunActivity:item.opened", "RunActivity:item.closed"} <= {each.name for each in of_trace}
    assert all(_of(each, correlation) for each in of_trace), [each.name for each in of_trace]

    about = {each.key: each.value.string_value for each in vendor.attributes}
    assert about["suture.system"] == "shelf" and about["suture.operation"] == "look"
    assert about["suture.facility"] == "NORTH" and about["suture.process"] == "edge"

    headers = collector.calls[0]
    assert headers["x-correlation-id"] == correlation
    assert headers["traceparent"].split("-")[1:3] == [vendor.trace_id.hex(), vendor.span_id.hex()]

    lines = [json.loads(line) for line in err.splitlines()]
    told = [(line["message"], line["correlation_id"]) for line in lines if line["logger"] != "temporal.core"]
    for message in ("event stored, [masked]", "run started", "work item opened", "work item closed"):
        assert (message, correlation) in told, told
    assert all(line["correlation_id"] for line in lines if line["logger"].startswith("suture."))
    refused = [line for line in lines if line["message"] == "attempt did not succeed"]
    assert [(line["category"], line["system"], line["attempt"]) for line in refused] == [("rejected", "shelf", 1)]
    assert not [line for line in lines if line["message"] == "Completing activity as failed"]

    exposed = json.loads(out.splitlines()[-1])["metrics"]
    assert _sample(exposed, "suture_events_accepted_total", source="inventory", facility="NORTH") == 2
    assert _sample(exposed, "suture_activity_attempts_total", activity="stock.move", outcome="done") == 1
    assert _sample(exposed, "suture_activity_attempts_total", activity="stock.move", outcome="rejected") == 1
    assert _sample(exposed, "suture_effects_total", domain="inventory", system="shelf", state="applied") == 1
    assert _sample(exposed, "suture_effects_total", domain="inventory", system="shelf", state="refused") == 1
    assert _sample(exposed, "suture_end_to_end_seconds_count", facility="NORTH", outcome="done") == 1
    assert "temporal_workflow_completed" in exposed

    assert f"c-{number}" not in exposed and f":{number}" not in exposed
    for leak in (NUMBER, "unknown patient"):
        assert leak not in exposed and leak not in err and leak.encode() not in collector.raw


async def test_a_process_ends_well_and_soon_where_no_collector_answers(temporal: Server, collector: Collector) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    async with asyncio.timeout(30):
        code, _, err = await _run(temporal, dead, collector.url, uuid.uuid4().hex[:8])
    assert code == 0, err
    assert NUMBER not in err


def _of(span: Any, correlation: str) -> bool:
    return any(
        each.key == "suture.correlation_id" and each.value.string_value == correlation for each in span.attributes
    )


def _sample(exposed: str, name: str, **labels: str) -> float:
    """The sum of a metric's samples that carry these labels."""
    lines = [line for line in exposed.splitlines() if line.startswith(f"{name}{{")]
    fitting = [line for line in lines if all(f'{key}="{value}"' in line for key, value in labels.items())]
    return sum(float(line.rpartition(" ")[2]) for line in fitting)
