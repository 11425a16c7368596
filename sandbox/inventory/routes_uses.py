"""Uses: captured, told anew, corrected, listed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from sandbox.inventory.origin import origin_of
from sandbox.inventory.outbox import Origin
from sandbox.inventory.shapes import CorrectionRequest, UseRequest
from sandbox.inventory.system import System
from sandbox.inventory.uses import use_shape

FromRequest = Annotated[Origin, Depends(origin_of)]


def use_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/v2/uses", tags=["uses"])

    @router.post("", operation_id="capture_use", status_code=201)
    async def capture_use(body: UseRequest, origin: FromRequest) -> dict[str, Any]:
        with system.database.transaction():
            return system.uses.capture(body, origin)

    @router.get("", operation_id="list_uses")
    async def list_uses(
        use_id: Annotated[str | None, Query(alias="useId")] = None,
        act_id: Annotated[str | None, Query(alias="actId")] = None,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> dict[str, Any]:
        rows = system.database.all(
            """SELECT * FROM uses WHERE n > ?1 AND (?2 IS NULL OR use_id = ?2) AND (?3 IS NULL OR act_id = ?3)
            ORDER BY n LIMIT ?4""",
            after, use_id, act_id, limit + 1,
        )  # fmt: skip
        page = rows[:limit]
        return {"data": [use_shape(row) for row in page], "next": page[-1]["n"] if len(rows) > limit else None}

    @router.get("/{useId}", operation_id="read_use")
    async def read_use(useId: str) -> dict[str, Any]:
        return system.uses.read(useId)

    @router.put("/{useId}", operation_id="amend_use")
    async def amend_use(useId: str, body: UseRequest, origin: FromRequest) -> dict[str, Any]:
        with system.database.transaction():
            return system.uses.amend(useId, body, origin)

    @router.post("/{useId}/corrections", operation_id="correct_use", status_code=201)
    async def correct_use(useId: str, body: CorrectionRequest, origin: FromRequest) -> dict[str, Any]:
        with system.database.transaction():
            return system.uses.correct(useId, body, origin)

    @router.get("/{useId}/corrections", operation_id="list_corrections")
    async def list_corrections(useId: str) -> dict[str, Any]:
        system.uses.read(useId)
        return {"data": system.uses.corrections(useId), "next": None}

    return router
