"""Uses that the sandbox inventory captures, and the signed webhooks that carry them out."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.sandbox.inventory_process import USE, Inventory, Receiver, make_secret, receiving, running, until


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving(make_secret()) as receiver:
        yield receiver


@pytest_asyncio.fixture
async def inventory(tmp_path: Path, receiver: Receiver) -> AsyncIterator[Inventory]:
    async with running(tmp_path, hooks_url=receiver.url, secret=receiver.secret) as inventory:
        yield inventory


async def capture(inventory: Inventory, **fields: Any) -> dict[str, Any]:
    answer = await inventory.caller.post("/v2/uses", json=USE | fields)
    assert answer.status_code == 201, answer.text
    use: dict[str, Any] = answer.json()
    return use


async def test_a_captured_use_is_sent_signed_with_what_was_scanned(inventory: Inventory, receiver: Receiver) -> None:
    patient = {"mrn": "MRN-77", "name": "Ada Doe", "birthDate": "1950-02-03"}
    headers = {"X-Correlation-Id": "cor-9", "traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}
    body = USE | {"barcode": "(01)00950000047034(10)AB", "unit": "box", "patient": patient}
    use = (await inventory.caller.post("/v2/uses", json=body, headers=headers)).json()
    [event] = await receiver.wait_for(1)
    sent, _ = receiver.deliveries[0]
    assert event["eventType"] == "use.captured"
    assert (sent["webhook-id"], sent["x-correlation-id"]) == (event["eventId"], "cor-9")
    assert sent["traceparent"] == headers["traceparent"]
    assert event["data"] == use
    assert use["scannedAt"] == "2026-11-20T09:15:00-05:00"
    assert (use["version"], use["alreadyBooked"], use["patient"]) == (1, None, patient)
    listed = (await inventory.caller.get("/v2/uses", params={"useId": use["useId"]})).json()["data"]
    assert listed == [use]
    assert (await inventory.caller.get("/v2/movements", params={"useId": use["useId"]})).json()["data"] == []


async def test_a_use_without_patient_says_nothing_of_one(inventory: Inventory, receiver: Receiver) -> None:
    await capture(inventory, encounterNumber=None)
    [event] = await receiver.wait_for(1)
    assert "patient" not in event["data"]
    assert event["data"]["encounterNumber"] is None


async def test_a_cabinet_books_its_own_movement_and_says_so(inventory: Inventory, receiver: Receiver) -> None:
    item = (await inventory.caller.get("/v2/items/SKU-4705")).json()
    box = next(each["gtin"] for each in item["packs"] if each["level"] == "box")
    scan = {"location": "CABINET-9", "sku": None, "barcode": f"01{box}10L4705A\x1d17280101"}
    use = await capture(inventory, **scan)
    [event] = await receiver.wait_for(1)
    assert event["data"]["alreadyBooked"] == use["alreadyBooked"]
    [movement] = (await inventory.caller.get("/v2/movements", params={"useId": use["useId"]})).json()["data"]
    assert movement["movementId"] == use["alreadyBooked"]["movementId"]
    assert (movement["type"], movement["delta"], movement["lot"]) == ("consumption", -5, "L4705A")
    assert (movement["bookedBy"], movement["serviceDate"]) == ("cabinet", "2026-11-20")
    odd = await capture(inventory, location="CABINET-9", sku="SKU-4705", lot="L4705R")
    [movement] = (await inventory.caller.get("/v2/movements", params={"useId": odd["useId"]})).json()["data"]
    assert (movement["type"], movement["reason"]) == ("discrepancy", "lotOnRecall")


async def test_a_cabinet_can_announce_what_it_books_only_later(inventory: Inventory) -> None:
    await inventory.control.post("/_control/cabinet", json={"books": False})
    use = await capture(inventory, location="CABINET-9")
    movement_id = use["alreadyBooked"]["movementId"]
    assert (await inventory.caller.get(f"/v2/movements/{movement_id}")).status_code == 404
    assert (await inventory.control.post("/_control/cabinet", json={"books": True})).json()["booked"] == 1
    assert (await inventory.caller.get(f"/v2/movements/{movement_id}")).json()["useId"] == use["useId"]


async def test_what_the_rules_refuse_meanwhile_is_booked_as_a_discrepancy_also_after_a_restart(
    inventory: Inventory,
) -> None:
    await inventory.control.post("/_control/cabinet", json={"books": False})
    use = await capture(inventory, location="CABINET-9", sku="SKU-4706", lot="L4706A")
    recall = {"sku": "SKU-4706", "lots": ["L4706A"], "reason": "Wrong label"}
    assert (await inventory.caller.post("/v2/recalls", json=recall)).status_code == 201
    await inventory.stop(kill=True)
    await inventory.start()
    later = await capture(inventory, location="CABINET-9")
    assert (await inventory.control.post("/_control/cabinet", json={"books": True})).json()["booked"] == 2
    first, second = [
        (await inventory.caller.get(f"/v2/movements/{one['alreadyBooked']['movementId']}")).json()
        for one in (use, later)
    ]
    assert (first["type"], first["reason"], first["lot"]) == ("discrepancy", "lotOnRecall", "L4706A")
    assert (second["type"], second["useId"]) == ("consumption", later["useId"])


async def test_a_use_that_is_booked_is_amended_in_nothing_that_was_booked(inventory: Inventory) -> None:
    at_cabinet = USE | {"location": "CABINET-9", "encounterNumber": None}
    path = f"/v2/uses/{(await capture(inventory, **at_cabinet))['useId']}"
    for changed in ({"sku": "SKU-4707"}, {"qty": 2}, {"unit": "box"}, {"location": "OR-1"}, {"lot": "L1"}):
        refused = await inventory.caller.put(path, json=at_cabinet | changed)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "alreadyBooked"), changed
        assert refused.json()["error"]["field"] == next(iter(changed))
    assert (await inventory.caller.put(path, json=at_cabinet | {"encounterNumber": "ENC-2"})).status_code == 200
    unbooked = f"/v2/uses/{(await capture(inventory))['useId']}"
    refused = await inventory.caller.put(unbooked, json=USE | {"location": "NOWHERE"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknownLocation")


async def test_a_cabinet_refuses_what_makes_no_movement(inventory: Inventory) -> None:
    scan = {"location": "CABINET-9", "sku": None, "barcode": "(01)00950000047034(10)"}
    many = {"location": "CABINET-9", "unit": "box", "qty": 999_999}
    for fields, field in ((scan, "lot"), (many, "qty")):
        refused = await inventory.caller.post("/v2/uses", json=USE | fields)
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, field)
    assert (await inventory.caller.get("/v2/uses")).json()["data"] == []


async def test_malformed_bodies_are_refused_wherever_a_use_is_written(inventory: Inventory) -> None:
    path = f"/v2/uses/{(await capture(inventory))['useId']}"
    broken = (b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"\\ud800": 1}', b'{"kind": "\\ud800"}')
    used = [
        json.dumps(USE | one).encode()
        for one in ({"qty": "1"}, {"qty": 1e-4}, {"scannedAt": "2026-11-20T09:15:00"}, {"sku": ""})
    ]
    corrected = (b'{"kind": "notUsed", "replacement": {}}', b'{"kind": "wrongItem", "replacement": {"qty": 0}}')
    for method, address, bodies in (
        ("POST", "/v2/uses", (*broken, *used)),
        ("PUT", path, (*broken, *used)),
        ("POST", f"{path}/corrections", (*broken, *corrected)),
    ):
        for body in bodies:
            headers = {"content-type": "application/json"}
            answer = await inventory.caller.request(method, address, content=body, headers=headers)
            assert answer.status_code == 400, (method, body[:40], answer.text)
            assert set(answer.json()["error"]) == {"code", "detail", "field"}


async def test_corrections_and_later_versions_are_sent(inventory: Inventory, receiver: Receiver) -> None:
    use = await capture(inventory, encounterNumber=None)
    path = f"/v2/uses/{use['useId']}"
    amended = (await inventory.caller.put(path, json=USE)).json()
    assert (amended["version"], amended["actId"], amended["encounterNumber"]) == (2, use["actId"], "ENC-1")
    body = {"kind": "wrongPatient", "replacement": {"encounterNumber": "ENC-2"}}
    correction = (await inventory.caller.post(f"{path}/corrections", json=body)).json()
    events = await receiver.wait_for(3)
    assert [each["eventType"] for each in events] == ["use.captured", "use.captured", "use.corrected"]
    assert events[1]["data"] == amended
    assert events[2]["data"] == correction
    assert (correction["correctsUseId"], correction["kind"]) == (use["useId"], "wrongPatient")
    assert correction["replacement"] == amended | {"encounterNumber": "ENC-2", "version": 3}
    body = {"kind": "wrongItem", "replacement": {"sku": "SKU-4701", "lot": "L4701A"}}
    second = (await inventory.caller.post(f"{path}/corrections", json=body)).json()
    assert (second["version"], second["replacement"]["encounterNumber"]) == (2, "ENC-2")
    assert (second["replacement"]["sku"], second["replacement"]["lot"]) == ("SKU-4701", "L4701A")
    assert (await inventory.caller.get(f"{path}/corrections")).json()["data"] == [correction, second]
    refused = await inventory.caller.post(f"{path}/corrections", json={"kind": "wrongItem"})
    assert refused.status_code == 400
    assert (await inventory.caller.post("/v2/uses", json=USE | {"useId": use["useId"]})).status_code == 409


async def test_the_unknown_item_is_approved_once_and_announced(inventory: Inventory, receiver: Receiver) -> None:
    assert (await inventory.caller.get("/v2/items/SKU-4739")).status_code == 404
    assert (await inventory.book("unknown", sku="SKU-4739")).json()["error"]["code"] == "unknownItem"
    item = (await inventory.caller.post("/v2/items/SKU-4739/approve")).json()
    [event] = await receiver.wait_for(1)
    assert (event["eventType"], event["data"]) == ("item.approved", item)
    assert (await inventory.book("known", sku="SKU-4739")).status_code == 201
    assert (await inventory.caller.post("/v2/items/SKU-4739/approve")).status_code == 409
    assert (await inventory.caller.post("/v2/items/SKU-9999/approve")).status_code == 404


async def test_a_webhook_is_sent_until_it_is_taken(inventory: Inventory, receiver: Receiver) -> None:
    receiver.answers = [(503, {}), (429, {"retry-after": "1"}), (500, {})]
    first, second = await capture(inventory), await capture(inventory)
    events = await receiver.wait_for(2)
    assert [each["data"]["useId"] for each in events] == [first["useId"], second["useId"]]
    assert receiver.attempts == 5


async def test_a_refused_webhook_is_parked_and_holds_nothing_back(inventory: Inventory, receiver: Receiver) -> None:
    receiver.answers = [(422, {})]
    await capture(inventory)
    taken = await capture(inventory)
    [event] = await receiver.wait_for(1)
    assert event["data"]["useId"] == taken["useId"]
    await until(lambda: settled(inventory))


async def test_webhooks_are_repeated_reordered_delayed_and_held(inventory: Inventory, receiver: Receiver) -> None:
    async def hook(kind: str, **more: Any) -> None:
        assert (await inventory.control.post("/_control/hooks", json={"kind": kind} | more)).status_code == 201

    await hook("repeat")
    await capture(inventory, useId="use_repeated")
    events = await receiver.wait_for(2)
    assert events[0] == events[1]
    await hook("reorder")
    await capture(inventory, useId="use_a")
    await capture(inventory, useId="use_b")
    await receiver.wait_for(4)
    await hook("delay", seconds=0.5)
    await capture(inventory, useId="use_c")
    await capture(inventory, useId="use_d")
    await receiver.wait_for(6)
    await hook("hold")
    await capture(inventory, useId="use_e")
    await capture(inventory, useId="use_f")
    await receiver.wait_for(7)
    assert (await inventory.control.post("/_control/hooks/release")).json() == {"released": 1}
    events = await receiver.wait_for(8)
    assert [each["data"]["useId"][4:] for each in events[2:]] == ["b", "a", "d", "c", "f", "e"]


async def test_state_and_unsent_webhooks_survive_a_kill(inventory: Inventory, receiver: Receiver) -> None:
    await inventory.book("kept")
    await inventory.control.post("/_control/hooks", json={"kind": "hold"})
    use = await capture(inventory)
    on_hand = await inventory.on_hand()
    await inventory.stop(kill=True)
    await inventory.start()
    assert await inventory.on_hand() == on_hand
    assert len(await inventory.booked("kept")) == 1
    assert (await inventory.caller.get(f"/v2/uses/{use['useId']}")).json() == use
    await inventory.control.post("/_control/hooks/release")
    [event] = await receiver.wait_for(1)
    assert event["data"] == use
    other = await capture(inventory)
    assert other["useId"] != use["useId"]
    assert await inventory.stop() == 0


async def test_stopping_lets_go_of_a_held_request(inventory: Inventory) -> None:
    body = {"operation": "book_movement", "at": "received"}
    barrier = (await inventory.control.post("/_control/barriers", json=body)).json()["barrier"]
    booking = asyncio.create_task(inventory.book("held"))
    assert (await inventory.control.get(f"/_control/barriers/{barrier}?wait=5")).json() == {"reached": True}
    assert inventory.process is not None
    inventory.process.terminate()
    assert (await booking).status_code == 201
    assert await inventory.process.wait() == 0


async def test_one_seed_gives_one_hospital(tmp_path: Path, inventory: Inventory, receiver: Receiver) -> None:
    folder = tmp_path / "twin"
    folder.mkdir()
    async with running(folder, hooks_url=receiver.url, secret=receiver.secret) as twin:
        for path in ("/v2/items?limit=500", "/v2/stock?sku=SKU-4701", "/v2/lots?sku=SKU-4701", "/v2/locations"):
            assert (await twin.caller.get(path)).json() == (await inventory.caller.get(path)).json()
        first, second = await twin.book("same"), await inventory.book("same")
        assert first.json()["movementId"] == second.json()["movementId"]


async def settled(inventory: Inventory) -> bool:
    rows = (await inventory.control.get("/_control/hooks")).json()["outbox"]
    return [row["state"] for row in rows] == ["failed", "sent"]
