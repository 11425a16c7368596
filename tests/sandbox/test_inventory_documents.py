"""Stock documents of the sandbox inventory: lots and owners, transit, and late or repeated requests."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.sandbox.inventory_documents import ON, SERIALS, lot, post, putaway, serial, standing, stock
from tests.sandbox.inventory_process import Inventory, make_secret, receiving, running


@pytest_asyncio.fixture(scope="module")
async def inventory(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inventory]:
    folder: Path = tmp_path_factory.mktemp("documents")
    secret = make_secret()
    async with receiving(secret) as receiver, running(folder, hooks_url=receiver.url, secret=secret) as inventory:
        yield inventory


async def test_stock_is_told_by_owner(inventory: Inventory) -> None:
    await post(inventory, "putaways", putaway(lot("LCON", 4), ownership="consigned"))
    assert [(each["lot"], each["onHand"]) for each in await stock(inventory, "SKU-4701", owner="supplier")] == [
        ("LCON", 4)
    ]
    assert "LCON" not in [each["lot"] for each in await stock(inventory, "SKU-4701", owner="hospital")]


async def test_consigned_goods_fill_the_level_of_consigned_items_alone(inventory: Inventory) -> None:
    owned = await standing(inventory, "SKU-4701")
    await post(inventory, "putaways", putaway(lot("LCON2", 4), ownership="consigned"))
    assert (await standing(inventory, "SKU-4701"))["available"] == owned["available"]
    consigned = await standing(inventory, SERIALS)
    await post(inventory, "putaways", putaway(serial("SN-C1"), ownership="consigned"))
    assert (await standing(inventory, SERIALS))["available"] == consigned["available"] + 1


async def test_what_is_quarantined_on_recall_or_expired_is_not_available(inventory: Inventory) -> None:
    before = await standing(inventory, "SKU-4701")
    held = lot("LHELD", 3)
    held["lots"][0]["condition"] = "quarantined"
    old = lot("LOLD", 3)
    old["lots"][0]["expiresOn"] = "2020-01-31"
    await post(inventory, "putaways", putaway(held, old, lot("LGOOD", 3)))
    assert (await standing(inventory, "SKU-4701"))["available"] == before["available"] + 3
    await post(inventory, "recalls", {"sku": "SKU-4701", "lots": ["LGOOD"], "reason": "seal"})
    assert (await standing(inventory, "SKU-4701"))["available"] == before["available"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("putaways", putaway({"sku": "SKU-4701", "qty": 1}), "lotRequired"),
        ("putaways", putaway({"sku": SERIALS, "qty": 1}, ownership="consigned"), "serialRequired"),
        ("putaways", putaway(serial("SN4720001"), ownership="consigned"), "serialOnHand"),
        ("putaways", putaway({"sku": "SKU-4703", "qty": 1}, ownership="consigned"), "ownerMismatch"),
        ("putaways", putaway(lot("L4701A", 1)), "expiryMismatch"),
        ("putaways", putaway(lot("L1", 1), location="NOWHERE"), "unknownLocation"),
        ("removals", putaway(lot("L-NONE", 1)), "insufficientStock"),
        ("removals", putaway(lot("L1", 1, sku="SKU-4739")), "unknownItem"),
    ],
)
async def test_what_cannot_be_booked_is_refused_and_leaves_nothing(
    inventory: Inventory, path: str, body: dict[str, Any], code: str
) -> None:
    refused = await post(inventory, path, body | {"externalRef": "refused"}, status=422)
    assert refused["error"]["code"] == code
    assert (await inventory.caller.get(f"/v2/{path}", params={"externalRef": "refused"})).json()["data"] == []


async def test_a_line_whose_lots_do_not_make_up_its_quantity_is_refused(inventory: Inventory) -> None:
    refused = await post(inventory, "putaways", putaway(lot("LSUM", 2) | {"qty": 3}), status=400)
    assert refused["error"]["code"] == "validationFailed"


async def test_expired_goods_may_go_back_to_the_supplier(inventory: Inventory) -> None:
    gone = await post(
        inventory, "removals", putaway({"sku": "SKU-4701", "qty": 2, "lots": [{"lot": "L4701X", "qty": 2}]})
    )
    assert [each["onHand"] for each in await stock(inventory, "SKU-4701") if each["lot"] == "L4701X"] == [3]
    await post(inventory, f"removals/{gone['documentId']}/reversal", ON)
    assert [each["onHand"] for each in await stock(inventory, "SKU-4701") if each["lot"] == "L4701X"] == [5]


async def test_a_transfer_is_in_transit_until_its_arrival_is_told(inventory: Inventory) -> None:
    there, here = await standing(inventory, "SKU-4706", "CATH"), await standing(inventory, "SKU-4706")
    body = {"facility": "northCampus", "fromLocation": "CATH", "toLocation": "OR-1", "sku": "SKU-4706", "qty": 5}
    sent = await post(inventory, "transfers", body | ON | {"arrives": "later"})
    assert sent["status"] == "inTransit"
    assert (await standing(inventory, "SKU-4706", "CATH"))["available"] == there["available"] - 5
    assert (await standing(inventory, "SKU-4706"))["inTransit"] == 5
    for _ in range(2):
        arrived = await post(inventory, f"transfers/{sent['documentId']}/arrival", {})
        assert arrived["status"] == "booked"
    now = await standing(inventory, "SKU-4706")
    assert (now["available"], now["inTransit"]) == (here["available"] + 5, 0)
    await post(inventory, f"transfers/{sent['documentId']}/reversal", ON)
    assert (await standing(inventory, "SKU-4706"))["available"] == here["available"]
    refused = await post(inventory, f"transfers/{sent['documentId']}/arrival", {}, status=422)
    assert refused["error"]["code"] == "alreadyReversed"


async def test_a_request_that_was_cut_off_is_applied_when_its_repeat_arrives(inventory: Inventory) -> None:
    body = putaway({"sku": "SKU-4711", "qty": 2}, externalRef="late-1")
    before = (await standing(inventory, "SKU-4711"))["available"]
    await inventory.fault("apply_late", "book_putaway", key_contains="late-1")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await inventory.caller.post("/v2/putaways", json=body)
    await post(inventory, "putaways", body)
    found = (await inventory.caller.get("/v2/putaways", params={"externalRef": "late-1"})).json()["data"]
    assert len(found) == 2
    assert (await standing(inventory, "SKU-4711"))["available"] == before + 4


async def test_a_reversal_can_be_held_and_is_logged_by_its_reference(inventory: Inventory) -> None:
    booked = await post(inventory, "putaways", putaway({"sku": "SKU-4711", "qty": 2}))
    request = {"operation": "reverse_putaway", "at": "applied", "key_contains": "held-1"}
    barrier = (await inventory.control.post("/_control/barriers", json=request)).json()["barrier"]
    path = f"putaways/{booked['documentId']}/reversal"
    waiting = asyncio.create_task(post(inventory, path, ON | {"externalRef": "held-1"}))
    await inventory.control.get(f"/_control/barriers/{barrier}", params={"wait": 10})
    found = (await inventory.caller.get(f"/v2/putaways/{booked['documentId']}")).json()
    assert found["reversal"]["externalRef"] == "held-1"
    await inventory.control.post(f"/_control/barriers/{barrier}/release")
    first = await waiting
    again = await post(inventory, path, ON | {"externalRef": "held-2"})
    assert again == first
    [entry] = await inventory.requests("reverse_putaway", "held-1")
    assert entry["status"] == 201


async def test_documents_survive_a_restart(inventory: Inventory) -> None:
    booked = await post(inventory, "putaways", putaway({"sku": "SKU-4711", "qty": 2}, externalRef="kept"))
    await inventory.stop(kill=True)
    await inventory.start()
    found = (await inventory.caller.get("/v2/putaways", params={"externalRef": "kept"})).json()["data"]
    assert found == [booked]
