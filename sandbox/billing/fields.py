"""The forms that fields of this product's interface have."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from sandbox.billing.clock import iso_date


def _is_date(text: str) -> str:
    iso_date(text)
    return text


ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]
"""charge_id, void_id and credit_id: chosen by the caller, never reused."""

AcctNo = Annotated[str, StringConstraints(pattern=r"^A[0-9]{6,10}$")]
CaseNo = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
CdmCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,16}$")]
SupplyRef = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,32}$")]
Gtin = Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")]
Hcpcs = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5}$")]
Modifier = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")]
RevCd = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Mark = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,60}$")]
"""A device identifier, lot or serial number as it stands on the package."""

ReasonCd = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_-]{1,20}$")]
VendorDate = Annotated[str, AfterValidator(_is_date)]
"""MM/DD/YYYY."""
