"""Between the vendor's documents and ours: pure, and the only place that knows both vocabularies."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from canonical.documents.charge import AccountStanding, CaseStatus, Charge, ChargeCode, PriceBasis
from canonical.documents.claim import Bill, Invoiced
from canonical.effect import Found
from canonical.money import Money
from canonical.ports import ClearStanding
from connectors.systems.sandbox_billing.refusals import rejection
from connectors.systems.sandbox_billing.vendor import ChargeSts, VendorCdmRow, VendorCharge, VendorLookup

CURRENCY = "USD"
NO_CHARGE, IN_ERROR = "NO-CHARGE", "IN-ERROR"
"""Reason codes of a void: the use stands and is not charged, or it did not happen as recorded."""

PATIENT_CLASSES = {"I": "inpatient", "O": "outpatient", "E": "emergency"}
_STANDING: dict[ChargeSts, Literal["posted", "accepted", "rejected"]] = {
    "PEND": "accepted",
    "POST": "posted",
    "REJ": "rejected",
    "VOID": "posted",
    "BILLED": "posted",
    "CRED": "posted",
}
_SUPPLY_REF = re.compile(r"S[A-Za-z0-9-]{1,31}")
_CHARGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_CASE_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_ACCOUNT_NUMBER = re.compile(r"A[0-9]{6,10}")
_CENTS = Decimal(100)


class Unmappable(Exception):
    """A document that this vendor has no form for; says what, never the value."""


def supply_ref(item: str) -> str | None:
    """The vendor's reference of an item; none for a number of a form that the vendor does not have."""
    reference = f"S{item}"
    return reference if _SUPPLY_REF.fullmatch(reference) else None


def is_charge_id(reference: str) -> bool:
    """Whether a reference can be a charge id."""
    return _CHARGE_ID.fullmatch(reference) is not None


def case_number(number: str) -> str | None:
    """A case number as it is; none where no case of the vendor's can have it."""
    return number if _CASE_NUMBER.fullmatch(number) else None


def account_number(number: str | None) -> str | None:
    """An account number as it is; none where no account of the vendor's can have it."""
    return number if number is not None and _ACCOUNT_NUMBER.fullmatch(number) else None


def vendor_date(day: date) -> str:
    """A date as MM/DD/YYYY."""
    return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"


def standing_of(found: VendorLookup) -> ClearStanding:
    """The standing of an account, with its number in clear."""
    case_status = None if found.case is None else CaseStatus(found.case.case_sts)
    if found.acct is None:
        return ClearStanding(account_number=None, standing=AccountStanding(case_status=case_status))
    standing = AccountStanding(
        case_status=case_status,
        patient_class=PATIENT_CLASSES[found.acct.pt_class],
        payer=found.acct.fin_class.lower(),
        billed=found.acct.acct_sts == "billed",
    )
    return ClearStanding(account_number=found.acct.acct_no, standing=standing)


def charge_code_of(row: VendorCdmRow) -> ChargeCode:
    """A row of the charge description master."""
    return ChargeCode(
        code=row.cdm_code,
        version=row.ver,
        price=None if row.price is None else Money(amount=row.price / _CENTS, currency=CURRENCY),
        basis=PriceBasis.markup if row.price_basis == "MARKUP" else PriceBasis.master,
        units_per_base=row.unit_factor,
        hcpcs=row.hcpcs or "",
        revenue_code=row.rev_cd,
    )


def charge_body(charge: Charge, *, acct_no: str, case_no: str, charge_id: str) -> dict[str, Any]:
    """A charge as the vendor takes it; `Unmappable` where units or amount are no whole units or cents."""
    if charge.amount.currency != CURRENCY:
        raise Unmappable(f"billing takes {CURRENCY} only")
    return {
        "charge_id": charge_id,
        "acct_no": acct_no,
        "case_no": case_no,
        "dos": vendor_date(charge.service_date),
        "cdm_code": charge.code,
        "cdm_ver": charge.master_version,
        "units": _whole(charge.units, "billing takes whole charge units only"),
        "amt": _whole(charge.amount.amount * _CENTS, "billing takes whole cents only"),
        "hcpcs": charge.hcpcs or None,
        "modifiers": list(charge.modifiers),
        "rev_cd": charge.revenue_code or None,
        "lot_no": charge.lot,
        "serial_no": charge.serial,
    }


def is_same(charge: VendorCharge, body: dict[str, Any]) -> bool:
    """Whether a charge that the vendor holds is the one that the body asks for."""
    held = {
        "acct_no": charge.acct_no,
        "case_no": charge.case_no,
        "dos": vendor_date(charge.dos),
        "cdm_code": charge.cdm_code,
        "units": charge.units,
        "amt": charge.amt,
    }
    return all(body[name] == value for name, value in held.items())


def found_of(charge: VendorCharge) -> Found:
    """A charge as a look-up answers it."""
    return Found(
        reference=charge.charge_id,
        wire_key=charge.charge_id,
        live=charge.status not in ("VOID", "CRED"),
        billed=charge.status in ("BILLED", "CRED"),
        standing=_STANDING[charge.status],
        quantity=Decimal(charge.units),
        amount=charge.amt / _CENTS,
        posting_date=charge.post_dt,
        reason=rejection(charge.rej_cd),
    )


def bill_of(charge: VendorCharge) -> Bill | None:
    """The final bill of the account, which has no number but the account's."""
    if charge.status not in ("BILLED", "CRED"):
        return None
    return Bill(invoices=(Invoiced(number=charge.acct_no, status="final"),))


def _whole(amount: Decimal, expected: str) -> int:
    if amount != amount.to_integral_value():
        raise Unmappable(expected)
    return int(amount)
