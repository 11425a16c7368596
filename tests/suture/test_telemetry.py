"""Logs, spans and metrics by themselves: what they tell, what they keep, and that nothing is the default."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from temporalio.exceptions import ApplicationError

from canonical.errors import Audience, Rejected
from canonical.evidence import Evidence
from suture.free_port import free_port
from suture.tables import Temporal
from suture.telemetry import metrics
from suture.telemetry.context import Place, continued, outgoing_headers, traceparent, within
from suture.telemetry.logs import start_logs
from suture.telemetry.runtime import EndpointTaken, start_runtime
from suture.telemetry.scrub import MASK, Mask, bare
from suture.telemetry.traces import Scrubbed, start_traces
from suture.temporal.client import TemporalUnreachable, connect

TOKEN = "acct_" + "A2" * 13
PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, with the logging of the test run put back afterwards."""
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    stream = io.StringIO()
    start_logs("suture-test", mask=[r"\bPT\d+\b"], stream=stream)
    yield stream
    _put_back(root, before)


def _put_back(root: logging.Logger, before: tuple[list[logging.Handler], int]) -> None:
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.captureWarnings(False)


def _told(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_every_line_is_an_object_with_a_correlation_id_and_a_place(lines: io.StringIO) -> None:
    with within("c-1", Place(facility="NORTH", process="edge", system="erp", operation="cost.post")):
        logging.getLogger("x").info("posted", extra={"count": 2, "document": {"serial": "1"}, "nothing": None})
    logging.getLogger("x").info("idle")
    first, second = _told(lines)
    assert first.pop("time") and second.pop("time")
    assert first == {
        "level": "INFO",
        "logger": "x",
        "message": "posted",
        "service": "suture-test",
        "correlation_id": "c-1",
        "facility": "NORTH",
        "process": "edge",
        "system": "erp",
        "operation": "cost.post",
        "count": 2,
    }
    assert second["correlation_id"] == ""


def test_numbers_of_patients_are_masked_and_tokens_stay(lines: io.StringIO) -> None:
    told = f"{TOKEN} mrn 12345, PT99 and 123-45-6789"
    logging.getLogger("x").warning("%s", told, extra={"more": told})
    (line,) = _told(lines)
    assert line["message"] == line["more"] == f"{TOKEN} {MASK}, {MASK} and {MASK}"


def test_an_exception_is_told_by_type_and_place_and_not_by_its_text(lines: io.StringIO) -> None:
    try:
        try:
            raise ValueError("Ann Smith")
        except ValueError as cause:
            raise KeyError("Ann Smith") from cause
    except KeyError:
        logging.getLogger("x").exception("fell over")
    (line,) = _told(lines)
    exceptions = line["exceptions"]
    assert isinstance(exceptions, list) and [each["type"] for each in exceptions] == ["KeyError", "ValueError"]
    assert "test_telemetry.py" in exceptions[0]["at"][-1]
    assert "Ann" not in lines.getvalue()


def test_our_own_failures_are_told_in_our_words(lines: io.StringIO) -> None:
    rejected = Rejected("the account is closed", system="billing", operation="post", evidence="Ann Smith")
    evidence = Evidence(
        category="rejected", summary="", system="s", operation="o", audience=Audience.finance, text="Ann"
    )
    crossed = ApplicationError("the period is closed", evidence, type="rejected")
    for error in (rejected, crossed):
        logging.getLogger("x").error("refused", exc_info=error)
    summaries = [line["exceptions"][0]["summary"] for line in _told(lines)]  # type: ignore[index]
    assert summaries == ["the account is closed", "the period is closed"]
    assert "Ann" not in lines.getvalue()


def test_the_sdks_line_about_a_failed_attempt_is_left_out(lines: io.StringIO) -> None:
    extra = {"__temporal_error_identifier": "ActivityFailure"}
    logging.getLogger("temporalio.activity").warning("Completing activity as failed", extra=extra)
    assert _told(lines) == []


def test_the_access_line_of_uvicorn_loses_query_and_ids(lines: io.StringIO) -> None:
    log = logging.getLogger("uvicorn.access")
    log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/v1/charges/4711?serial=S1", "1.1", 200)
    (line,) = _told(lines)
    assert line["message"] == '127.0.0.1:1 - "GET /v1/charges/{id} HTTP/1.1" 200'


def test_a_terminal_gets_words() -> None:
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    stream = io.StringIO()
    try:
        start_logs("suture-test", stream=stream, plain=True)
        with within("c-1"):
            logging.getLogger("x").info("posted", extra={"count": 2})
    finally:
        _put_back(root, before)
    assert "INFO    posted  " in stream.getvalue() and "correlation_id=c-1" in stream.getvalue()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/v1/events/inventory?serial=1", "/v1/events/inventory"),
        ("http://127.0.0.1:8080/charges/CH-0012/void", "http://127.0.0.1:8080/charges/{id}/void"),
        ("https://h/v1/x/deadbeefdeadbeef", "https://h/v1/x/{id}"),
        ("", ""),
    ],
)
def test_a_url_is_told_without_query_and_ids(url: str, told: str) -> None:
    assert bare(url) == told


def test_a_pattern_with_flags_of_its_own_is_taken() -> None:
    assert Mask([r"(?i)pat-\d+", r"X\d"])("PAT-1 X2 x2") == f"{MASK} {MASK} x2"


def test_a_span_goes_out_without_values() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Scrubbed(kept)))
    with (
        pytest.raises(ValueError),
        provider.get_tracer("x").start_as_current_span("look?serial=S1") as span,
    ):
        span.set_attributes({"url.full": "http://h/a/1?b=S1", "suture.system": "erp", "document": "S1"})
        span.add_event("seen", {"serial": "S1"})
        raise ValueError("S1")
    (out,) = kept.get_finished_spans()
    assert out.name == "look"
    assert out.attributes == {"url.full": "http://h/a/{id}", "suture.system": "erp"}
    assert [(event.name, dict(event.attributes or {})) for event in out.events] == [
        ("seen", {}),
        ("exception", {"exception.type": "ValueError"}),
    ]
    assert out.status.status_code is StatusCode.ERROR and out.status.description is None


def test_without_an_endpoint_there_are_no_spans() -> None:
    assert start_traces(None, service="x") is None
    assert start_traces("", service="x") is None
    assert traceparent() == "" and outgoing_headers() == {}


@pytest.mark.parametrize("damaged", ["", "nonsense", "00-zz-zz-01", "00-" + "0" * 32 + "-" + "b" * 16 + "-01"])
def test_a_trace_is_continued_and_a_damaged_one_is_none(damaged: str) -> None:
    with continued(PARENT):
        assert traceparent() == outgoing_headers()["traceparent"] == PARENT
        with continued(damaged):
            assert traceparent() == ""
        assert traceparent() == PARENT
    assert traceparent() == ""


def test_counting_without_an_endpoint_does_nothing() -> None:
    runtime = start_runtime(None, service="suture-test")
    metrics.events_accepted(source="inventory", facility="NORTH")
    metrics.end_to_end(timedelta(seconds=1), facility="NORTH", process="edge", outcome="posted")
    assert runtime.metric_meter is not None


def test_an_address_that_is_taken_is_told_in_one_line() -> None:
    bind = f"127.0.0.1:{free_port()}"
    runtime = start_runtime(bind, service="suture-test")
    with pytest.raises(EndpointTaken, match=f"cannot listen on {bind}"):
        start_runtime(bind, service="suture-test")
    assert runtime is not None


async def test_no_server_is_an_error_that_says_what_to_do_after_a_bounded_time() -> None:
    temporal = Temporal(address=f"127.0.0.1:{free_port()}")
    with pytest.raises(TemporalUnreachable, match="start it, or correct"):
        await connect(temporal, plugins=[], patience=timedelta(seconds=0.3))


async def test_a_lazy_client_is_had_without_a_server() -> None:
    temporal = Temporal(address=f"127.0.0.1:{free_port()}")
    assert (await connect(temporal, plugins=[], lazy=True)).namespace == "default"
