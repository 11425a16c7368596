"""Materials management: materials, valuation, suppliers, plants, storage locations; and the system's own card."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from sandbox.erp import materials
from sandbox.erp.routes_fi import system_of
from sandbox.erp.valuation import value

RELEASE = "HMS/3 ECC 6.0 EHP 8"
router = APIRouter(tags=["MM"])
PlantFilter = Annotated[str | None, Query(alias="PLANT", max_length=4)]


@router.get("/mm/materials", operation_id="find_materials")
async def find_materials(
    request: Request,
    gtin: Annotated[str | None, Query(alias="GTIN", max_length=14)] = None,
    after: Annotated[str, Query(alias="AFTER_MATERIAL", max_length=18)] = "",
    limit: Annotated[int, Query(alias="MAX_ROWS", ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The material of a GTIN, or a page of all materials."""
    return {"MATERIALS": materials.find(system_of(request).database, gtin=gtin, after=after, limit=limit)}


@router.get("/mm/materials/{MATERIAL}", operation_id="read_material")
async def read_material(
    request: Request, material: Annotated[str, Path(alias="MATERIAL", max_length=18)]
) -> dict[str, Any]:
    """One material."""
    return materials.shown(materials.material_row(system_of(request).database, material))


@router.get("/mm/valuation", operation_id="read_valuation")
async def read_valuation(
    request: Request,
    material: Annotated[str, Query(alias="MATERIAL", max_length=18)],
    plant: Annotated[str, Query(alias="PLANT", max_length=4)],
    location: Annotated[str, Query(alias="STGE_LOC", max_length=4)],
) -> dict[str, str]:
    """What a material costs at a storage location."""
    return value(system_of(request).database, material=material, plant=plant, location=location)


@router.get("/mm/vendors", operation_id="list_vendors")
async def list_vendors(request: Request) -> dict[str, Any]:
    """All suppliers."""
    rows = system_of(request).database.rows("SELECT * FROM VENDOR ORDER BY VENDOR")
    return {"VENDORS": [dict(row) for row in rows]}


@router.get("/mm/plants", operation_id="list_plants")
async def list_plants(request: Request) -> dict[str, Any]:
    """All plants with their company codes."""
    return {"PLANTS": [dict(row) for row in system_of(request).database.rows("SELECT * FROM PLANT ORDER BY PLANT")]}


@router.get("/mm/storage_locations", operation_id="list_storage_locations")
async def list_storage_locations(request: Request, plant: PlantFilter = None) -> dict[str, Any]:
    """The storage locations of a plant, or all. ISSUE_CTRL: P perpetual, C cart expensed at issue."""
    rows = system_of(request).database.rows(
        "SELECT * FROM STORAGE_LOC WHERE ?1 IS NULL OR PLANT = ?1 ORDER BY PLANT, STGE_LOC", plant
    )
    return {"STGE_LOCS": [dict(row) for row in rows]}


@router.get("/sys/info", operation_id="system_info")
async def system_info(request: Request) -> dict[str, str]:
    """The release and the system's time."""
    return {"SYSTEM": "HOSPERP", "RELEASE": RELEASE, "STAMP": system_of(request).clock.stamp()}
