"""The misbehaviour of the sandbox's billing system: faults, late effects, barriers, rate, log of requests."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.sandbox.billing_process import BillingProcess, charge, standing


@pytest.fixture(scope="module")
def billing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BillingProcess]:
    with BillingProcess(tmp_path_factory.mktemp("billing")) as process:
        yield process


@pytest.fixture
async def client(billing: BillingProcess) -> AsyncIterator[httpx.AsyncClient]:
    await billing.reset()
    async with billing.client() as client:
        yield client


async def exists(client: httpx.AsyncClient, charge_id: str) -> bool:
    return (await client.get(f"/charges/{charge_id}")).status_code == 200


async def fault(billing: BillingProcess, kind: str, **more: object) -> None:
    await billing.control("POST", "/faults", {"operation": "post_charge", "kind": kind, **more})


@pytest.mark.parametrize(
    ("kind", "status", "code", "applied"),
    [
        ("refuse", 422, "B180", False),
        ("refuse_unauthorized", 401, "B401", False),
        ("429", 429, "B429", False),
        ("503", 503, "B503", False),
        ("500_before", 500, "B500", False),
        ("500", 500, "B500", True),
    ],
)
async def test_a_fault_that_answers(
    billing: BillingProcess, client: httpx.AsyncClient, kind: str, status: int, code: str, applied: bool
) -> None:
    charge_id = f"fault-{kind}-{applied}"
    await fault(billing, kind, retry_after=3)
    answer = await client.post("/charges", json=charge(charge_id))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("3" if kind in ("429", "503") else None)
    assert await exists(client, charge_id) is applied
    repeat = await client.post("/charges", json=charge(charge_id))
    assert repeat.status_code == (409 if applied else 202)
    first, second = await billing.requests(operation="post_charge", key=charge_id)
    assert (first["fault"], first["status"], first["effect"]) == (kind, status, 202 if applied else None)
    assert (second["fault"], second["status"], second["effect"]) == (None, repeat.status_code, repeat.status_code)


async def test_a_refusal_names_the_patient(billing: BillingProcess, client: httpx.AsyncClient) -> None:
    patient = (await client.get("/accounts/lookup", params={"acct_no": "A100001"})).json()["acct"]
    await fault(billing, "refuse")
    answer = await client.post("/charges", json=charge("refused"))
    assert f"{patient['pat_last']}, {patient['pat_first']}" in answer.json()["errors"][0]["text"]


@pytest.mark.parametrize(("kind", "applied"), [("cut_before", False), ("cut", True)])
async def test_a_cut_closes_the_connection_without_an_answer(
    billing: BillingProcess, client: httpx.AsyncClient, kind: str, applied: bool
) -> None:
    charge_id = f"{kind}-{applied}"
    await fault(billing, kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.post("/charges", json=charge(charge_id))
    assert await exists(client, charge_id) is applied
    (logged,) = await billing.requests(operation="post_charge", key=charge_id)
    assert (logged["fault"], logged["status"]) == (kind, None)


async def test_a_malformed_answer_is_broken_json_after_the_charge_was_taken(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await fault(billing, "malformed")
    answer = await client.post("/charges", json=charge("malformed"))
    assert answer.status_code == 202
    with pytest.raises(ValueError, match=r"char \d+"):
        answer.json()
    assert await exists(client, "malformed")


async def test_stalled_before_applying_the_effect_comes_after_the_caller_gave_up(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await fault(billing, "stall_before", seconds=1.0)
    with pytest.raises(httpx.ReadTimeout):
        await client.post("/charges", json=charge("stalled-before"), timeout=0.3)
    assert not await exists(client, "stalled-before")
    assert (await _once_there(client, "stalled-before"))["charge_id"] == "stalled-before"


async def test_stalled_after_applying_the_effect_is_there_before_the_answer(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await fault(billing, "stall_after", seconds=1.0)
    begun = time.monotonic()
    posting = asyncio.create_task(client.post("/charges", json=charge("stalled-after")))
    await _once_there(client, "stalled-after")
    assert not posting.done()
    assert (await posting).status_code == 202
    assert time.monotonic() - begun >= 1.0


async def test_applied_late_once_the_repeat_has_begun(billing: BillingProcess, client: httpx.AsyncClient) -> None:
    await fault(billing, "apply_late")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.post("/charges", json=charge("late"))
    await client.post("/charges", json=charge("another"))
    assert not await exists(client, "late")
    repeat = await client.post("/charges", json=charge("late"))
    assert (repeat.status_code, repeat.json()["charge_id"]) == (409, "late")
    first, second = await billing.requests(operation="post_charge", key="late")
    assert (first["fault"], first["status"], first["effect"]) == ("apply_late", None, 202)
    assert (second["fault"], second["status"]) == (None, 409)


async def test_applied_late_after_its_time_when_nobody_repeats(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await fault(billing, "apply_late", seconds=0.5)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.post("/charges", json=charge("late-timed"))
    assert not await exists(client, "late-timed")
    assert (await standing(client, "late-timed"))["status"] == "POST"


async def test_a_void_and_a_credit_can_be_applied_late_as_well(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await client.post("/charges", json=charge("late-void"))
    await standing(client, "late-void")
    await billing.control("POST", "/faults", {"operation": "void_charge", "kind": "apply_late"})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.post("/charges/late-void/void", json={"void_id": "lv"})
    assert (await client.get("/charges/late-void")).json()["status"] == "POST"
    repeat = await client.post("/charges/late-void/void", json={"void_id": "lv"})
    assert (repeat.status_code, repeat.json()["void_id"]) == (409, "lv")


async def test_faults_are_taken_in_order_by_operation_and_key(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await fault(billing, "503", key_contains="chosen")
    await fault(billing, "429", count=2)
    await billing.control("POST", "/faults", {"operation": "get_charge", "kind": "500_before"})
    left = (await billing.control("GET", "/faults"))["faults"]
    assert [(each["operation"], each["kind"], each["count"]) for each in left] == [
        ("post_charge", "503", 1),
        ("post_charge", "429", 2),
        ("get_charge", "500_before", 1),
    ]
    statuses = [
        (await client.post("/charges", json=charge(charge_id))).status_code
        for charge_id in ("plain-1", "chosen", "plain-2", "plain-3")
    ]
    assert statuses == [429, 503, 429, 202]
    assert (await client.get("/charges/plain-3")).status_code == 500
    await fault(billing, "503")
    await billing.control("DELETE", "/faults")
    assert (await client.post("/charges", json=charge("plain-4"))).status_code == 202


@pytest.mark.parametrize(("at", "applied", "answered"), [("received", False, False), ("applied", True, False)])
async def test_a_barrier_holds_the_request_at_its_point(
    billing: BillingProcess, client: httpx.AsyncClient, at: str, applied: bool, answered: bool
) -> None:
    charge_id = f"barrier-{at}"
    wanted = {"operation": "post_charge", "at": at, "key_contains": charge_id}
    barrier = (await billing.control("POST", "/barriers", wanted))["barrier"]
    assert await billing.control("GET", f"/barriers/{barrier}?wait=0.1") == {"reached": False}
    assert (await client.post("/charges", json=charge(f"past-{at}"))).status_code == 202
    posting = asyncio.create_task(client.post("/charges", json=charge(charge_id)))
    assert await billing.control("GET", f"/barriers/{barrier}?wait=10") == {"reached": True}
    assert await exists(client, charge_id) is applied
    (logged,) = await billing.requests(operation="post_charge", key=charge_id)
    assert (logged["status"] is not None) is answered
    assert not posting.done()
    await billing.control("POST", f"/barriers/{barrier}/release")
    assert (await posting).status_code == 202


async def test_a_barrier_at_answered_is_reached_once_the_answer_was_sent(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    wanted = {"operation": "post_charge", "at": "answered"}
    barrier = (await billing.control("POST", "/barriers", wanted))["barrier"]
    waiting = asyncio.create_task(billing.control("GET", f"/barriers/{barrier}?wait=10"))
    assert (await client.post("/charges", json=charge("barrier-answered"))).status_code == 202
    assert await waiting == {"reached": True}
    (logged,) = await billing.requests(operation="post_charge", key="barrier-answered")
    assert logged["status"] == 202


async def test_clearing_the_faults_releases_what_a_barrier_holds(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    wanted = {"operation": "post_charge", "at": "received"}
    barrier = (await billing.control("POST", "/barriers", wanted))["barrier"]
    posting = asyncio.create_task(client.post("/charges", json=charge("released")))
    await billing.control("GET", f"/barriers/{barrier}?wait=10")
    await billing.control("DELETE", "/faults")
    assert (await posting).status_code == 202


async def test_over_the_rate_limit_the_answer_is_429_with_retry_after(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    await billing.control("POST", "/rate", {"per_second": 0.5, "burst": 3})
    answers = [await client.get("/charges/nobody") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
    async with billing.client(billing.reader_token) as other:
        assert (await other.get("/charges/nobody")).status_code == 404
    await billing.control("POST", "/rate", {"per_second": 500, "burst": 500})
    assert (await client.get("/charges/nobody")).status_code == 404


async def test_the_log_holds_every_request_in_order_without_bodies_or_tokens(
    billing: BillingProcess, client: httpx.AsyncClient
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {"X-Correlation-Id": "corr-9", "traceparent": trace}
    seen = (await billing.requests())[-1:]
    after = str(seen[0]["seq"]) if seen else "0"
    await client.get("/charges", params={"charge_id": ["log-1", "log-2"]}, headers=headers)
    await client.post("/charges", json=charge("log-1"), headers=headers)
    await client.get("/nowhere", headers=headers)
    logged = await billing.requests(after=after)
    assert [(each["operation"], each["key"], each["status"]) for each in logged] == [
        ("find_charges", "log-1,log-2", 200),
        ("post_charge", "log-1", 202),
        ("unknown", "", 404),
    ]
    assert [each["seq"] for each in logged] == sorted(each["seq"] for each in logged)
    assert {(each["correlation_id"], each["traceparent"]) for each in logged} == {("corr-9", trace)}
    assert billing.token not in str(logged)
    assert "A100001" not in str(logged)


async def _once_there(client: httpx.AsyncClient, charge_id: str) -> dict[str, object]:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        answer = await client.get(f"/charges/{charge_id}")
        if answer.status_code == 200:
            found: dict[str, object] = answer.json()
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("the charge never appeared")
