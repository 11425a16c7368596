"""What the gateway is made of, where time or chance would have to be waited for: slow bodies, load, spans, deliveries."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import Request

from suture.gateway import deliveries, doorway, events
from suture.gateway.body import read_body
from suture.gateway.deliveries import Deliveries
from suture.gateway.problem import Refused
from suture.gateway.rate import Bucket
from suture.store.errors import StoreUnavailable
from suture.store.store import Store
from suture.telemetry.context import here, within
from tests.support.front_door import FrontDoor, captured
from tests.support.house import eventually


async def test_a_body_that_does_not_arrive_is_given_up() -> None:
    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(Refused) as refused:
        await read_body(Request({"type": "http", "headers": []}, never), within=0.05)
    assert refused.value.status == 408


async def test_more_requests_than_can_be_held_are_told_to_come_again(
    tmp_path: Path, store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "AT_ONCE", 0)
    door = FrontDoor.open(tmp_path, store, url=store_url)
    answer = await door.send(captured())
    assert (answer.status_code, answer.json()["error"]) == (503, "busy")
    assert answer.headers["retry-after"] == "1"
    monkeypatch.setattr(events, "AT_ONCE", 1)
    for _ in range(3):
        assert (await door.send(captured())).status_code == 202


def test_a_bucket_holds_a_second_and_fills_by_the_clock() -> None:
    now = 100.0
    bucket = Bucket(2, clock=lambda: now)
    assert [bucket.take(), bucket.take(), bucket.take()] == [0.0, 0.0, 0.5]
    now += 0.5
    assert [bucket.take(), bucket.take()] == [0.0, 0.5]
    now += 1000
    assert [bucket.take(), bucket.take(), bucket.take()] == [0.0, 0.0, 0.5]
    rare = Bucket(0.1, clock=lambda: now)
    assert rare.take() == 0.0
    assert rare.take() == pytest.approx(10)


async def test_a_request_is_one_span_in_the_senders_trace_and_names_no_path(
    tmp_path: Path, store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(doorway, "_TRACER", provider.get_tracer("test"))
    door, trace_id = FrontDoor.open(tmp_path, store, url=store_url), uuid4().hex
    answer = await door.send(captured(), event_id="traced", headers={"traceparent": f"00-{trace_id}-{'1' * 16}-01"})
    await door.http.get("/patients/MRN-77001?name=Planted")
    event, lost = spans.get_finished_spans()
    context = event.get_span_context()
    assert context is not None
    assert event.name == "POST /v1/events/{source}"
    assert f"{context.trace_id:032x}" == trace_id
    assert event.parent is not None and f"{event.parent.span_id:016x}" == "1" * 16
    assert event.attributes is not None
    assert event.attributes["suture.correlation_id"] == answer.json()["correlation_id"]
    assert event.attributes["suture.source"] == "inventory"
    row = await store.inbox.find(source="inventory", event_id="traced")
    assert row is not None
    assert row.envelope.traceparent == f"00-{trace_id}-{context.span_id:016x}-01"
    assert lost.parent is None
    assert "MRN-77001" not in lost.to_json() and "Planted" not in lost.to_json()


async def test_the_access_line_of_a_look_up_names_its_transaction_only_where_there_is_one(
    tmp_path: Path, store: Store, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, doorway.ACCESS.name)
    caplog.handler.addFilter(_of)
    door = FrontDoor.open(tmp_path, store, url=store_url)
    async with door.http:
        correlation = (await door.send(captured())).json()["correlation_id"]
        await door.show(correlation)
        await door.show("c-" + "a" * 26)
        await door.show(correlation, token=None)
    told = [getattr(record, "of", None) for record in caplog.records if record.name == doorway.ACCESS.name]
    assert told == [correlation, correlation, "", ""]


class Moody:
    """A dispatcher that fails in the ways that it may, and a sweep that always fails first."""

    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.sweeps = 0

    async def dispatch_now(self, row: int) -> bool:
        """Row 1 finds no store, row 2 a defect."""
        if row == 1:
            raise StoreUnavailable("the store cannot be read now")
        if row == 2:
            raise KeyError("a defect")
        self.delivered.append(row)
        return True

    async def sweep(self) -> int:
        """Fail in turn."""
        self.sweeps += 1
        if self.sweeps < 3:
            raise (StoreUnavailable("the store cannot be read now") if self.sweeps == 1 else KeyError("a defect"))
        return 0


def _of(record: logging.LogRecord) -> bool:
    record.of = here()[0]
    return True


async def test_what_fails_holds_up_no_other_and_sweeps_go_on(caplog: pytest.LogCaptureFixture) -> None:
    moody = Moody()
    caplog.handler.addFilter(_of)
    behind = Deliveries(moody, sweep_every=timedelta(milliseconds=10))
    for row in (1, 2, 3, 4):
        with within(f"c-{row}"):
            behind.put(row)
    running = asyncio.create_task(behind.run())

    async def done() -> bool | None:
        return (moody.delivered == [3, 4] and moody.sweeps >= 4) or None

    await eventually(done)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (failed,) = (record for record in caplog.records if record.getMessage() == "an event was not delivered")
    assert getattr(failed, "of", "") == "c-2"
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert {"the store cannot be reached; events wait there", "an event was not delivered"} <= set(told)


async def test_what_does_not_fit_the_queue_is_left_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(deliveries, "WAITING_AT_MOST", 2)
    behind = Deliveries(Moody())
    for row in (3, 4, 5):
        behind.put(row)
    assert "the sweep takes them up" in caplog.text
