"""What the ERP sends out: signed, in order, again after a failure, over a restart; and the disorder on demand."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.sandbox.erp_process import Erp, Receiver, journal, receiver, running


@pytest.fixture
async def box() -> AsyncIterator[Receiver]:
    async with receiver() as started:
        yield started


@pytest.fixture
async def erp(tmp_path: Path, box: Receiver) -> AsyncIterator[Erp]:
    async with running(tmp_path, hooks_url=box.url) as started:
        yield started


async def post(erp: Erp, *references: str, **headers: str) -> None:
    async with erp.client() as http:
        for reference in references:
            answer = await http.post("/fi/journals", json=journal(reference), headers=headers)
            assert answer.status_code == 201


def references(box: Receiver) -> list[str]:
    return [one.event["CONTENT"]["REF_DOC_NO"] for one in box.received]


async def outbox(erp: Erp) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = (await erp.control("GET", "hooks"))["events"]
    return events


async def test_an_event_is_signed_and_carries_the_headers_of_its_cause(erp: Erp, box: Receiver) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await post(erp, "H-1", **{"X-Correlation-Id": "cor-1", "traceparent": trace})
    (one,) = await box.wait_for(1)
    assert Webhook(erp.secret).verify(one.body, one.headers) == one.event
    assert one.event["EVENT_TYPE"] == "journal.posted"
    assert one.event["EVENT_ID"] == one.headers["webhook-id"]
    assert (one.headers["x-correlation-id"], one.headers["traceparent"]) == ("cor-1", trace)


async def test_reversals_periods_and_materials_are_announced(erp: Erp, box: Receiver) -> None:
    await post(erp, "H-2")
    document = (await box.wait_for(1))[0].event["CONTENT"]["DOC_NO"]
    async with erp.client() as http:
        await http.post(f"/fi/journals/{document}/reversal", json={"PSTNG_DATE": "20261122"})
    await erp.control("POST", "periods", COMP_CODE="US01", FISC_YEAR="2026", FIS_PERIOD="010", STAT="CLSD")
    await erp.control("POST", "materials", number=4739)
    kinds = [one.event["EVENT_TYPE"] for one in await box.wait_for(4)]
    assert kinds == ["journal.posted", "journal.reversed", "period.closed", "material.approved"]
    assert box.received[1].event["CONTENT"]["REVERSAL_OF"] == document


async def test_a_replayed_posting_is_not_announced_again(erp: Erp, box: Receiver) -> None:
    await post(erp, "H-3", **{"X-Request-Key": "H-3"})
    await post(erp, "H-3", **{"X-Request-Key": "H-3"})
    await post(erp, "H-4")
    await box.wait_for(2)
    assert references(box) == ["H-3", "H-4"]


async def test_a_failed_delivery_is_repeated_in_order_and_a_refused_one_is_parked(erp: Erp, box: Receiver) -> None:
    box.answers = [(500, {}), (429, {"Retry-After": "1"}), (202, {}), (422, {}), (202, {})]
    await post(erp, "R-1", "R-2", "R-3")
    await box.wait_for(5)
    assert references(box) == ["R-1", "R-1", "R-1", "R-2", "R-3"]
    await erp.control("DELETE", "faults")
    states = [(one["STAT"], one["ATTEMPTS"]) for one in await outbox(erp)]
    assert states[:2] == [("SENT", 3), ("FAIL", 1)]


async def test_waiting_events_survive_a_kill(erp: Erp, box: Receiver) -> None:
    await erp.control("POST", "hooks", kind="delay", count=2, seconds=30)
    await post(erp, "K-1", "K-2")
    await erp.end(signal.SIGKILL)
    assert box.received == []
    await erp.start()
    await erp.control("DELETE", "faults")
    await box.wait_for(2)
    assert references(box) == ["K-1", "K-2"]


async def test_events_are_repeated_reordered_delayed_and_held_on_demand(erp: Erp, box: Receiver) -> None:
    await erp.control("POST", "hooks", kind="repeat", count=1)
    await post(erp, "D-1")
    await box.wait_for(2)
    assert box.received[0].headers["webhook-id"] == box.received[1].headers["webhook-id"]

    await erp.control("POST", "hooks", kind="reorder", count=1)
    await post(erp, "D-2", "D-3", "D-4")
    await box.wait_for(5)
    assert references(box)[2:] == ["D-3", "D-2", "D-4"]

    await erp.control("POST", "hooks", kind="hold", count=1)
    await post(erp, "D-5", "D-6")
    await box.wait_for(6)
    assert references(box)[5:] == ["D-6"]
    assert (await erp.control("POST", "hooks/release"))["released"] == 1
    await box.wait_for(7)
    assert references(box)[6:] == ["D-5"]

    await erp.control("POST", "hooks", kind="delay", count=1, seconds=0.2)
    await post(erp, "D-7", "D-8")
    await box.wait_for(9)
    assert references(box)[7:] == ["D-8", "D-7"]

    await erp.control("POST", "hooks", kind="reorder", count=1, seconds=0.2)
    await post(erp, "D-9")
    await box.wait_for(10)
    assert references(box)[9:] == ["D-9"]


async def test_only_the_event_types_asked_for_are_sent(tmp_path: Path, box: Receiver) -> None:
    async with running(tmp_path, hooks_url=box.url, more=("--hook-events", "material.approved")) as erp:
        await post(erp, "N-1")
        await erp.control("POST", "materials", number=4739)
        (one,) = await box.wait_for(1)
        assert one.event["CONTENT"]["MATERIAL"] == f"{4739:018d}"
