"""Look-ups that a charge needs first: the account behind a case, the master's row for a supply."""

from typing import Annotated

from fastapi import APIRouter, Query

from sandbox.billing.accounts import Lookup
from sandbox.billing.cdm import CdmLookup
from sandbox.billing.errors import VendorError
from sandbox.billing.fields import AcctNo, CaseNo, Gtin, SupplyRef, VendorDate
from sandbox.billing.system import System


def lookup_routes(system: System) -> APIRouter:
    """The routes of the look-ups."""
    router = APIRouter(tags=["look-ups"])

    @router.get("/accounts/lookup", operation_id="lookup_account")
    async def lookup_account(
        acct_no: Annotated[AcctNo | None, Query()] = None, case_no: Annotated[CaseNo | None, Query()] = None
    ) -> Lookup:
        """Case and account by case_no, by acct_no, or both."""
        if acct_no is None and case_no is None:
            raise VendorError(status=422, code="B002", text="acct_no or case_no is required", loc="case_no")
        return system.accounts.look_up(acct_no=acct_no, case_no=case_no)

    @router.get("/cdm/lookup", operation_id="lookup_code")
    async def lookup_code(
        dos: Annotated[VendorDate, Query()],
        supply_ref: Annotated[SupplyRef | None, Query()] = None,
        gtin: Annotated[Gtin | None, Query()] = None,
    ) -> CdmLookup:
        """The row in force on the date of service, by supply_ref or gtin."""
        if (supply_ref is None) == (gtin is None):
            raise VendorError(status=422, code="B002", text="Either supply_ref or gtin is required", loc="supply_ref")
        return system.master.look_up(supply_ref=supply_ref, gtin=gtin, dos=dos)

    @router.get("/status", operation_id="get_status")
    async def get_status() -> dict[str, str]:
        """Product, version and the time of the system's clock."""
        return {"product": "RevTrack Patient Accounting", "version": "11.4.2", "tm": system.clock.stamp()}

    return router
