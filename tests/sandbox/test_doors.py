"""The doors of the four systems, which hold the same: what is logged, what goes on, what takes the process down."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.sandbox.billing_process import charge
from tests.sandbox.erp_process import Receiver, journal, receiver
from tests.sandbox.inventory_process import USE, until
from tests.sandbox.supplier_process import ORDER
from tests.support.sandbox import SandboxSystem

WRITES = {"erp": "/fi/journals", "inventory": "/v2/uses", "billing": "/charges", "supplier": "/x1/orders"}
"""What is sent there causes an event: at the supplier after a moment, when it acknowledges."""

OPERATIONS = {
    "erp": "post_journal",
    "inventory": "capture_use",
    "billing": "post_charge",
    "supplier": "place_order",
}
OUTBOXES = {"erp": "OUTBOX", "inventory": "outbox", "billing": "hook", "supplier": "outbox"}


def document(system: SandboxSystem, number: str) -> dict[str, Any]:
    """A body that the system takes."""
    bodies = {
        "erp": journal(number),
        "inventory": USE | {"useId": number},
        "billing": charge(number),
        "supplier": ORDER | {"number": number},
    }
    return bodies[system.name]


@asynccontextmanager
async def serving(name: str, folder: Path, *, hooks_url: str) -> AsyncIterator[SandboxSystem]:
    system = SandboxSystem(name, folder, hooks_url=hooks_url)
    await system.start()
    try:
        yield system
    finally:
        await system.stop()


@pytest.fixture(scope="module")
async def box() -> AsyncIterator[Receiver]:
    async with receiver() as started:
        yield started


@pytest.fixture(scope="module", params=sorted(WRITES))
async def system(
    request: pytest.FixtureRequest, box: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SandboxSystem]:
    async with serving(request.param, tmp_path_factory.mktemp(request.param), hooks_url=box.url) as started:
        yield started


def caller(system: SandboxSystem, token: str | None = None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token or system.token}"}
    return httpx.AsyncClient(base_url=system.url, headers=headers, timeout=10, trust_env=False)


async def logged(system: SandboxSystem, mark: str) -> list[dict[str, Any]]:
    """The requests in the log that carried this correlation id."""
    requests = (await system.control("GET", "requests"))["requests"]
    return [each for each in requests if mark in (each.get("correlation_id"), each.get("correlationId"))]


@pytest.mark.parametrize("mark", [b"caf\xe9", b"x" * 201], ids=["not ascii", "too long"])
async def test_a_header_that_is_no_short_plain_text_goes_on_with_no_event(
    system: SandboxSystem, box: Receiver, mark: bytes
) -> None:
    before = len(box.received)
    async with caller(system) as http:
        for number, headers in (("bad", [(b"x-correlation-id", mark), (b"traceparent", mark)]), ("good", [])):
            body = document(system, f"{number}-{len(mark)}")
            assert (await http.post(WRITES[system.name], json=body, headers=headers)).is_success
    for told in (await box.wait_for(before + 2))[before:]:
        assert not {"x-correlation-id", "traceparent"} & set(told.headers)


async def test_a_request_whose_body_breaks_off_is_logged_without_an_answer(system: SandboxSystem) -> None:
    address = urlsplit(system.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST {WRITES[system.name]} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {system.token}\r\n"
    writer.write(f'{head}x-correlation-id: broken-off\r\ncontent-length: 100\r\n\r\n{{"'.encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    async def is_logged() -> bool:
        return bool(await logged(system, "broken-off"))

    await until(is_logged)
    (one,) = await logged(system, "broken-off")
    assert (one["method"], one["path"], one["status"]) == ("POST", WRITES[system.name], None)


async def test_a_request_that_is_refused_at_the_door_is_logged_too(system: SandboxSystem) -> None:
    path, mark = WRITES[system.name], {"x-correlation-id": "at-the-door"}
    async with (
        caller(system) as http,
        caller(system, "nobody") as nobody,
        caller(system, system.control_token) as other,
    ):
        answers = [
            await nobody.post(path, json={}, headers=mark),
            await other.post(path, json={}, headers=mark),
            await http.post(path, content=b"x" * 1_200_000, headers=mark),
        ]
        await system.control("POST", "rate", {"per_second": 0.01, "burst": 1})
        try:
            await http.get(path)
            answers.append(await http.post(path, json={}, headers=mark))
        finally:
            await system.control("POST", "rate", {"per_second": 500, "burst": 500})
    assert [answer.status_code for answer in answers] == [401, 403, 413, 429]
    assert [each["status"] for each in await logged(system, "at-the-door")] == [401, 403, 413, 429]


async def test_faults_and_barriers_are_refused_for_an_operation_that_is_not_there(system: SandboxSystem) -> None:
    async with caller(system, system.control_token) as http:
        for path, order in (("faults", {"kind": "500"}), ("barriers", {"at": "received"})):
            answer = await http.post(f"/_control/{path}", json={"operation": "post_journals", **order})
            assert answer.status_code in (400, 422)
            assert "post_journals" in answer.text or "post_charge" in answer.text
        assert (await system.control("GET", "faults"))["faults"] == []


async def test_control_refuses_numbers_that_nothing_could_hold(system: SandboxSystem) -> None:
    async with caller(system, system.control_token) as http:
        for path, order in (
            ("clock", {"offset_seconds": 1e300}),
            ("clock", {"offset_seconds": -1e300}),
            ("rate", {"per_second": 0, "burst": 1}),
            ("rate", {"per_second": 1, "burst": 1e300}),
        ):
            assert (await http.post(f"/_control/{path}", json=order)).status_code in (400, 422), order
        assert (await http.get("/_control/requests", params={"after": 10**30})).status_code != 500
        assert (await http.get("/_control/clock")).json()["offset_seconds"] == 0


@pytest.mark.parametrize("kind", ["stall_before", "stall_after"])
async def test_a_stall_without_seconds_takes_one(system: SandboxSystem, kind: str) -> None:
    operation = OPERATIONS[system.name]
    await system.fault(operation, kind)
    started = time.monotonic()
    async with caller(system) as http:
        assert (await http.post(WRITES[system.name], json=document(system, kind))).is_success
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("name", sorted(WRITES))
async def test_a_system_whose_delivery_breaks_goes_down_with_an_error(name: str, tmp_path: Path, box: Receiver) -> None:
    async with serving(name, tmp_path, hooks_url=box.url) as system:
        with closing(sqlite3.connect(system.database)) as database:
            database.execute(f"DROP TABLE {OUTBOXES[name]}")
        if name == "erp":
            # It looks into its outbox only when something may have come in: here, periods that are open already.
            await system.control("POST", "periods", {"COMP_CODE": "US01", "FISC_YEAR": "2026", "STAT": "OPEN"})
        assert await system.process.ended(within=10) == 1
        assert f"no such table: {OUTBOXES[name]}" in system.process.tail()
