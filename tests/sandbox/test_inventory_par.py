"""Par levels of the sandbox inventory: what is on its way counts, and a crossing is announced once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.sandbox.inventory_documents import ON, lot, post, putaway, standing
from tests.sandbox.inventory_process import AT_OR_1, Inventory, make_secret, receiving, running


@pytest_asyncio.fixture(scope="module")
async def inventory(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inventory]:
    folder: Path = tmp_path_factory.mktemp("par")
    secret = make_secret()
    async with receiving(secret) as receiver, running(folder, hooks_url=receiver.url, secret=secret) as inventory:
        yield inventory


async def test_what_a_ship_notice_tells_is_in_transit_instead_of_on_order_until_it_comes(inventory: Inventory) -> None:
    line = {"sku": "SKU-4703", "location": "OR-1", "qty": 10}
    order = {"facility": "northCampus", "orderNumber": "PO-SHIP", "lines": [line]}
    await post(inventory, "expectedDeliveries", order | {"revision": 1})
    await post(inventory, "shipNotices", order | {"noticeNumber": "ASN-1", "lines": [line | {"qty": 6}]})
    now = await standing(inventory, "SKU-4703")
    assert (now["onOrder"], now["inTransit"]) == (4, 6)
    await post(inventory, "putaways", putaway({"sku": "SKU-4703", "qty": 7}, orderNumber="PO-SHIP"))
    now = await standing(inventory, "SKU-4703")
    assert (now["onOrder"], now["inTransit"]) == (3, 0)


async def test_what_came_of_an_order_to_another_location_is_expected_no_longer(inventory: Inventory) -> None:
    line = {"sku": "SKU-4707", "location": "OR-1", "qty": 10}
    order = {"facility": "northCampus", "orderNumber": "PO-AWAY", "lines": [line]}
    await post(inventory, "expectedDeliveries", order | {"revision": 1})
    await post(inventory, "putaways", putaway({"sku": "SKU-4707", "qty": 10}, location="CATH", orderNumber="PO-AWAY"))
    assert (await standing(inventory, "SKU-4707"))["onOrder"] == 0


async def test_an_older_revision_that_arrives_late_changes_nothing(inventory: Inventory) -> None:
    for revision, qty in ((2, 8), (1, 30)):
        line = {"sku": "SKU-4723", "location": "OR-1", "qty": qty}
        body = {"facility": "northCampus", "orderNumber": "PO-LATE", "revision": revision, "lines": [line]}
        await post(inventory, "expectedDeliveries", body)
    assert (await standing(inventory, "SKU-4723"))["onOrder"] == 8


async def crossings(inventory: Inventory) -> int:
    """How many crossings were announced so far, of whatever item."""
    answer = await inventory.control.get("/_control/hooks")
    return [each["type"] for each in answer.json()["outbox"]].count("par.crossed")


async def test_a_level_is_announced_again_once_it_was_filled_up(inventory: Inventory) -> None:
    at = {"facility": "northCampus", "location": "OR-2", "sku": "SKU-4727"}
    available = (await standing(inventory, "SKU-4727", "OR-2"))["available"]
    await inventory.control.put("/_control/par", json=at | {"par": available})
    counted = await crossings(inventory)

    async def announced(after: int) -> None:
        assert await crossings(inventory) == counted + after

    async def consume() -> None:
        assert (await inventory.control.post("/_control/consume", json=at | {"qty": 1})).status_code == 201

    await announced(0)
    await consume()
    await consume()
    await announced(1)
    line = {"sku": "SKU-4727", "location": "OR-2", "qty": 5}
    order = {"facility": "northCampus", "orderNumber": "PO-FILL", "revision": 1, "lines": [line]}
    filled = await post(inventory, "expectedDeliveries", order)
    await consume()
    await announced(1)
    await post(inventory, f"expectedDeliveries/{filled['documentId']}/reversal", ON)
    await announced(2)
    await consume()
    await announced(2)


async def test_goods_that_come_in_parts_cross_no_level_on_their_way_in(inventory: Inventory) -> None:
    at = {"facility": "northCampus", "location": "OR-2", "sku": "SKU-4709"}
    available = (await standing(inventory, "SKU-4709", "OR-2"))["available"]
    line = {"sku": "SKU-4709", "location": "OR-2", "qty": 10}
    order = {"facility": "northCampus", "orderNumber": "PO-PARTS", "revision": 1, "lines": [line]}
    await post(inventory, "expectedDeliveries", order)
    await inventory.control.put("/_control/par", json=at | {"par": available + 10})
    counted = await crossings(inventory)
    parts = [lot("LPART1", 5, "SKU-4709"), lot("LPART2", 5, "SKU-4709")]
    came = await post(inventory, "putaways", putaway(*parts, location="OR-2", orderNumber="PO-PARTS"))
    assert (await standing(inventory, "SKU-4709", "OR-2"))["need"] == 0
    assert await crossings(inventory) == counted
    await post(inventory, f"putaways/{came['documentId']}/reversal", ON)
    assert await crossings(inventory) == counted
    fewer = order | {"revision": 2, "lines": []}
    await post(inventory, "expectedDeliveries", fewer)
    assert await crossings(inventory) == counted + 1


async def test_a_recall_that_leaves_too_little_is_announced(inventory: Inventory) -> None:
    at = {"facility": "northCampus", "location": "OR-2", "sku": "SKU-4706"}
    available = (await standing(inventory, "SKU-4706", "OR-2"))["available"]
    await inventory.control.put("/_control/par", json=at | {"par": available})
    counted = await crossings(inventory)
    await post(inventory, "recalls", {"sku": "SKU-4706", "lots": ["L4706A"], "reason": "seal"})
    assert await crossings(inventory) == counted + 1


async def test_the_levels_of_the_seed_are_not_announced(inventory: Inventory) -> None:
    counted = await crossings(inventory)
    available = (await standing(inventory, "SKU-4731"))["available"]
    body = AT_OR_1 | {"sku": "SKU-4731", "qty": available}
    assert (await inventory.control.post("/_control/consume", json=body)).status_code == 201
    assert (await standing(inventory, "SKU-4731"))["need"] == 20
    assert await crossings(inventory) == counted


async def test_below_par_is_listed_page_by_page(inventory: Inventory) -> None:
    for location in ("OR-1", "OR-2", "CATH"):
        at = {"facility": "southCampus", "location": location, "sku": "SKU-4703", "par": 900, "announced": False}
        await inventory.control.put("/_control/par", json=at)
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        asked = {"facility": "southCampus", "limit": "1", "after": after}
        page = (await inventory.caller.get("/v2/parStandings/below", params=asked)).json()
        assert len(page["data"]) <= 1
        found += page["data"]
        after = page["next"]
    assert [each["location"] for each in found] == ["CATH", "OR-1", "OR-2"]
