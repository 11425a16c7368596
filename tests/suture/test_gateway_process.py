"""The gateway as a process: what arrives over a real connection, how it stops, and what a kill leaves behind."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from re import search
from uuid import uuid4

import httpx
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from canonical.identity import RunName
from canonical.memory import InboxState
from suture.child import Child
from suture.gateway.body import LONGEST_BODY
from suture.store.inbox import Waiting
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import Server
from tests.conftest import StartTemporal
from tests.support.front_door import captured, write_hospital
from tests.support.gateway_process import ROOT, GatewayProcess
from tests.support.house import eventually


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    gateway = GatewayProcess(tmp_path)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=50)) as client:
        yield client


def padded(size: int) -> bytes:
    """An event of exactly this many bytes."""
    body = json.dumps(captured()).encode()
    return body[:-1] + b" " * (size - len(body)) + b"}"


async def pieces(body: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def raw(gateway: GatewayProcess, *, head: dict[str, str], body: bytes = b"") -> bytes:
    """Send bytes as they are, then read until the gateway closes."""
    host, port = gateway.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = "".join(f"{name}: {value}\r\n" for name, value in (head | {"Host": host, "Connection": "close"}).items())
    writer.write(f"POST /v1/events/inventory HTTP/1.1\r\n{lines}\r\n".encode() + body)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


async def test_a_body_may_have_256_kib_and_not_a_byte_more(gateway: GatewayProcess, http: httpx.AsyncClient) -> None:
    for size, status in ((LONGEST_BODY, 202), (LONGEST_BODY + 1, 413), (3_000_000, 413), (20_000_000, 413)):
        body = padded(size)
        whole = await gateway.send(http, body, event_id=uuid4().hex)
        chunked = await gateway.send(http, body, event_id=uuid4().hex, content=pieces(body))
        assert (whole.status_code, chunked.status_code) == (status, status), size
    assert chunked.json()["expected"] == "at most 262144 bytes"


async def test_a_length_that_lies_is_not_believed(gateway: GatewayProcess, http: httpx.AsyncClient) -> None:
    body = padded(1000)
    head = gateway.headers(body, event_id="liar")
    short = await raw(gateway, head=head | {"Content-Length": "10"}, body=body)
    assert short.startswith(b"HTTP/1.1 401 ")
    huge = await raw(gateway, head=head | {"Content-Length": "99999999999"}, body=body)
    assert huge.startswith(b"HTTP/1.1 413 ")
    for nonsense in ("-1", "ten", "1, 2", ""):
        answer = await raw(gateway, head=head | {"Content-Length": nonsense}, body=body)
        assert answer.startswith(b"HTTP/1.1 400 "), nonsense
    async with gateway.look() as store:
        assert await store.inbox.find(source="inventory", event_id="liar") is None
    assert (await http.get(f"{gateway.url}/healthz")).status_code == 200


async def test_a_sender_that_leaves_in_the_middle_stores_nothing(
    gateway: GatewayProcess, http: httpx.AsyncClient
) -> None:
    body = padded(1000)
    host, port = gateway.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = gateway.headers(body, event_id="cut") | {"Host": host, "Content-Length": "1000"}
    lines = "\r\n".join(f"{name}: {value}" for name, value in head.items())
    writer.write(f"POST /v1/events/inventory HTTP/1.1\r\n{lines}\r\n\r\n".encode() + body[:500])
    await writer.drain()
    writer.transport.abort()
    assert (await gateway.send(http, body, event_id="whole")).status_code == 202
    async with gateway.look() as store:
        assert await store.inbox.find(source="inventory", event_id="cut") is None


async def test_sigterm_finishes_what_is_in_hand_and_exits_clean(
    gateway: GatewayProcess, http: httpx.AsyncClient
) -> None:
    body, begun = padded(20_000), asyncio.Event()

    async def stops() -> bool | None:
        return "Shutting down" in gateway.child.tail(100) or None

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:10_000]
        begun.set()
        await eventually(stops)
        yield body[10_000:]

    sending = asyncio.create_task(gateway.send(http, body, event_id="last", content=slowly()))
    await begun.wait()
    stopping = asyncio.create_task(gateway.stop())
    assert (await sending).status_code == 202
    await http.aclose()
    assert await stopping == 0
    assert "Traceback" not in gateway.child.tail(1000)


@pytest.mark.parametrize("wrong", ["configuration", "keys", "port", "secret"])
async def test_what_is_wrong_at_start_is_a_line_for_each_place_and_exit_2(tmp_path: Path, wrong: str) -> None:
    gateway = GatewayProcess(tmp_path)
    config = write_hospital(tmp_path, store=gateway.store_url)
    taken = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    match wrong:
        case "configuration":
            config.write_text(config.read_text() + "\n[nonsense]\n")
        case "keys":
            (tmp_path / "suture.keys").unlink()
        case "port":
            write_hospital(tmp_path, store=gateway.store_url, port=port)
        case "secret":
            (tmp_path / "old.secret").write_text("whsec_short")
    env = {**os.environ, "SUTURE_CONFIG": str(config)}
    child = Child([sys.executable, "-m", "suture.gateway"], log=tmp_path / "log", env=env, cwd=ROOT)
    child.start()
    assert await child.ended(within=30) == 2
    taken.close()
    told = [line for line in child.tail(1000).splitlines() if not line.startswith("{")]
    # Two sources name the secret.
    assert len(told) == (2 if wrong == "secret" else 1)
    assert told[0].startswith("gateway: ")


async def test_nothing_of_a_patient_is_in_the_log(gateway: GatewayProcess, http: httpx.AsyncClient) -> None:
    body = json.dumps(captured()).encode()
    await gateway.send(http, body, event_id="quiet")
    await http.get(f"{gateway.url}/v1/transactions/MRN-77001?name=Planted", headers={"Authorization": "Bearer x"})
    log = gateway.child.tail(1000)
    for secret in ("SC-900017", "ENC-55512", "Planted", "MRN-77001"):
        assert secret not in log


async def started(gateway: GatewayProcess, event_id: str) -> Waiting:
    """The event, once Temporal has it."""
    async with gateway.look() as store:

        async def there() -> Waiting | None:
            event = await store.inbox.find(source="inventory", event_id=event_id)
            return event if event is not None and event.state is InboxState.started else None

        return await eventually(there, within=40)


async def times_told(gateway: GatewayProcess, number: str, *, at: str) -> list[int]:
    """For each run of the use: how many times it was told of it."""
    client = await Client.connect(at, plugins=[suture_plugin(gateway.keyring)])
    name = RunName(process="usage-to-charge", facility="NORTH", source="inventory", number=number)
    told = []
    for run in (name, name.next()):
        history = client.get_workflow_handle(run.workflow_id).fetch_history_events()
        try:
            kinds = [event.event_type async for event in history]
        except RPCError as failure:
            assert failure.status is RPCStatusCode.NOT_FOUND
            continue
        told.append(kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED))
    return told


async def test_killed_between_storing_and_starting_the_next_one_starts_one_run(
    tmp_path: Path, temporal: Server, http: httpx.AsyncClient
) -> None:
    gateway, number = GatewayProcess(tmp_path), f"U-{uuid4().hex[:12]}"
    await gateway.start()
    body = json.dumps(captured(number)).encode()
    first = await gateway.send(http, body, event_id="orphan")
    gateway.child.kill()
    assert first.status_code == 202
    async with gateway.look() as store:
        event = await store.inbox.find(source="inventory", event_id="orphan")
        assert event is not None and event.state is InboxState.stored

    await gateway.start(temporal=temporal.address)
    await started(gateway, "orphan")
    assert await times_told(gateway, number, at=temporal.address) == [1]
    again = await gateway.send(http, body, event_id="orphan")
    assert (again.status_code, again.json()) == (200, first.json())
    assert await times_told(gateway, number, at=temporal.address) == [1]
    assert await gateway.stop() == 0


async def test_one_id_a_thousand_times_fifty_at_once_is_one_row_and_one_run(
    tmp_path: Path, temporal: Server, http: httpx.AsyncClient
) -> None:
    gateway, number = GatewayProcess(tmp_path), f"U-{uuid4().hex[:12]}"
    await gateway.start(temporal=temporal.address)
    body = json.dumps(captured(number)).encode()
    gate = asyncio.Semaphore(50)

    async def deliver() -> httpx.Response:
        async with gate:
            return await gateway.send(http, body, event_id="thousand")

    answers = await asyncio.gather(*(deliver() for _ in range(1000)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(202), statuses.count(200)) == (1, 999)
    await started(gateway, "thousand")
    assert await times_told(gateway, number, at=temporal.address) == [1]
    async with gateway.look() as store:
        assert len(await store.inbox.of_correlation(answers[0].json()["correlation_id"])) == 1
    assert await gateway.stop() == 0


async def test_with_temporal_stopped_events_are_accepted_and_start_when_it_is_back(
    tmp_path: Path, start_temporal: StartTemporal, http: httpx.AsyncClient
) -> None:
    server, gateway = await start_temporal(), GatewayProcess(tmp_path)
    await gateway.start(temporal=server.address)
    before, away = f"U-{uuid4().hex[:12]}", f"U-{uuid4().hex[:12]}"
    assert (await gateway.send(http, json.dumps(captured(before)).encode(), event_id="before")).status_code == 202
    await started(gateway, "before")
    await server.stop()
    assert (await gateway.send(http, json.dumps(captured(away)).encode(), event_id="away")).status_code == 202
    ready = await http.get(f"{gateway.url}/readyz")
    assert ready.status_code == 200
    assert search("not reachable", ready.json()["temporal"])
    await server.start()
    await started(gateway, "away")
    assert await times_told(gateway, away, at=server.address) == [1]
    assert await gateway.stop() == 0
