"""Puts the API together: the desk's routes and the control routes behind the front door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp

from sandbox.supplier import errors
from sandbox.supplier.front_door import FrontDoor
from sandbox.supplier.routes_control import control_routes
from sandbox.supplier.routes_desk import desk_routes
from sandbox.supplier.routes_plans import plan_routes
from sandbox.supplier.system import System


def make_app(system: System) -> ASGIApp:
    @asynccontextmanager
    async def working(_: FastAPI) -> AsyncIterator[None]:
        system.start()
        yield
        await system.close()

    # The front door checks the token; the dependency only tells the OpenAPI that one is needed.
    bearer = Depends(HTTPBearer(auto_error=False))
    app = FastAPI(title="Tradeplace exchange", version="x1", lifespan=working, redoc_url=None)
    errors.install(app)
    app.include_router(desk_routes(system), dependencies=[bearer])
    app.include_router(control_routes(system))
    app.include_router(plan_routes(system))

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "up"}

    return FrontDoor(app, system)
