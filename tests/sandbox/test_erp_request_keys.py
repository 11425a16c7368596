"""The ERP's idempotency header: replay, refusal, busy, and expiry."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sandbox.erp_books import order
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
    await erp.control("POST", "idempotency", life_seconds=86400)
    await erp.control("POST", "clock", offset_seconds=0)


async def post(http: httpx.AsyncClient, key: str, cents: int = 4807) -> httpx.Response:
    return await http.post("/fi/journals", json=journal(key, cents=cents), headers={"X-Request-Key": key})


def posted(erp: Erp, reference: str) -> int:
    return int(erp.rows("SELECT count(*) FROM JOURNAL WHERE REF_DOC_NO = ?", reference)[0][0])


async def test_the_same_key_and_body_answer_the_first_answer(http: httpx.AsyncClient, erp: Erp) -> None:
    first, second = await post(http, "SAME"), await post(http, "SAME")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "x-replayed" not in first.headers
    assert second.headers["x-replayed"] == "true"
    assert posted(erp, "SAME") == 1


async def test_the_same_key_with_another_body_is_refused(http: httpx.AsyncClient, erp: Erp) -> None:
    await post(http, "OTHER")
    answer = await post(http, "OTHER", cents=100)
    assert (answer.status_code, answer.json()["RETURN"][0]["ID"]) == (422, "IK")
    assert posted(erp, "OTHER") == 1


async def test_a_refused_request_does_not_use_up_its_key(http: httpx.AsyncClient, erp: Erp) -> None:
    bad = journal("FREE", COMP_CODE="US99")
    assert (await http.post("/fi/journals", json=bad, headers={"X-Request-Key": "FREE"})).status_code == 422
    assert (await post(http, "FREE")).status_code == 201


@pytest.mark.parametrize("how", ["clock", "life"])
async def test_an_expired_key_posts_again(http: httpx.AsyncClient, erp: Erp, how: str) -> None:
    key = f"EXPIRE-{how}"
    await post(http, key)
    if how == "clock":
        await erp.control("POST", "clock", offset_seconds=86401)
    else:
        await erp.control("POST", "idempotency", life_seconds=0)
    again = await post(http, key)
    assert again.status_code == 201
    assert "x-replayed" not in again.headers
    assert posted(erp, key) == 2


@pytest.mark.parametrize("point", ["received", "applied"])
async def test_a_key_at_work_is_busy(http: httpx.AsyncClient, erp: Erp, point: str) -> None:
    key = f"BUSY-{point}"
    barrier = (await erp.control("POST", "barriers", operation="post_journal", at=point))["barrier"]
    first = asyncio.create_task(post(http, key))
    assert (await erp.control("GET", f"barriers/{barrier}?wait=10"))["reached"]
    second = await post(http, key)
    assert (second.status_code, second.headers["retry-after"]) == (409, "1")
    assert second.json()["RETURN"][0]["NUMBER"] == "002"
    await erp.control("POST", f"barriers/{barrier}/release")
    assert (await first).status_code == 201
    assert (await post(http, key)).headers["x-replayed"] == "true"
    assert posted(erp, key) == 1


async def test_fifty_at_once_under_one_key_post_once(http: httpx.AsyncClient, erp: Erp) -> None:
    answers = await asyncio.gather(*(post(http, "FIFTY") for _ in range(50)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert posted(erp, "FIFTY") == 1


async def test_a_reversal_is_replayed_under_its_key_and_refused_under_another(http: httpx.AsyncClient) -> None:
    document = (await post(http, "TURN")).json()["HEADER"]["DOC_NO"]
    order = {"PSTNG_DATE": "20261122", "REF_DOC_NO": "TURN-UNDO"}
    path = f"/fi/journals/{document}/reversal"
    first = await http.post(path, json=order, headers={"X-Request-Key": "TURN-UNDO"})
    second = await http.post(path, json=order, headers={"X-Request-Key": "TURN-UNDO"})
    assert (second.json(), second.headers["x-replayed"]) == (first.json(), "true")
    third = await http.post(path, json=order, headers={"X-Request-Key": "TURN-AGAIN"})
    assert third.json()["RETURN"][0]["NUMBER"] == "361"


async def test_an_overlong_key_is_refused(http: httpx.AsyncClient) -> None:
    plain = await http.post("/fi/journals", json=journal("LONG"), headers={"X-Request-Key": "K" * 65})
    assert (plain.status_code, plain.json()["RETURN"][0]["NUMBER"]) == (400, "003")


async def test_a_purchase_order_is_made_once_a_key_and_told_apart_by_its_content(
    erp: Erp, http: httpx.AsyncClient
) -> None:
    body, header = order("PO-KEYS"), {"X-Request-Key": "PO-KEYS"}
    first = await http.post("/mm/purchase_orders", json=body, headers=header)
    again = await http.post("/mm/purchase_orders", json=body, headers=header)
    assert (first.status_code, again.headers.get("x-replayed"), again.content) == (201, "true", first.content)
    other = await http.post("/mm/purchase_orders", json=order("PO-OTHER"), headers=header)
    assert (other.status_code, other.json()["RETURN"][0]["ID"]) == (422, "IK")
    assert erp.rows("SELECT count(*) FROM PURCH_DOC") == [(1,)]
