"""Puts the API together: vendor routes and control routes behind the front door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp

from sandbox.inventory import errors
from sandbox.inventory.front_door import FrontDoor
from sandbox.inventory.routes_control import control_routes
from sandbox.inventory.routes_control_stock import stock_control_routes
from sandbox.inventory.routes_dock import dock_routes
from sandbox.inventory.routes_documents import document_routes
from sandbox.inventory.routes_items import item_routes
from sandbox.inventory.routes_movements import movement_routes
from sandbox.inventory.routes_par import par_routes
from sandbox.inventory.routes_stock import stock_routes
from sandbox.inventory.routes_uses import use_routes
from sandbox.inventory.system import System


def make_app(system: System) -> ASGIApp:
    @asynccontextmanager
    async def delivering(_: FastAPI) -> AsyncIterator[None]:
        system.delivery.start()
        yield
        await system.delivery.stop()
        system.database.close()
        system.traces.stop()

    # The front door checks the token; the dependency only tells the OpenAPI that one is needed.
    bearer = Depends(HTTPBearer(auto_error=False))
    app = FastAPI(title="Shelfwise inventory", version="2", lifespan=delivering, redoc_url=None)
    errors.install(app)
    offered = (item_routes, stock_routes, par_routes, movement_routes, document_routes, dock_routes, use_routes)
    for routes in offered:
        app.include_router(routes(system), dependencies=[bearer])
    app.include_router(control_routes(system))
    app.include_router(stock_control_routes(system))

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "up"}

    return FrontDoor(app, system)
