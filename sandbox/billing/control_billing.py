"""Control of what happens in the hospital: accounts, cases, the master, the batch, the clock."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from sandbox.billing.accounts import Account, AcctStatus, PtClass
from sandbox.billing.batch import BatchResult, BatchSettings
from sandbox.billing.cases import Case, CaseStatus
from sandbox.billing.cdm import CdmRow, Tier
from sandbox.billing.clock import vendor_time
from sandbox.billing.errors import VendorError
from sandbox.billing.fields import AcctNo, CaseNo, CdmCode, Gtin, Hcpcs, RevCd, SupplyRef, VendorDate
from sandbox.billing.names import Patient, patient
from sandbox.billing.seed import classes
from sandbox.billing.system import System


class NewAccount(BaseModel):
    """An account to open for a case; the patient is the seeded one of the case where not given."""

    model_config = ConfigDict(extra="forbid")

    case_no: CaseNo
    acct_no: AcctNo | None = None
    pat_last: str | None = None
    pat_first: str | None = None
    pt_class: PtClass | None = None
    fin_class: str | None = None


class NewStatus(BaseModel):
    """The status of an account to set."""

    model_config = ConfigDict(extra="forbid")

    status: AcctStatus


class NewCaseStatus(BaseModel):
    """The status of a case to set."""

    model_config = ConfigDict(extra="forbid")

    status: CaseStatus


class NewCode(BaseModel):
    """A row to add to the master."""

    model_config = ConfigDict(extra="forbid")

    supply_ref: SupplyRef
    cdm_code: CdmCode
    descr: str = "ADDED BY CONTROL"
    price: int | None = Field(default=None, ge=0, le=99_999_999)
    tiers: list[Tier] | None = None
    hcpcs: Hcpcs | None = None
    rev_cd: RevCd = "0272"
    unit_factor: str = Field(default="1", pattern=r"^[0-9]{1,6}(\.[0-9]{1,4})?$")
    max_units: int = Field(default=200, ge=1, le=999_999)
    gtin_ea: Gtin | None = None
    gtin_bx: Gtin | None = None
    eff_from: VendorDate = "01/01/2026"
    eff_to: VendorDate | None = None
    ver: str = "2026.9"


class NewRejection(BaseModel):
    """Charges that the next batches shall reject by hand."""

    model_config = ConfigDict(extra="forbid")

    key_contains: str | None = None
    count: int = Field(default=1, ge=1, le=100_000)
    text: str = "Rejected by charge auditor"


class NewClock(BaseModel):
    """The offset of the clock to set."""

    model_config = ConfigDict(extra="forbid")

    offset_seconds: float = Field(ge=-3.2e8, le=3.2e8)


def billing_routes(system: System) -> APIRouter:
    """The control routes of what happens in the hospital."""
    router = APIRouter(prefix="/_control")

    @router.post("/accounts", status_code=201)
    async def open_account(new: NewAccount) -> Account:
        number = int(new.case_no.rpartition("-")[2]) if new.case_no.rpartition("-")[2].isdigit() else 0
        seeded = patient(seed=system.seed, number=number)
        pt_class, fin_class = classes(number)
        who = Patient(seeded.mrn, new.pat_last or seeded.last, new.pat_first or seeded.first, seeded.birth_dt)
        return system.accounts.open_for(
            new.case_no,
            patient=who,
            acct_no=new.acct_no,
            pt_class=new.pt_class or _pt_class(pt_class),
            fin_class=new.fin_class or fin_class,
        )

    @router.post("/accounts/{acct_no}/bill")
    async def bill_account(acct_no: AcctNo) -> Account:
        """Final bill: posted charges become BILLED."""
        return system.accounts.set_status(acct_no, "billed")

    @router.post("/accounts/{acct_no}/status")
    async def set_account_status(acct_no: AcctNo, new: NewStatus) -> Account:
        return system.accounts.set_status(acct_no, new.status)

    @router.post("/cases/{case_no}")
    async def set_case_status(case_no: CaseNo, new: NewCaseStatus) -> Case:
        return system.cases.set_status(case_no, new.status)

    @router.post("/cdm", status_code=201)
    async def add_code(new: NewCode) -> CdmRow:
        if (new.price is None) == (new.tiers is None):
            raise VendorError(status=422, code="B002", text="Either price or tiers is required", loc="price")
        row = CdmRow(
            price_basis="FIXED" if new.tiers is None else "MARKUP",
            **new.model_dump(exclude={"gtin_ea", "gtin_bx"}),
        )
        system.master.add(row, gtin_ea=new.gtin_ea, gtin_bx=new.gtin_bx)
        return row

    @router.post("/batch")
    async def run_batch() -> BatchResult:
        """Run a batch now over everything pending, held or delayed or not."""
        return system.batch.run_once()

    @router.get("/batch/settings")
    async def batch_settings() -> BatchSettings:
        return system.batch.settings

    @router.post("/batch/settings")
    async def set_batch(new: BatchSettings) -> BatchSettings:
        system.batch.change(new)
        return new

    @router.post("/batch/rejections", status_code=201)
    async def reject_next(new: NewRejection) -> dict[str, Any]:
        system.batch.reject_next(key_contains=new.key_contains, count=new.count, text=new.text)
        return {"queued": new.count}

    @router.get("/clock")
    async def clock() -> dict[str, Any]:
        now = system.clock.now()
        return {"offset_seconds": system.clock.offset, "epoch": now, "tm": vendor_time(now)}

    @router.post("/clock")
    async def shift_clock(new: NewClock) -> dict[str, Any]:
        system.clock.shift(new.offset_seconds)
        system.accounts.announce_available()
        return {"offset_seconds": system.clock.offset, "epoch": system.clock.now()}

    return router


def _pt_class(text: str) -> PtClass:
    return "I" if text == "I" else "O" if text == "O" else "E"
