"""Faults, barriers, limits and the request log of the sandbox inventory, each on the booking of a movement."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.sandbox.inventory_process import Inventory, make_secret, receiving, running, until


@pytest_asyncio.fixture(scope="module")
async def inventory(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inventory]:
    folder: Path = tmp_path_factory.mktemp("faults")
    secret = make_secret()
    async with receiving(secret) as receiver, running(folder, hooks_url=receiver.url, secret=secret) as inventory:
        yield inventory


@pytest.mark.parametrize(
    ("kind", "status", "applied"),
    [
        ("refuse", 422, 0),
        ("refuse_unauthorized", 401, 0),
        ("429", 429, 0),
        ("500_before", 500, 0),
        ("500", 500, 1),
        ("503", 503, 0),
    ],
)
async def test_faults_that_answer(inventory: Inventory, kind: str, status: int, applied: int) -> None:
    await inventory.fault(kind, retry_after=3)
    answer = await inventory.book(f"f-{kind}")
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "detail", "field"}
    if kind in ("429", "503"):
        assert answer.headers["retry-after"] == "3"
    assert len(await inventory.booked(f"f-{kind}")) == applied
    [entry] = await inventory.requests("book_movement", f"f-{kind}")
    assert (entry["fault"], entry["status"]) == (kind, status)


async def test_a_fault_answers_the_status_and_the_seconds_it_was_given(inventory: Inventory) -> None:
    for kind in ("500_before", "500"):
        await inventory.fault(kind, status=502)
        assert (await inventory.book(f"given-{kind}")).status_code == 502
    await inventory.fault("429", retry_after=0)
    assert (await inventory.book("given-429")).headers["retry-after"] == "0"


@pytest.mark.parametrize(("kind", "applied"), [("cut_before", 0), ("cut", 1)])
async def test_a_cut_connection_answers_nothing(inventory: Inventory, kind: str, applied: int) -> None:
    await inventory.fault(kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await inventory.book(f"f-{kind}")
    assert len(await inventory.booked(f"f-{kind}")) == applied
    [entry] = await inventory.requests("book_movement", f"f-{kind}")
    assert entry["status"] is None


async def test_a_malformed_answer_comes_after_the_booking(inventory: Inventory) -> None:
    await inventory.fault("malformed")
    answer = await inventory.book("f-malformed")
    assert answer.status_code == 201
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()
    assert len(await inventory.booked("f-malformed")) == 1


@pytest.mark.parametrize(("kind", "meanwhile"), [("stall_before", 0), ("stall_after", 1)])
async def test_a_stall_outlives_the_caller_and_is_applied_once(inventory: Inventory, kind: str, meanwhile: int) -> None:
    await inventory.fault(kind, seconds=1.0)
    started = time.monotonic()
    booking = asyncio.create_task(inventory.book(f"f-{kind}"))
    await until(lambda: arrived(inventory, f"f-{kind}"))
    assert len(await inventory.booked(f"f-{kind}")) == meanwhile
    assert (await booking).status_code == 201
    assert time.monotonic() - started >= 1.0
    await inventory.fault(kind, seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        await inventory.caller.post("/v2/movements", timeout=0.2, json=_booking(f"g-{kind}"))
    await until(lambda: booked_once(inventory, f"g-{kind}"))


async def test_a_late_request_is_applied_once_the_repeat_has_begun(inventory: Inventory) -> None:
    await inventory.fault("apply_late", key_contains="late")
    assert (await inventory.book("other")).status_code == 201
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await inventory.book("late")
    assert await inventory.booked("late") == []
    waiting = (await inventory.control.get("/_control/faults")).json()["late"]
    assert waiting == [{"operation": "book_movement", "key": "late"}]
    repeat = await inventory.book("late")
    assert repeat.status_code == 201
    assert len(await inventory.booked("late")) == 2
    first, second = await inventory.requests("book_movement", "late")
    assert (first["status"], first["appliedStatus"], second["status"]) == (None, 201, 201)


async def test_a_late_request_is_applied_after_its_time_or_never_when_cleared(inventory: Inventory) -> None:
    await inventory.fault("apply_late", seconds=0.3)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await inventory.book("late-timed")
    assert await inventory.booked("late-timed") == []
    await until(lambda: booked_once(inventory, "late-timed"))
    await inventory.fault("apply_late")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await inventory.book("late-cleared")
    await inventory.control.delete("/_control/faults")
    assert (await inventory.book("late-cleared")).status_code == 201
    assert len(await inventory.booked("late-cleared")) == 1


async def test_faults_are_used_up_in_order_and_by_count(inventory: Inventory) -> None:
    await inventory.fault("503", count=2)
    await inventory.fault("refuse", status=409)
    answers = [(await inventory.book("in-order")).status_code for _ in range(4)]
    assert answers == [503, 503, 409, 201]


@pytest.mark.parametrize(("at", "applied"), [("received", 0), ("applied", 1)])
async def test_a_barrier_holds_a_request(inventory: Inventory, at: str, applied: int) -> None:
    body = {"operation": "book_movement", "at": at, "key_contains": f"b-{at}"}
    barrier = (await inventory.control.post("/_control/barriers", json=body)).json()["barrier"]
    assert (await inventory.control.get(f"/_control/barriers/{barrier}?wait=0")).json() == {"reached": False}
    assert (await inventory.book("passes")).status_code == 201
    booking = asyncio.create_task(inventory.book(f"b-{at}"))
    assert (await inventory.control.get(f"/_control/barriers/{barrier}?wait=5")).json() == {"reached": True}
    assert len(await inventory.booked(f"b-{at}")) == applied
    [entry] = await inventory.requests("book_movement", f"b-{at}")
    assert entry["status"] is None
    assert not booking.done()
    await inventory.control.post(f"/_control/barriers/{barrier}/release")
    assert (await booking).status_code == 201
    assert len(await inventory.booked(f"b-{at}")) == 1


async def test_a_barrier_at_answered_is_reached_when_the_caller_has_its_answer(inventory: Inventory) -> None:
    body = {"operation": "book_movement", "at": "answered"}
    barrier = (await inventory.control.post("/_control/barriers", json=body)).json()["barrier"]
    assert (await inventory.book("b-answered")).status_code == 201
    assert (await inventory.control.get(f"/_control/barriers/{barrier}?wait=5")).json() == {"reached": True}
    [entry] = await inventory.requests("book_movement", "b-answered")
    assert entry["status"] == 201
    await inventory.control.post(f"/_control/barriers/{barrier}/release")


async def test_a_caller_that_dies_at_received_is_still_applied(inventory: Inventory) -> None:
    body = {"operation": "book_movement", "at": "received"}
    barrier = (await inventory.control.post("/_control/barriers", json=body)).json()["barrier"]
    with pytest.raises(httpx.ReadTimeout):
        await inventory.caller.post("/v2/movements", timeout=0.3, json=_booking("b-dead"))
    assert await inventory.booked("b-dead") == []
    await inventory.control.delete("/_control/faults")
    await until(lambda: booked_once(inventory, "b-dead"))
    assert (await inventory.control.get(f"/_control/barriers/{barrier}?wait=0")).json() == {"reached": True}


async def test_over_the_rate_limit_is_429_with_whole_seconds(inventory: Inventory) -> None:
    await inventory.control.post("/_control/rate", json={"per_second": 0.5, "burst": 3})
    statuses = [(answer := await inventory.book("rate")).status_code for _ in range(4)]
    assert statuses == [201, 201, 201, 429]
    assert answer.headers["retry-after"] == "2"
    await inventory.control.post("/_control/rate", json={"per_second": 500, "burst": 500})
    assert len(await inventory.booked("rate")) == 3


async def test_the_log_keeps_headers_of_tracing_but_never_the_token(inventory: Inventory) -> None:
    headers = {"X-Correlation-Id": "cor-1", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}
    await inventory.caller.post("/v2/movements", json=_booking("logged"), headers=headers)
    [entry] = await inventory.requests("book_movement", "logged")
    assert (entry["correlationId"], entry["traceparent"]) == ("cor-1", headers["traceparent"])
    for file in inventory.folder.glob("inventory.db*"):
        assert b"Bearer" not in file.read_bytes()


@pytest.mark.alone
async def test_four_hundred_writes_of_eight_callers_are_booked_at_more_than_fifty_a_second(
    inventory: Inventory,
) -> None:
    await inventory.control.post("/_control/rate", json={"per_second": 1e5, "burst": 1e5})
    started = time.monotonic()

    async def book(n: int) -> None:
        for k in range(50):
            assert (await inventory.book(f"fast-{n}-{k}", location="ED-CART")).status_code == 201

    await asyncio.gather(*(book(n) for n in range(8)))
    rate = 400 / (time.monotonic() - started)
    # Client and server share this machine's cores with whatever else runs: an idle one does several hundred.
    assert rate > 50, rate


def _booking(ref: str) -> dict[str, object]:
    return {
        "type": "consumption",
        "facility": "northCampus",
        "location": "OR-1",
        "sku": "SKU-4703",
        "qty": 1,
        "externalRef": ref,
    }


async def arrived(inventory: Inventory, ref: str) -> bool:
    return bool(await inventory.requests("book_movement", ref))


async def booked_once(inventory: Inventory, ref: str) -> bool:
    return len(await inventory.booked(ref)) == 1
