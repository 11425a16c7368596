"""Stock: locations, par levels, on hand, lots, serials, recalls, and the one look-up that answers a use."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from sandbox.inventory.errors import VendorError
from sandbox.inventory.origin import origin_of
from sandbox.inventory.outbox import Origin
from sandbox.inventory.shapes import ConditionRequest, RecallRequest, to_qty
from sandbox.inventory.stock import batch_shape, stock_shape
from sandbox.inventory.system import System

Limit = Annotated[int, Query(ge=1, le=1000)]
FromRequest = Annotated[Origin, Depends(origin_of)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


def stock_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/v2", tags=["stock"])
    database, stock = system.database, system.stock

    def today() -> date:
        return system.clock.now().date()

    def page(sql: str, *values: Any, limit: int, offset: int) -> tuple[list[dict[str, Any]], int | None]:
        rows = database.all(f"{sql} LIMIT {limit + 1} OFFSET {offset}", *values)
        return rows[:limit], offset + limit if len(rows) > limit else None

    @router.get("/locations", operation_id="list_locations")
    async def list_locations(facility: str | None = None) -> dict[str, Any]:
        return {"data": [each for each in stock.locations() if facility in (None, each["facility"])], "next": None}

    @router.get("/parLevels", operation_id="list_par_levels")
    async def list_par_levels(
        facility: str | None = None, location: str | None = None, sku: str | None = None,
        limit: Limit = 200, offset: Offset = 0,
    ) -> dict[str, Any]:  # fmt: skip
        rows, following = page(
            """SELECT facility, location, sku, par FROM par_levels WHERE (?1 IS NULL OR facility = ?1)
            AND (?2 IS NULL OR location = ?2) AND (?3 IS NULL OR sku = ?3) ORDER BY facility, location, sku""",
            facility, location, sku, limit=limit, offset=offset,
        )  # fmt: skip
        return {"data": rows, "next": following}

    @router.get("/stock", operation_id="read_stock")
    async def read_stock(
        sku: str, facility: str | None = None, location: str | None = None, owner: str | None = None,
        limit: Limit = 200, offset: Offset = 0,
    ) -> dict[str, Any]:  # fmt: skip
        """On hand of an item, by location, lot and serial, each with its owner: the sum of its movements."""
        rows, following = page(
            """SELECT facility, location, sku, lot, serial, owner, SUM(delta) AS on_hand FROM stocked WHERE sku = ?1
            AND (?2 IS NULL OR facility = ?2) AND (?3 IS NULL OR location = ?3) AND (?4 IS NULL OR owner = ?4)
            GROUP BY facility, location, lot, serial ORDER BY facility, location, lot, serial""",
            sku, facility, location, owner, limit=limit, offset=offset,
        )  # fmt: skip
        return {"data": [stock_shape(row) for row in rows], "next": following}

    @router.get("/lots", operation_id="list_lots")
    async def list_lots(sku: str, limit: Limit = 200, offset: Offset = 0) -> dict[str, Any]:
        rows, following = page("SELECT * FROM lots WHERE sku = ? ORDER BY lot", sku, limit=limit, offset=offset)
        return {"data": [batch_shape(row, on=today()) for row in rows], "next": following}

    @router.get("/serials", operation_id="list_serials")
    async def list_serials(sku: str, limit: Limit = 200, offset: Offset = 0) -> dict[str, Any]:
        rows, following = page("SELECT * FROM serials WHERE sku = ? ORDER BY serial", sku, limit=limit, offset=offset)
        return {"data": [batch_shape(row, on=today()) for row in rows], "next": following}

    @router.put("/conditions", operation_id="set_condition")
    async def set_condition(body: ConditionRequest, origin: FromRequest) -> dict[str, Any]:
        table, column, value = ("lots", "lot", body.lot) if body.lot else ("serials", "serial", body.serial)
        hold = None if body.condition == "inDate" else body.condition
        with database.transaction():
            changed = database.one(
                f"UPDATE {table} SET hold = ?, recall_id = NULL WHERE sku = ? AND {column} = ? RETURNING *",
                hold, body.sku, value,
            )  # fmt: skip
            system.pars.look_everywhere(body.sku, origin)
        if changed is None:
            raise VendorError(404, "notFound", f"{body.sku} has no {column} {value}", column)
        return batch_shape(changed, on=today())

    @router.get("/recalls", operation_id="list_recalls")
    async def list_recalls(sku: str | None = None) -> dict[str, Any]:
        return {"data": stock.recalls(sku), "next": None}

    @router.post("/recalls", operation_id="open_recall", status_code=201)
    async def open_recall(body: RecallRequest, origin: FromRequest) -> dict[str, Any]:
        """Without lots and serials, all of the item's."""
        if stock.item(body.sku) is None:
            raise VendorError(422, "unknownItem", f"{body.sku} is not in the catalogue", "sku")
        with database.transaction():
            recall_id, everything = system.ids.next("rec"), not body.lots and not body.serials
            database.execute(
                "INSERT INTO recalls VALUES (?, ?, ?, ?, ?, ?)", recall_id, body.sku, json.dumps(body.lots),
                json.dumps(body.serials), body.reason, system.clock.stamp(),
            )  # fmt: skip
            for table, column, values in (("lots", "lot", body.lots), ("serials", "serial", body.serials)):
                database.execute(
                    f"""UPDATE {table} SET hold = 'onRecall', recall_id = ?1 WHERE sku = ?2
                    AND (?3 OR {column} IN (SELECT value FROM json_each(?4)))""",
                    recall_id, body.sku, everything, json.dumps(values),
                )  # fmt: skip
            system.pars.look_everywhere(body.sku, origin)
        return next(each for each in stock.recalls(body.sku) if each["recallId"] == recall_id)

    @router.get("/lookups/use", operation_id="lookup_use")
    async def lookup_use(
        facility: str, location: str, sku: str | None = None, gtin: str | None = None, lot: str | None = None,
        serial: str | None = None, on: date | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """All that a use asks: the item, the level that was scanned, its lot or serial, and on hand there."""
        if (sku is None) == (gtin is None):
            raise VendorError(400, "validationFailed", "exactly one of sku and gtin is needed", "sku")
        place = stock.location(facility, location)
        found = stock.find_sku(sku=sku, gtin=gtin)
        item = stock.item(found) if found else None
        day = on or system.clock.today(place["timeZone"] if place else "UTC")
        answer: dict[str, Any] = {
            "item": item,
            "scannedPack": stock.pack(gtin) if gtin else None,
            "lot": stock.lot(found, lot, on=day) if found and lot else None,
            "serial": stock.serial(found, serial, on=day) if found and serial else None,
            "location": place,
            "onHand": None,
            "asOf": system.clock.stamp(),
        }
        if found and place:
            at = {"facility": facility, "location": location}
            answer["onHand"] = {
                "total": to_qty(stock.on_hand(found, **at)),
                "lot": to_qty(stock.on_hand(found, **at, lot=lot)) if lot else None,
                "serial": to_qty(stock.on_hand(found, **at, serial=serial)) if serial else None,
            }
        return answer

    return router
