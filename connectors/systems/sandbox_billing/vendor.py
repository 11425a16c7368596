"""The vendor's own documents, as far as they are read here: dates MM/DD/YYYY, money in cents, times in UTC."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


def _date(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()
    except ValueError:
        raise ValueError("expected a date written MM/DD/YYYY") from None


def _time(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return datetime.strptime(text, "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("expected a time written MM/DD/YYYY HH:MM:SS") from None


VendorDate = Annotated[
    date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{2}/[0-9]{2}/[0-9]{4}$", "description": "MM/DD/YYYY."}),
]
VendorTime = Annotated[
    datetime,
    BeforeValidator(_time),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
            "description": "MM/DD/YYYY HH:MM:SS in UTC.",
        }
    ),
]
CaseSts = Literal["scheduled", "open", "verified", "closed"]
ChargeSts = Literal["PEND", "POST", "REJ", "VOID", "BILLED", "CRED"]


class _Vendor(BaseModel):
    # A vendor may add fields at any time; only those named here are relied upon.
    model_config = ConfigDict(frozen=True, extra="ignore")


class VendorStatus(_Vendor):
    """Product and version."""

    product: str
    version: str


class VendorCase(_Vendor):
    """A surgical case."""

    case_no: str
    case_sts: CaseSts


class VendorAccount(_Vendor):
    """A patient account; the patient's name and birth date are not even read."""

    acct_no: str
    pt_class: Literal["I", "O", "E"]
    fin_class: str
    acct_sts: Literal["open", "billed", "closed"]


class VendorLookup(_Vendor):
    """A case with its account; either may be null."""

    case: VendorCase | None
    acct: VendorAccount | None


class VendorCdmRow(_Vendor):
    """A row of the charge description master; `price` in cents for one charge unit."""

    cdm_code: str
    price_basis: Literal["FIXED", "MARKUP"]
    price: int | None
    hcpcs: str | None
    rev_cd: str
    unit_factor: Decimal = Field(gt=0)
    ver: str


class VendorCdmLookup(_Vendor):
    """The row in force, or null."""

    row: VendorCdmRow | None


class VendorCharge(_Vendor):
    """A charge as it stands."""

    charge_id: str
    acct_no: str
    case_no: str | None
    dos: VendorDate
    post_dt: VendorDate | None
    cdm_code: str
    units: int
    amt: int
    status: ChargeSts
    rej_cd: str | None


class VendorCharges(_Vendor):
    """Charges that a look-up found."""

    charges: list[VendorCharge]


class VendorVoid(_Vendor):
    """The void of a charge."""

    void_id: str
    charge_id: str
    void_tm: VendorTime


class VendorCredit(_Vendor):
    """A credit against a billed charge."""

    credit_id: str
    charge_id: str
    credit_tm: VendorTime


class VendorError(_Vendor):
    """One error; its text may name the patient."""

    code: str


class VendorErrors(_Vendor):
    """The body of a refusal."""

    errors: list[VendorError]
