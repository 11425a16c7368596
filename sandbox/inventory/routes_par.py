"""Standings against par, and the surgical cases that need an item."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from sandbox.inventory.system import System


def par_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/v2", tags=["par"])

    @router.get("/parStandings", operation_id="read_par_standing")
    async def read_par_standing(facility: str, location: str, sku: str) -> dict[str, Any]:
        """At most one: none where nothing of the item is kept at par there."""
        standing = system.pars.standing(sku, facility, location)
        return {"data": [standing] if standing else [], "next": None}

    @router.get("/parStandings/below", operation_id="list_below_par")
    async def list_below_par(
        facility: str, after: str = "", limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> dict[str, Any]:
        standings, following = system.pars.below(facility, after=after, limit=limit)
        return {"data": standings, "next": following}

    @router.get("/surgicalCases", operation_id="list_surgical_cases")
    async def list_surgical_cases(facility: str, sku: str, until: date) -> dict[str, Any]:
        """Those that are still to come and need the item, up to and on that day."""
        return {"data": system.surgical_cases.needing(facility, sku, until), "next": None}

    return router
