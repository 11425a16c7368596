"""The vendor's webhooks as events of the engine: account opened, case verified or closed, charge posted or rejected."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from canonical.effect import Found
from canonical.inbound import EventType, Inbound
from connectors.protocols.webhook import named_in, read_as
from connectors.systems.sandbox_billing.refusals import rejection
from connectors.systems.sandbox_billing.vendor import CaseSts, VendorDate, VendorTime

_Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Webhook(_Part):
    evt_id: str = Field(pattern=r"^[\x21-\x7e]{1,200}$")
    evt_typ: Literal["acct.opened", "case.verified", "case.closed", "charge.posted", "charge.rejected"]
    evt_tm: VendorTime


class _Data(_Part):
    hosp_cd: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class _Told(_Webhook):
    data: _Data


class Opened(_Data):
    case_no: _Number
    acct_no: _Number


class Case(_Data):
    case_no: _Number
    case_sts: CaseSts


class Charge(_Data):
    charge_id: _Number
    units: int = Field(ge=1, le=10**9)
    amt: int = Field(ge=0, le=10**15)
    post_dt: VendorDate | None = None
    rej_cd: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")] | None = None


class AccountOpened(_Webhook):
    evt_typ: Literal["acct.opened"]
    data: Opened


class CaseChanged(_Webhook):
    evt_typ: Literal["case.verified", "case.closed"]
    data: Case


class ChargeSettled(_Webhook):
    evt_typ: Literal["charge.posted", "charge.rejected"]
    data: Charge


BODIES = (AccountOpened, CaseChanged, ChargeSettled)


def translate(body: Mapping[str, Any], hospitals: Mapping[str, str]) -> Inbound:
    """Any of the vendor's events; `hospitals` names its hospital of each facility. `InvalidEvent` names the field."""
    told = read_as(_Webhook, body)
    facility = named_in(hospitals, read_as(_Told, body).data.hosp_cd, "data.hosp_cd", what="a hospital")
    match told.evt_typ:
        case "acct.opened":
            opened = read_as(AccountOpened, body).data
            data: dict[str, Any] = {"surgical_case": opened.case_no, "account": opened.acct_no}
            return _inbound(told, EventType.account_opened, facility, number=opened.case_no, data=data)
        case "case.verified" | "case.closed":
            case = read_as(CaseChanged, body).data
            data = {"surgical_case": case.case_no, "case_status": case.case_sts}
            return _inbound(told, EventType.case_changed, facility, number=case.case_no, data=data)
        case "charge.posted" | "charge.rejected":
            charge = read_as(ChargeSettled, body).data
            kind = EventType.charge_posted if told.evt_typ == "charge.posted" else EventType.charge_rejected
            found = Found(
                reference=charge.charge_id,
                wire_key=charge.charge_id,
                standing="posted" if kind is EventType.charge_posted else "rejected",
                quantity=Decimal(charge.units),
                amount=Decimal(charge.amt) / 100,
                posting_date=charge.post_dt,
                reason=rejection(charge.rej_cd),
            )
            return _inbound(told, kind, facility, number=charge.charge_id, data=found.model_dump(mode="json"))


def _inbound(told: _Webhook, kind: EventType, facility: str, *, number: str, data: dict[str, Any]) -> Inbound:
    return Inbound(
        id=told.evt_id,
        type=kind,
        facility=facility,
        number=number,
        time=told.evt_tm,
        data=data,
    )
