"""The ERP as a process: rights, limits, restart, load, and input that is no good."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sandbox.erp.operations import OPERATIONS
from tests.sandbox.erp_process import Erp, journal, running


@pytest.fixture(scope="module")
async def erp(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Erp]:
    async with running(tmp_path_factory.mktemp("erp")) as started:
        yield started


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["RETURN"][0]["ID"]


def cpu_seconds(erp: Erp) -> float:
    assert erp.process is not None
    fields = Path(f"/proc/{erp.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_rights_are_checked_before_anything_else(erp: Erp) -> None:
    async with erp.client("nobody") as http:
        assert refusal(await http.post("/fi/journals", content=b"{")) == (401, "S#")
        assert refusal(await http.get("/_control/requests")) == (401, "S#")
    async with erp.client("erp-read") as http:
        assert refusal(await http.post("/fi/journals", json=journal())) == (403, "S#")
        assert refusal(await http.get("/_control/requests")) == (403, "S#")
        assert (await http.get("/sys/info")).json()["SYSTEM"] == "HOSPERP"


async def test_the_rate_limit_counts_by_token(erp: Erp) -> None:
    await erp.control("POST", "rate", per_second=1, burst=3)
    try:
        async with erp.client("erp-read") as http, erp.client("erp-second") as other:
            answers = [await http.get("/sys/info") for _ in range(5)]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
            assert int(answers[-1].headers["retry-after"]) >= 1
            assert (await other.get("/sys/info")).status_code == 200
    finally:
        await erp.control("POST", "rate", per_second=500, burst=1000)


async def test_the_log_holds_every_request_in_order_and_no_credential(erp: Erp) -> None:
    async with erp.client() as http:
        marks = {"X-Request-Key": "LOG-1", "X-Correlation-Id": "cor-9", "traceparent": "00-aa-bb-01"}
        await http.get("/fi/journals", params={"REF_DOC_NO": ["LOG-1", "LOG-2"]})
        await http.post("/fi/journals", json=journal("LOG-1"), headers=marks)
    look, write = await erp.requests(key="LOG-1")
    assert (look["operation"], write["operation"]) == ("find_journals", "post_journal")
    assert look["sequence"] < write["sequence"]
    assert look["received_at"] <= write["received_at"]
    assert (write["key"], write["correlation_id"], write["status"]) == ("LOG-1", "cor-9", 201)
    assert all("erp-all" not in str(row) for row in erp.rows("SELECT * FROM REQUEST_LOG"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"HEADER": 1, "ITEMS": []}',
        b"[" * 20000,
        b'{"HEADER":{"A":"\\ud800"}}',
        b'{"HEADER":{"REF_DOC_NO":"\\ud800"}}',
    ],
)
async def test_malformed_input_is_refused_in_the_vendors_form(erp: Erp, content: bytes) -> None:
    async with erp.client() as http:
        answer = await http.post("/fi/journals", content=content, headers={"content-type": "application/json"})
        assert refusal(answer) == (400, "00")


async def test_what_is_not_there_is_refused_in_the_vendors_form(erp: Erp) -> None:
    async with erp.client() as http:
        assert refusal(await http.get("/nowhere")) == (404, "00")
        assert refusal(await http.delete("/fi/journals")) == (405, "00")
        assert refusal(await http.get("/mm/valuation?MATERIAL=%ff&PLANT=1000&STGE_LOC=OR01")) == (404, "M3")
        assert refusal(await http.post("/fi/journals", content=b"x" * 1_200_000)) == (413, "00")
        assert refusal(await http.post("/_control/faults", json={"operation": "no", "kind": "500"})) == (400, "00")
        assert refusal(await http.get("/_control/barriers/99")) == (404, "00")


async def test_the_openapi_document_names_every_operation(erp: Erp) -> None:
    async with erp.client("nobody") as http:
        paths = (await http.get("/openapi.json")).json()["paths"]
    names = {call["operationId"] for path in paths.values() for call in path.values()}
    assert {operation.name for operation in OPERATIONS} <= names


@pytest.mark.alone
async def test_many_at_once_post_once_each_cheaply_enough_for_two_hundred_a_second(erp: Erp) -> None:
    async with erp.client() as http:
        before = cpu_seconds(erp)
        answers = await asyncio.gather(
            *(
                http.post("/fi/journals", json=journal(f"LOAD-{n}"), headers={"X-Request-Key": f"LOAD-{n}"})
                for n in range(200)
            )
        )
        # The processor time of the process itself: the wall clock of a shared machine says nothing about it.
        assert (cpu_seconds(erp) - before) / 200 < 1 / 200
        assert {answer.status_code for answer in answers} == {201}
        numbers = {answer.json()["HEADER"]["DOC_NO"] for answer in answers}
        assert len(numbers) == 200
        balance = (await http.get("/fi/trial_balance", params={"COMP_CODE": "US01"})).json()
        assert balance["CLOSES"] == "X"


async def test_state_survives_a_kill_and_a_stop_and_signals_end_it_with_zero(tmp_path: Path) -> None:
    async with running(tmp_path) as erp:
        async with erp.client() as http:
            first = await http.post("/fi/journals", json=journal("STAY"), headers={"X-Request-Key": "STAY"})
        await erp.control("POST", "periods", COMP_CODE="US01", FISC_YEAR="2026", FIS_PERIOD="001", STAT="CLSD")
        await erp.control("POST", "clock", offset_seconds=60)
        assert await erp.end(signal.SIGKILL) == -signal.SIGKILL
        await erp.start()
        async with erp.client() as http:
            again = await http.post("/fi/journals", json=journal("STAY"), headers={"X-Request-Key": "STAY"})
            assert (again.json(), again.headers["x-replayed"]) == (first.json(), "true")
            periods = (await http.get("/fi/periods", params={"COMP_CODE": "US01"})).json()["PERIODS"]
            assert next(one for one in periods if one["DATE_FROM"] == "20260101")["STAT"] == "CLSD"
        assert (await erp.control("GET", "clock"))["offset_seconds"] == 60
        assert await erp.end(signal.SIGTERM) == 0
        await erp.start()
        assert erp.rows("SELECT count(*) FROM JOURNAL WHERE REF_DOC_NO = 'STAY'") == [(1,)]
        assert await erp.end(signal.SIGINT) == 0


async def test_it_stops_in_time_while_a_request_is_held(tmp_path: Path) -> None:
    async with running(tmp_path) as erp, erp.client() as http:
        barrier = (await erp.control("POST", "barriers", operation="post_journal", at="received"))["barrier"]
        held = asyncio.create_task(http.post("/fi/journals", json=journal("HELD")))
        assert (await erp.control("GET", f"barriers/{barrier}?wait=10"))["reached"]
        assert await erp.end(signal.SIGTERM) == 0
        with pytest.raises(httpx.TransportError):
            await held
        await erp.start()
        assert erp.rows("SELECT count(*) FROM JOURNAL WHERE REF_DOC_NO = 'HELD'") == [(0,)]


async def test_the_same_seed_gives_the_same_hospital_and_scale_makes_it_larger(tmp_path: Path) -> None:
    masters = "SELECT * FROM MATERIAL JOIN VALUATION USING (MATERIAL) JOIN VENDOR USING (VENDOR) ORDER BY 1, PLANT"
    hospitals = []
    for name, seed, scale in (("a", 5, 1), ("b", 5, 1), ("c", 6, 1), ("d", 5, 100)):
        folder = tmp_path / name
        folder.mkdir()
        started = time.perf_counter()
        async with running(folder, seed=seed, scale=scale) as erp:
            assert time.perf_counter() - started < 20
            hospitals.append(erp.rows(masters))
    assert hospitals[0] == hospitals[1]
    assert hospitals[0] != hospitals[2]
    assert [len(hospital) for hospital in hospitals] == [78, 78, 78, 7998]
