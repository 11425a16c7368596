"""Bodies of stock documents for the tests of the sandbox inventory, and what they ask of it."""

from typing import Any

from tests.sandbox.inventory_process import AT_OR_1, Inventory

ON = {"effectiveOn": "2026-11-20"}
SERIALS = "SKU-4720"
"""Consigned, by serial."""


async def post(inventory: Inventory, path: str, body: dict[str, Any], *, status: int = 201) -> Any:
    answer = await inventory.caller.post(f"/v2/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def putaway(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return AT_OR_1 | ON | {"lines": list(lines)} | fields


def serial(name: str, sku: str = SERIALS) -> dict[str, Any]:
    return {"sku": sku, "qty": 1, "lots": [{"serial": name, "expiresOn": "2029-01-31", "qty": 1}]}


def lot(name: str, qty: float, sku: str = "SKU-4701") -> dict[str, Any]:
    return {"sku": sku, "qty": qty, "lots": [{"lot": name, "expiresOn": "2029-01-31", "qty": qty}]}


async def standing(inventory: Inventory, sku: str, location: str = "OR-1") -> dict[str, Any]:
    asked = {"facility": "northCampus", "location": location, "sku": sku}
    [found] = (await inventory.caller.get("/v2/parStandings", params=asked)).json()["data"]
    return dict(found)


async def stock(inventory: Inventory, sku: str, **by: str) -> list[dict[str, Any]]:
    answer = await inventory.caller.get("/v2/stock", params=AT_OR_1 | {"sku": sku} | by)
    return list(answer.json()["data"])
