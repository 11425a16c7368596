"""Puts the routes together: the vendor's interface, the control interface, and the front that stands before both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

from sandbox.billing.control_billing import billing_routes
from sandbox.billing.control_faults import fault_routes
from sandbox.billing.errors import answer_errors
from sandbox.billing.interface import CONTROL, Interface
from sandbox.billing.routes_accounts import lookup_routes
from sandbox.billing.routes_charges import charge_routes
from sandbox.billing.system import System


def build(system: System) -> Interface:
    """The application of a system; its background work runs for as long as the server does."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        system.start()
        yield
        await system.stop()

    vendor = FastAPI(
        title="RevTrack Patient Accounting",
        version="11.4.2",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # The interface checks the token; the dependency only tells the OpenAPI document that one is needed.
        dependencies=[Depends(HTTPBearer(auto_error=False))],
    )
    vendor.include_router(lookup_routes(system))
    vendor.include_router(charge_routes(system))
    answer_errors(vendor)
    control = FastAPI(title="RevTrack control", docs_url=None, redoc_url=None, openapi_url=f"{CONTROL}/openapi.json")
    control.include_router(fault_routes(system))
    control.include_router(billing_routes(system))
    answer_errors(control)
    return Interface(system=system, vendor=vendor, control=control)
