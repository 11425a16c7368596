"""Movements: booked, read, and searched by external reference, id, use, or what they reverse."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from sandbox.inventory.movements import movement_shape
from sandbox.inventory.origin import origin_of
from sandbox.inventory.outbox import Origin
from sandbox.inventory.shapes import MovementRequest
from sandbox.inventory.system import System

Several = Annotated[tuple[str, ...], Query(max_length=200)]
_COLUMNS = ("external_ref", "movement_id", "use_id", "reverses")


def movement_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/v2/movements", tags=["movements"])

    @router.post("", operation_id="book_movement", status_code=201)
    async def book_movement(body: MovementRequest, origin: Annotated[Origin, Depends(origin_of)]) -> dict[str, Any]:
        with system.database.transaction():
            return system.movements.book(body, origin)

    @router.get("", operation_id="search_movements")
    async def search_movements(
        external_ref: Annotated[Several, Query(alias="externalRef")] = (),
        movement_id: Annotated[Several, Query(alias="movementId")] = (),
        use_id: Annotated[Several, Query(alias="useId")] = (),
        reverses: Several = (),
        sku: str | None = None,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> dict[str, Any]:
        """All movements with any of the values given, in the order of booking; several filters narrow each other."""
        wheres, values = ["n > ?"], [str(after)]
        for column, wanted in zip(_COLUMNS, (external_ref, movement_id, use_id, reverses), strict=True):
            if wanted:
                wheres.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += wanted
        if sku is not None:
            wheres.append("sku = ?")
            values.append(sku)
        rows = system.database.all(
            f"SELECT * FROM movements WHERE {' AND '.join(wheres)} ORDER BY n LIMIT {limit + 1}", *values
        )
        page = rows[:limit]
        return {
            "data": [movement_shape(row) for row in page],
            "next": page[-1]["n"] if len(rows) > limit else None,
        }

    @router.get("/{movementId}", operation_id="read_movement")
    async def read_movement(movementId: str) -> dict[str, Any]:
        return system.movements.read(movementId)

    return router
