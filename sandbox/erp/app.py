"""The application: routes, the vendor's form of errors, and the door in front of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sandbox.erp import routes_control, routes_fi, routes_mm, routes_purchasing
from sandbox.erp.answers import Refusal, encoded
from sandbox.erp.door import Door
from sandbox.erp.system import System


def build(system: System) -> Door:
    """The ERP as an ASGI application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if system.sender is not None:
            system.sender.start()
        yield
        system.late.forget()
        if system.sender is not None:
            await system.sender.stop()
        system.database.close()
        system.traces.stop()

    # The door checks tokens before anything is parsed; the dependency only says so in the OpenAPI document.
    app = FastAPI(
        title="HOSPERP", version="6.0", lifespan=lifespan, dependencies=[Depends(HTTPBearer(auto_error=False))]
    )
    app.state.system = system
    for routes in (routes_fi, routes_mm, routes_purchasing, routes_control):
        app.include_router(routes.router)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _not_there)
    return Door(app, system=system)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return Response(encoded(error.body), error.status, error.headers, media_type="application/json")


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "BODY"
    text = f"Enter a valid value for {place}: {first['msg']} ({str(first.get('input'))[:80]!r})"
    return await _refused(request, Refusal(400, "00", "058", text, v1=place))


async def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await _refused(request, Refusal(error.status_code, "00", "404", str(error.detail)))
