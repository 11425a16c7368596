"""Charges: post, look up, void, credit."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from sandbox.billing.charges import Charge, ChargePage, CreditLine, NewCharge, VoidLine
from sandbox.billing.credits import NewCredit
from sandbox.billing.fields import AcctNo, ClientId
from sandbox.billing.system import System
from sandbox.billing.voids import NewVoid

_ChargeId = Annotated[ClientId, Path()]
_Ids = Annotated[list[ClientId], Query(max_length=200, default_factory=list)]


def charge_routes(system: System) -> APIRouter:
    """The routes of the charges."""
    router = APIRouter(tags=["charges"])

    @router.post(
        "/charges",
        operation_id="post_charge",
        status_code=202,
        response_model=Charge,
        responses={409: {"model": Charge, "description": "charge_id seen before: the first answer"}},
    )
    async def post_charge(new: NewCharge, request: Request) -> JSONResponse:
        """Take a charge for the next batch."""
        status, body = system.charges.post(
            new,
            traceparent=request.headers.get("traceparent"),
            correlation_id=request.headers.get("x-correlation-id"),
        )
        return JSONResponse(body, status_code=status)

    @router.get("/charges", operation_id="find_charges")
    async def find_charges(
        charge_id: _Ids,
        void_id: _Ids,
        credit_id: _Ids,
        acct_no: Annotated[AcctNo | None, Query()] = None,
        after_seq: Annotated[int, Query(ge=0, le=2**53)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> ChargePage:
        """The charges that the given ids name; without ids a page, of one account or of all."""
        if charge_id or void_id or credit_id:
            return system.charges.find(charge_ids=charge_id, void_ids=void_id, credit_ids=credit_id)
        return system.charges.page(acct_no=acct_no, after_seq=after_seq, limit=limit)

    @router.get("/charges/{charge_id}", operation_id="get_charge")
    async def get_charge(charge_id: _ChargeId) -> Charge:
        """A charge as it stands."""
        return system.charges.get(charge_id)

    @router.post(
        "/charges/{charge_id}/void",
        operation_id="void_charge",
        response_model=VoidLine,
        responses={409: {"model": VoidLine, "description": "voided before: the first answer"}},
    )
    async def void_charge(charge_id: _ChargeId, new: NewVoid) -> JSONResponse:
        """Void a charge that is not billed yet."""
        status, body = system.voids.void(charge_id, new)
        return JSONResponse(body, status_code=status)

    @router.post(
        "/charges/{charge_id}/credits",
        operation_id="credit_charge",
        status_code=201,
        response_model=CreditLine,
        responses={409: {"model": CreditLine, "description": "credit_id seen before: the first answer"}},
    )
    async def credit_charge(charge_id: _ChargeId, new: NewCredit) -> JSONResponse:
        """Credit a billed charge."""
        status, body = system.credits.credit(charge_id, new)
        return JSONResponse(body, status_code=status)

    return router
