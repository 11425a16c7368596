"""The webhook door: who is let in, what is stored, and what every refusal says."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from canonical.documents.work_item import Cause
from canonical.memory import InboxState
from suture.store.errors import StoreUnavailable
from suture.store.store import Store
from tests.support.front_door import FrontDoor, captured, signed

CLEAR = ("SC-900017", "ENC-55512", "Rosa Planted", "MRN-77001")


@pytest.fixture
async def door(tmp_path: Path, store: Store, store_url: str) -> AsyncIterator[FrontDoor]:
    door = FrontDoor.open(tmp_path, store, url=store_url)
    async with door.http:
        yield door


async def stored(door: FrontDoor, event_id: str, *, source: str = "inventory") -> Any:
    return await door.store.inbox.find(source=source, event_id=event_id)


async def test_a_new_event_is_stored_and_answered_with_its_transaction(door: FrontDoor) -> None:
    answer = await door.send(captured("U-1"), event_id="msg-1")
    assert answer.status_code == 202
    told = answer.json()
    assert told["transaction"] == f"/v1/transactions/{told['correlation_id']}"
    assert answer.headers["x-correlation-id"] == told["correlation_id"]
    event = await stored(door, "msg-1")
    assert event.state is InboxState.stored
    assert event.business_key == "usage-to-charge:NORTH:inventory:U-1"
    assert event.correlation_id == told["correlation_id"]
    assert event.envelope.data["service_date"] == "2026-11-02"
    assert door.rows == [event.id]
    assert not any(text in event.envelope.model_dump_json() for text in CLEAR)


async def test_the_same_event_again_is_answered_the_same_and_stored_once(door: FrontDoor) -> None:
    body = captured("U-2")
    first = await door.send(body, event_id="msg-2")
    again = await door.send(body, event_id="msg-2", at=time() + 60)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert len(door.rows) == 1


async def test_the_same_id_with_another_body_is_a_conflict_and_a_work_item(door: FrontDoor) -> None:
    first = await door.send(captured("U-3"), event_id="msg-3")
    other = await door.send(captured("U-3", qty=3), event_id="msg-3")
    assert other.status_code == 409
    assert other.json()["error"] == "conflicting-content"
    items = await door.store.work_items.open_items(correlation_id=first.json()["correlation_id"])
    assert [listed.item.cause for listed in items] == [Cause.conflicting_content]
    assert (await stored(door, "msg-3")).envelope.data["quantity"] == "2"


async def test_a_vendor_that_writes_anew_may_differ_in_the_fields_named(door: FrontDoor) -> None:
    body = captured("U-4")
    rewritten = dict(reversed(body.items())) | {"emittedAt": "2026-11-02T15:09:00+00:00"}
    first = await door.send(body, event_id="msg-4", source="rewriting")
    again = await door.send(rewritten, event_id="msg-4", source="rewriting")
    other = await door.send(captured("U-4", qty=3), event_id="msg-4", source="rewriting")
    assert [first.status_code, again.status_code, other.status_code] == [202, 200, 409]


async def test_two_events_of_one_document_share_the_correlation_id(door: FrontDoor) -> None:
    first = await door.send(captured("U-5"))
    second = await door.send(captured("U-5", version=2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert len(door.rows) == 2


async def test_the_same_id_from_two_sources_is_two_events(door: FrontDoor) -> None:
    answers = [await door.send(captured(), event_id="msg-6", source=source) for source in ("inventory", "rewriting")]
    assert [answer.status_code for answer in answers] == [202, 202]


async def test_both_live_secrets_are_taken_and_any_of_several_signatures(door: FrontDoor) -> None:
    for name in ("old", "new"):
        assert (await door.send(captured(), secret=door.secret(name))).status_code == 202
    body = json.dumps(captured()).encode()
    wrong = signed(body, secret=b"x" * 32, event_id="msg-7")
    right = signed(body, secret=door.secret(), event_id="msg-7")
    both = f"{wrong['webhook-signature']} v1a,AAAA {right['webhook-signature']}"
    answer = await door.http.post("/v1/events/inventory", content=body, headers=right | {"webhook-signature": both})
    assert answer.status_code == 202


async def test_whatever_is_wrong_with_who_sent_it_is_one_answer(door: FrontDoor) -> None:
    body = json.dumps(captured()).encode()
    right = signed(body, secret=door.secret(), event_id="msg-8")

    async def post(source: str = "inventory", content: bytes = body, **changes: str | None) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        headers = {name: value for name, value in (right | named).items() if value is not None}
        return await door.http.post(f"/v1/events/{source}", content=content, headers=headers)

    now = int(time())
    refused = [
        await post("nowhere"),
        await post("trickle%00"),
        await post(content=body + b" "),
        await post(webhook_signature=None),
        await post(webhook_id=None),
        await post(webhook_timestamp=None),
        await post(webhook_id="another"),
        await post(webhook_id=" "),
        await post(webhook_signature="v1"),
        await post(webhook_signature="v1," + "A" * 44),
        await post(webhook_signature="nonsense, of all kinds"),
        await post(webhook_signature=right["webhook-signature"].replace("v1,", "v1a,")),
        await post(webhook_timestamp=str(now + 1_000_000)),
        await post(webhook_timestamp="soon"),
        await post(webhook_timestamp="nan"),
        await post(webhook_timestamp="9" * 400),
        await door.send(captured(), at=now - 301),
        await door.send(captured(), at=now + 302),
        await door.send(captured(), secret=b"y" * 32),
        await door.send(b"\xff\xfe", secret=b"y" * 32),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.content for answer in refused}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in refused}) == 1
    assert (await post()).status_code == 202


async def test_the_window_is_five_minutes_both_ways(door: FrontDoor) -> None:
    for off in (-295, 295):
        assert (await door.send(captured(), at=time() + off)).status_code == 202


async def test_an_id_that_may_say_anything_is_kept_as_a_keyed_hash(door: FrontDoor) -> None:
    body = captured()
    first = await door.send(body, event_id="Rosa Planted: 77001")
    again = await door.send(body, event_id="Rosa Planted: 77001")
    assert (first.status_code, again.status_code) == (202, 200)
    assert await stored(door, "Rosa Planted: 77001") is None


async def test_an_id_that_is_too_long_is_refused(door: FrontDoor) -> None:
    assert (await door.send(captured(), event_id="m" * 200)).status_code == 202
    answer = await door.send(captured(), event_id="m" * 201)
    assert (answer.status_code, answer.json()["field"]) == (422, "webhook-id")


async def test_a_source_that_sends_too_much_waits_and_the_others_do_not(door: FrontDoor) -> None:
    answers = [await door.send(captured(), source="trickle") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert (await door.send(captured())).status_code == 202
    # Whoever cannot sign takes nothing from those who can.
    await asyncio.sleep(int(answers[-1].headers["retry-after"]))
    for _ in range(20):
        await door.send(captured(), source="trickle", secret=b"z" * 32)
    assert (await door.send(captured(), source="trickle")).status_code == 202


async def test_with_the_store_away_the_sender_is_told_to_come_again(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(arrival: object) -> None:
        raise StoreUnavailable("the store cannot be written now")

    with monkeypatch.context() as patch:
        patch.setattr(door.store.inbox, "accept", away)
        answer = await door.send(captured(), event_id="msg-12")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["error"] == "store-unavailable"
    assert (await door.send(captured(), event_id="msg-12")).status_code == 202


async def test_a_thousand_deliveries_of_one_event_are_one(door: FrontDoor) -> None:
    body, gate = captured("U-1000"), asyncio.Semaphore(50)

    async def deliver() -> httpx.Response:
        async with gate:
            return await door.send(body, event_id="msg-1000")

    answers = await asyncio.gather(*(deliver() for _ in range(1000)))
    counted = [answer.status_code for answer in answers]
    assert (counted.count(202), counted.count(200)) == (1, 999)
    assert len({answer.content for answer in answers}) == 1
    assert len(door.rows) == 1
    correlation_id = answers[0].json()["correlation_id"]
    assert len(await door.store.inbox.of_correlation(correlation_id)) == 1


async def test_the_trace_of_the_sender_is_kept_with_the_event(door: FrontDoor) -> None:
    trace_id = uuid4().hex
    traceparent = f"00-{trace_id}-00f067aa0ba902b7-01"
    await door.send(captured(), event_id="msg-13", headers={"traceparent": traceparent})
    assert (await stored(door, "msg-13")).envelope.traceparent.split("-")[1] == trace_id
    for broken in ("rubbish", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", ""):
        event_id = uuid4().hex
        answer = await door.send(captured(), event_id=event_id, headers={"traceparent": broken})
        assert answer.status_code == 202


async def test_a_defect_is_answered_without_its_words_and_found_in_the_log(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(arrival: object) -> None:
        raise RuntimeError("about Rosa Planted")

    monkeypatch.setattr(door.store.inbox, "accept", broken)
    answer = await door.send(captured())
    assert answer.status_code == 500
    assert answer.json()["error"] == "defect"
    assert answer.headers["x-request-id"] in answer.json()["what_to_do"]
    assert any(getattr(record, "request_id", "") == answer.headers["x-request-id"] for record in caplog.records)
    assert "Rosa" not in answer.text + caplog.text


async def test_what_there_is_not_is_refused_in_the_same_shape(door: FrontDoor) -> None:
    for method, path, status in (
        ("GET", "/v1/events/inventory", 405),
        ("GET", "/nowhere", 404),
        ("POST", "/healthz", 405),
        ("DELETE", "/v1/transactions/x", 405),
    ):
        answer = await door.http.request(method, path)
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "what_to_do"}


async def test_the_access_log_holds_no_query_and_no_unknown_path(
    door: FrontDoor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="suture.gateway.access"):
        await door.http.get("/healthz?mrn=MRN-77001")
        await door.http.get("/patients/MRN-77001")
        await door.send(captured())
    lines = [record.getMessage() for record in caplog.records if record.name == "suture.gateway.access"]
    assert lines == ["GET /healthz 200", "GET (no such path) 404", "POST /v1/events/{source} 202"]


async def present(door: FrontDoor, secret: str, *, source: str = "presenting", header: str = "X-Hook-Secret") -> int:
    path, body = f"/v1/events/{source}/Use/1", json.dumps(captured(uuid4().hex[:12]) | {"eventId": uuid4().hex})
    return (await door.http.put(path, content=body, headers={header: secret.encode()})).status_code


async def test_a_source_that_cannot_sign_is_known_by_the_secret_that_it_presents(door: FrontDoor) -> None:
    old, new = ((door.settings.file.parent / f"{name}.secret").read_text().strip() for name in ("old", "new"))
    assert [await present(door, secret) for secret in (old, new)] == [202, 202]
    for wrong in ("", "x", new[:-1], f"{new}x", new.removeprefix("whsec_"), "\N{BONE}"):
        assert await present(door, wrong) == 401
    assert await present(door, new, header="X-Other") == 401


async def test_what_presents_does_not_sign_and_what_signs_does_not_present(door: FrontDoor) -> None:
    assert (await door.send(captured("U-61"), source="presenting")).status_code == 401
    new = (door.settings.file.parent / "new.secret").read_text().strip()
    assert await present(door, new, source="inventory") == 401
    assert await present(door, new, source="nobody") == 401


async def test_a_presented_event_is_known_again_by_the_id_that_its_system_gives(door: FrontDoor) -> None:
    new = (door.settings.file.parent / "new.secret").read_text().strip()
    body = json.dumps(captured("U-62") | {"eventId": "evt-62"})
    sent = [
        await door.http.request(method, "/v1/events/presenting/Use/62", content=body, headers={"X-Hook-Secret": new})
        for method in ("PUT", "POST", "PUT")
    ]
    assert [answer.status_code for answer in sent] == [202, 200, 200]
    assert (await stored(door, "evt-62", source="presenting")).business_key.endswith(":U-62")


async def test_a_presented_body_that_is_no_event_is_refused_by_its_field(door: FrontDoor) -> None:
    new = (door.settings.file.parent / "new.secret").read_text().strip()
    answer = await door.http.put("/v1/events/presenting/Use/1", content=b"{}", headers={"X-Hook-Secret": new})
    assert answer.status_code == 422
    assert answer.json()["field"] == "eventId"
