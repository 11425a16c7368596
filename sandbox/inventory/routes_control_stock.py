"""Control of stock, for tests and the demo: par levels, consumption that makes a crossing, the schedule of surgery."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from sandbox.inventory.outbox import Origin
from sandbox.inventory.shapes import MovementRequest, Qty, to_qty
from sandbox.inventory.system import System


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ParLevel(_Body):
    facility: str
    location: str
    sku: str
    par: Annotated[int, Field(ge=0, le=1_000_000)]
    announced: bool = True


class Consumption(_Body):
    facility: str
    location: str
    sku: str
    qty: Qty


class Scheduled(_Body):
    case_number: str
    facility: str
    on: date
    needs: dict[str, Qty]


def stock_control_routes(system: System) -> APIRouter:
    router = APIRouter(prefix="/_control", include_in_schema=False)

    @router.put("/par")
    async def set_par(body: ParLevel) -> dict[str, Any]:
        """Set a par level. Crossings of it are announced from now on; those of the seed's own levels are not."""
        with system.database.transaction():
            system.shelves.place(body.facility, body.location)
            sku = system.shelves.item(body.sku)["sku"]
            system.pars.set(sku, body.facility, body.location, par=body.par, announced=body.announced)
        return {"standing": system.pars.standing(sku, body.facility, body.location)}

    @router.post("/consume", status_code=201)
    async def consume(body: Consumption) -> dict[str, Any]:
        """Book a consumption of whatever may be used, the first to expire first."""
        with system.database.transaction():
            parts = system.shelves.picked(body.sku, body.qty, body.facility, body.location)
            requests = [
                MovementRequest(
                    type="consumption", facility=body.facility, location=body.location, sku=part.sku, lot=part.lot,
                    serial=part.serial, qty=float(to_qty(part.eaches)),
                )
                for part in parts
            ]  # fmt: skip
            return {"movements": [system.movements.book(each, Origin(), booked_by="control") for each in requests]}

    @router.put("/cases")
    async def schedule_case(body: Scheduled) -> dict[str, bool]:
        with system.database.transaction():
            needs = {system.shelves.item(sku)["sku"]: qty for sku, qty in body.needs.items()}
            system.surgical_cases.schedule(body.case_number, body.facility, body.on, needs)
        return {"scheduled": True}

    return router
