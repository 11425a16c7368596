"""Items: searched by any code, read, approved out of suspense."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from sandbox.inventory.approval import approve
from sandbox.inventory.errors import VendorError
from sandbox.inventory.origin import origin_of
from sandbox.inventory.outbox import Origin
from sandbox.inventory.system import System


def item_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/v2/items", tags=["items"])

    @router.get("", operation_id="search_items")
    async def search_items(
        sku: str | None = None,
        gtin: str | None = None,
        alias: str | None = None,
        after: str = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        """One code gives at most one item; none gives the whole catalogue, page by page."""
        if sku or gtin or alias:
            found = system.stock.find_sku(sku=sku or alias) if sku or alias else system.stock.find_sku(gtin=gtin)
            return {"data": [system.stock.item(found)] if found else [], "next": None}
        rows = system.database.all("SELECT sku FROM items WHERE sku > ? ORDER BY sku LIMIT ?", after, limit + 1)
        page = [row["sku"] for row in rows[:limit]]
        return {"data": [system.stock.item(each) for each in page], "next": page[-1] if len(rows) > limit else None}

    @router.get("/{sku}", operation_id="read_item")
    async def read_item(sku: str) -> dict[str, Any]:
        item = system.stock.item(sku)
        if item is None:
            raise VendorError(404, "unknownItem", f"{sku} is not in the catalogue", "sku")
        return item

    @router.post("/{sku}/approve", operation_id="approve_item", status_code=201)
    async def approve_item(sku: str, origin: Annotated[Origin, Depends(origin_of)]) -> dict[str, Any]:
        return approve(system, sku, origin)

    return router
