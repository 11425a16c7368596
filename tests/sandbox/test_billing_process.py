"""The process of the sandbox's billing system: starts, stops, survives, seeds, bears bad input."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.sandbox.billing_process import BillingProcess, charge, standing


async def test_state_survives_a_kill_and_a_stop(tmp_path: Path) -> None:
    process = BillingProcess(tmp_path).start()
    try:
        await process.control("POST", "/batch/settings", {"held": True})
        await process.control("POST", "/clock", {"offset_seconds": 86_400})
        async with process.client() as client:
            first = (await client.post("/charges", json=charge("survives"))).json()
        process.kill()
        process.start()
        async with process.client() as client:
            assert (await client.get("/charges/survives")).json() == first
            again = await client.post("/charges", json=charge("survives"))
            assert (again.status_code, again.json()) == (409, first)
        assert (await process.control("GET", "/clock"))["offset_seconds"] == 86_400
        assert (await process.control("GET", "/batch/settings"))["held"] is True
        assert [each["status"] for each in await process.requests(operation="post_charge")] == [202, 409]
        assert process.stop() == 0
        process.start()
        await process.control("POST", "/batch/settings", {})
        async with process.client() as client:
            assert (await standing(client, "survives"))["status"] == "POST"
    finally:
        process.stop()


async def test_it_stops_with_exit_code_0_even_while_requests_are_held(tmp_path: Path) -> None:
    process = BillingProcess(tmp_path).start()
    assert process.interrupt() == 0
    process.start()
    barrier = (await process.control("POST", "/barriers", {"operation": "post_charge", "at": "applied"}))["barrier"]
    await process.control("POST", "/faults", {"operation": "get_charge", "kind": "stall_before", "seconds": 600})
    async with process.client() as client:
        held = asyncio.create_task(client.post("/charges", json=charge("held")))
        stalled = asyncio.create_task(client.get("/charges/held"))
        await process.control("GET", f"/barriers/{barrier}?wait=10")
        assert await asyncio.to_thread(process.stop) == 0
        for each in (held, stalled):
            with pytest.raises(httpx.TransportError):
                await each
    assert "Traceback" not in process.stderr()


async def test_the_same_seed_gives_the_same_hospital_and_scale_multiplies_it(tmp_path: Path) -> None:
    asked = "SELECT acct_no, mrn, pat_last, pat_first, birth_dt, pt_class, fin_class, status FROM account"
    found = []
    for name, seed, scale in (("one", 3, 1), ("same", 3, 1), ("other", 4, 1), ("large", 3, 100)):
        begun = time.monotonic()
        process = BillingProcess(tmp_path / name, seed=seed, scale=scale).start()
        assert time.monotonic() - begun < 30
        assert process.stop() == 0
        with sqlite3.connect(process.database) as database:
            found.append((database.execute(asked).fetchall(), database.execute("SELECT * FROM cdm").fetchall()))
        database.close()
    one, same, other, large = found
    assert one == same
    assert one[0] != other[0] and one[1] == other[1]
    assert len(large[0]) == 5667 and len({row[1] for row in large[0]}) == 5667
    assert len(large[1]) > 8000


async def test_malformed_input_is_refused_in_the_vendors_own_shape(tmp_path: Path) -> None:
    json_type = {"content-type": "application/json"}
    with BillingProcess(tmp_path) as process:
        async with process.client() as client:
            for content in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"charge_id": "\\ud800"}', b"[" * 5000):
                answer = await client.post("/charges", content=content, headers=json_type)
                assert answer.status_code in (400, 422), content[:20]
                assert answer.json()["errors"][0]["code"] in ("B001", "B002")
            for changed in (
                {"units": 0},
                {"units": 1.5},
                {"amt": 10**30},
                {"dos": "2026-11-20"},
                {"dos": "02/30/2026"},
                {"dos": "1/1/2026"},
                {"acct_no": "a b"},
                {"cdm_code": "\ud800"},
                {"lot_no": "\x00"},
                {"modifiers": ["TOOLONG"]},
                {"surprise": 1},
            ):
                answer = await client.post("/charges", content=_json(charge("bad", **changed)), headers=json_type)
                assert answer.status_code == 422, changed
                assert answer.json()["errors"][0]["loc"].split(".")[0] == next(iter(changed))
            for charge_id in ("", "a b", "\ud800", "x" * 65):
                answer = await client.post("/charges", content=_json(charge(charge_id)), headers=json_type)
                assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, "charge_id")
            for path in ("/charges/%00", "/charges?limit=0", "/charges?limit=x", "/cdm/lookup?supply_ref=S1&dos=x"):
                assert (await client.get(path)).status_code == 422, path
            assert (await client.get("/nowhere")).json()["errors"][0]["code"] == "B003"
            assert (await client.delete("/charges")).json()["errors"][0]["code"] == "B004"
            large = await client.post("/charges", content=b" " * 300_000, headers=json_type)
            assert (large.status_code, large.json()["errors"][0]["code"]) == (413, "B005")
            assert (await client.get("/charges")).json()["charges"] == []
            described = (await client.get("/openapi.json")).json()
            assert described["info"]["title"] == "RevTrack Patient Accounting"
            assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
        assert "Traceback" not in process.stderr()


async def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    with BillingProcess(tmp_path) as process:
        port = process.url.rpartition(":")[2]
        command = [sys.executable, "-m", "sandbox.billing", "--port", port, "--database", str(tmp_path / "second.db")]
        files = ["--hook-secret-file", str(tmp_path / "hook-secret"), "--tokens-file", str(tmp_path / "tokens.json")]
        second = await asyncio.to_thread(
            subprocess.run, command + files, capture_output=True, text=True, timeout=30, check=False
        )
    assert second.returncode == 1
    assert second.stderr.startswith(f"billing cannot listen on 127.0.0.1:{port}")


async def test_many_charges_at_once_are_each_taken_once(tmp_path: Path) -> None:
    with BillingProcess(tmp_path) as process:
        await process.control("POST", "/rate", {"per_second": 10_000, "burst": 10_000})
        async with process.client(limits=httpx.Limits(max_connections=16)) as client:
            ids = [f"many-{number % 200}" for number in range(400)]
            answers = await asyncio.gather(*(client.post("/charges", json=charge(each)) for each in ids))
            assert sorted(answer.status_code for answer in answers) == [202] * 200 + [409] * 200
            assert (await process.control("POST", "/batch"))["rejected"] == 0
            page = (await client.get("/charges", params={"limit": 500})).json()["charges"]
    assert [each["status"] for each in page] == ["POST"] * 200


def _json(document: dict[str, object]) -> bytes:
    return json.dumps(document).encode()
