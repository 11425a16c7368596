"""The dock terminal of the sandbox inventory, and its schedule of surgery."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.sandbox.inventory_documents import post, stock
from tests.sandbox.inventory_process import AT_OR_1, Inventory, make_secret, receiving, running


@pytest_asyncio.fixture(scope="module")
async def inventory(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inventory]:
    folder: Path = tmp_path_factory.mktemp("dock")
    secret = make_secret()
    async with receiving(secret) as receiver, running(folder, hooks_url=receiver.url, secret=secret) as inventory:
        yield inventory


async def test_a_dock_capture_moves_no_stock_and_is_taken_and_reversed_once(inventory: Inventory) -> None:
    before = await stock(inventory, "SKU-4701")
    body = AT_OR_1 | {
        "receiptNumber": "DR-ONCE",
        "receivedAt": "2026-11-20T09:00:00-05:00",
        "lines": [{"sku": "SKU-4701", "acceptedQty": 5}],
    }
    captured = await post(inventory, "dockReceipts", body)
    assert captured["receivedOn"] == "2026-11-20"
    again = await post(inventory, "dockReceipts", body, status=409)
    assert again["error"]["code"] == "documentExists"
    first = await post(inventory, "dockReceipts/DR-ONCE/reversal", {"reason": "wrong dock"})
    assert await post(inventory, "dockReceipts/DR-ONCE/reversal", {"reason": "again"}) == first
    assert (await inventory.caller.get("/v2/dockReceipts/DR-ONCE")).json() == first
    types = [each["type"] for each in (await inventory.control.get("/_control/hooks")).json()["outbox"]]
    assert (types.count("dockReceipt.captured"), types.count("dockReceipt.reversed")) == (1, 1)
    assert await stock(inventory, "SKU-4701") == before
    assert (await inventory.caller.get("/v2/dockReceipts/NONE")).status_code == 404


async def test_the_surgical_cases_of_the_seed_need_implants_and_name_no_patient(inventory: Inventory) -> None:
    asked = {"facility": "northCampus", "until": "2036-01-01"}
    found: list[dict[str, Any]] = []
    for number in range(4700, 4740):
        params = asked | {"sku": f"SKU-{number}"}
        found += (await inventory.caller.get("/v2/surgicalCases", params=params)).json()["data"]
    assert {each["surgicalCaseNumber"] for each in found} == {f"C-2026-{n:04d}" for n in (11, 25, 39, 53)}
    assert all(set(each) == {"surgicalCaseNumber", "scheduledOn", "qty"} for each in found)
