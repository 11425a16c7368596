"""Every kind of fault on a posting, and the barriers: what the caller sees, and what was applied."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sandbox.erp_process import Erp, journal, running


@pytest.fixture(scope="module")
async def erp(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Erp]:
    async with running(tmp_path_factory.mktemp("erp")) as started:
        yield started


@pytest.fixture
async def http(erp: Erp) -> AsyncIterator[httpx.AsyncClient]:
    async with erp.client() as client:
        yield client
    await erp.control("DELETE", "faults")
    async with erp.client() as client:
        for company in ("US01", "US02"):
            balance = (await client.get("/fi/trial_balance", params={"COMP_CODE": company})).json()
            assert balance["CLOSES"] == "X"


async def post(http: httpx.AsyncClient, key: str) -> httpx.Response:
    return await http.post("/fi/journals", json=journal(key), headers={"X-Request-Key": key})


def posted(erp: Erp, reference: str) -> int:
    return int(erp.rows("SELECT count(*) FROM JOURNAL WHERE REF_DOC_NO = ?", reference)[0][0])


async def fault(erp: Erp, kind: str, **more: object) -> None:
    await erp.control("POST", "faults", operation="post_journal", kind=kind, **more)


@pytest.mark.parametrize(
    ("kind", "status", "applied", "header"),
    [
        ("refuse", 422, 0, None),
        ("refuse_unauthorized", 401, 0, None),
        ("429", 429, 0, "3"),
        ("503", 503, 0, "3"),
        ("500_before", 500, 0, None),
        ("500", 500, 1, None),
    ],
)
async def test_a_fault_that_answers(
    http: httpx.AsyncClient, erp: Erp, kind: str, status: int, applied: int, header: str | None
) -> None:
    key = f"F-{kind}-once"
    await fault(erp, kind, retry_after=3)
    answer = await post(http, key)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, header)
    assert answer.json()["RETURN"][0]["TYPE"] == "E"
    assert posted(erp, key) == applied
    (logged,) = await erp.requests(operation="post_journal", key=key)
    assert (logged["status"], logged["fault"]) == (status, kind)
    healed = await post(http, key)
    assert healed.headers.get("x-replayed") == ("true" if applied else None)
    assert posted(erp, key) == 1


@pytest.mark.parametrize(("kind", "applied"), [("cut_before", 0), ("cut", 1), ("apply_late", 0)])
async def test_a_fault_that_cuts_the_connection(http: httpx.AsyncClient, erp: Erp, kind: str, applied: int) -> None:
    key = f"C-{kind}-once"
    await fault(erp, kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await post(http, key)
    assert posted(erp, key) == applied
    (logged,) = await erp.requests(key=key)
    assert (logged["status"], logged["fault"]) == (None, kind)
    await post(http, key)
    assert posted(erp, key) == 1


async def test_a_late_request_is_applied_when_its_repeat_begins(http: httpx.AsyncClient, erp: Erp) -> None:
    await fault(erp, "apply_late", key_contains="LATE-1")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await post(http, "LATE-1")
    assert (await http.get("/fi/journals", params={"REF_DOC_NO": "LATE-1"})).json() == {"JOURNALS": []}
    await post(http, "ANOTHER")
    assert posted(erp, "LATE-1") == 0
    barrier = (await erp.control("POST", "barriers", operation="post_journal", at="received"))["barrier"]
    repeat = asyncio.create_task(post(http, "LATE-1"))
    assert (await erp.control("GET", f"barriers/{barrier}?wait=10"))["reached"]
    assert posted(erp, "LATE-1") == 1
    await erp.control("POST", f"barriers/{barrier}/release")
    assert (await repeat).headers["x-replayed"] == "true"
    assert posted(erp, "LATE-1") == 1


async def test_a_late_request_whose_key_has_expired_doubles_the_posting(http: httpx.AsyncClient, erp: Erp) -> None:
    await erp.control("POST", "idempotency", life_seconds=0)
    try:
        await fault(erp, "apply_late")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await post(http, "LATE-2")
        assert (await post(http, "LATE-2")).status_code == 201
        assert posted(erp, "LATE-2") == 2
    finally:
        await erp.control("POST", "idempotency", life_seconds=86400)


async def test_a_late_request_is_applied_after_its_seconds_without_a_repeat(http: httpx.AsyncClient, erp: Erp) -> None:
    await fault(erp, "apply_late", seconds=0.3)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await post(http, "LATE-3")
    assert posted(erp, "LATE-3") == 0
    await erp.until(operation="post_journal", key="LATE-3", column="late_at")
    assert posted(erp, "LATE-3") == 1


async def test_clearing_the_faults_forgets_a_late_request(http: httpx.AsyncClient, erp: Erp) -> None:
    await fault(erp, "apply_late", seconds=0.1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await post(http, "LATE-4")
    await erp.control("DELETE", "faults")
    await asyncio.sleep(0.3)
    assert posted(erp, "LATE-4") == 0


@pytest.mark.parametrize("kind", ["stall_before", "stall_after"])
async def test_a_stalled_request_is_applied_although_its_caller_gave_up(
    http: httpx.AsyncClient, erp: Erp, kind: str
) -> None:
    await fault(erp, kind, seconds=0.6)
    async with erp.client(timeout=0.2) as hasty:
        with pytest.raises(httpx.ReadTimeout):
            await post(hasty, f"S-{kind}")
    assert posted(erp, f"S-{kind}") == (1 if kind == "stall_after" else 0)
    assert (await post(http, f"S-{kind}")).status_code == 409
    await erp.until(operation="post_journal", key=f"S-{kind}", column="status")
    assert (await post(http, f"S-{kind}")).headers["x-replayed"] == "true"
    assert posted(erp, f"S-{kind}") == 1


async def test_a_malformed_answer_hides_a_posting_that_was_done(http: httpx.AsyncClient, erp: Erp) -> None:
    await fault(erp, "malformed")
    answer = await post(http, "MALFORMED")
    assert answer.status_code == 201
    with pytest.raises(ValueError, match=r"delimiter|Unterminated"):
        answer.json()
    assert posted(erp, "MALFORMED") == 1


async def test_faults_are_taken_in_order_by_operation_and_key(http: httpx.AsyncClient, erp: Erp) -> None:
    await fault(erp, "503", count=2, key_contains="QUEUE")
    await erp.control("POST", "faults", operation="read_valuation", kind="500")
    assert (await post(http, "NOT-MEANT")).status_code == 201
    assert [(await post(http, "QUEUE")).status_code for _ in range(3)] == [503, 503, 201]
    left = (await erp.control("GET", "faults"))["faults"]
    assert [(one["operation"], one["count"]) for one in left] == [("read_valuation", 1)]
    assert (await erp.control("DELETE", "faults"))["faults"] == []


async def test_a_reversal_can_be_struck_too(http: httpx.AsyncClient, erp: Erp) -> None:
    document = (await post(http, "STRIKE")).json()["HEADER"]["DOC_NO"]
    await erp.control("POST", "faults", operation="reverse_journal", kind="cut")
    order = {"PSTNG_DATE": "20261122", "REF_DOC_NO": "STRIKE-UNDO"}
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await http.post(f"/fi/journals/{document}/reversal", json=order)
    again = await http.post(f"/fi/journals/{document}/reversal", json=order)
    assert again.json()["RETURN"][0]["NUMBER"] == "361"


async def test_a_barrier_at_received_holds_before_and_at_applied_after_the_posting(
    http: httpx.AsyncClient, erp: Erp
) -> None:
    for point, applied in (("received", 0), ("applied", 1)):
        key = f"HOLD-{point}"
        order = {"operation": "post_journal", "at": point, "key_contains": key}
        barrier = (await erp.control("POST", "barriers", **order))["barrier"]
        assert not (await erp.control("GET", f"barriers/{barrier}?wait=0.05"))["reached"]
        held = asyncio.create_task(post(http, key))
        assert (await erp.control("GET", f"barriers/{barrier}?wait=10"))["reached"]
        assert posted(erp, key) == applied
        assert (await erp.requests(key=key))[0]["status"] is None
        assert not held.done()
        await erp.control("POST", f"barriers/{barrier}/release")
        assert (await held).status_code == 201
        assert posted(erp, key) == 1


async def test_a_barrier_at_answered_is_reached_once_the_answer_is_out(http: httpx.AsyncClient, erp: Erp) -> None:
    barrier = (await erp.control("POST", "barriers", operation="post_journal", at="answered"))["barrier"]
    assert (await post(http, "ANSWERED")).status_code == 201
    assert (await erp.control("GET", f"barriers/{barrier}?wait=10"))["reached"]
    assert (await erp.requests(key="ANSWERED"))[0]["status"] == 201


async def test_clearing_the_faults_releases_the_barriers(http: httpx.AsyncClient, erp: Erp) -> None:
    barrier = (await erp.control("POST", "barriers", operation="post_journal", at="received"))["barrier"]
    held = asyncio.create_task(post(http, "RELEASED"))
    assert (await erp.control("GET", f"barriers/{barrier}?wait=10"))["reached"]
    await erp.control("DELETE", "faults")
    assert (await held).status_code == 201


async def test_many_postings_under_a_storm_of_faults_leave_one_journal_each(http: httpx.AsyncClient, erp: Erp) -> None:
    for kind in ("500", "cut", "503", "cut_before", "malformed", "apply_late", "429"):
        await fault(erp, kind, count=6, retry_after=0)

    async def until_posted(key: str) -> None:
        for _ in range(60):
            try:
                answer = await post(http, key)
            except httpx.TransportError:
                continue
            if answer.status_code == 201:
                return
        raise AssertionError(f"{key} was never posted")

    await asyncio.gather(*(until_posted(f"STORM-{number}") for number in range(30)))
    counts = erp.rows("SELECT count(*) FROM JOURNAL WHERE REF_DOC_NO LIKE 'STORM-%' GROUP BY REF_DOC_NO")
    assert counts == [(1,)] * 30
