"""Charge: what the patient's account is charged for a use, by the charge description master in force on the service date."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.documents.document import Token
from canonical.model import Frozen
from canonical.money import Money


class PriceBasis(StrEnum):
    """Where the price comes from: the charge description master, or a markup on cost in tiers."""

    master = "master"
    markup = "markup"


class CaseStatus(StrEnum):
    """How far the surgical case has come; the charge's trigger waits for one of these."""

    scheduled = "scheduled"
    open = "open"
    verified = "verified"
    closed = "closed"


class AccountStanding(Frozen):
    """The patient account behind a use, as billing knows it; `account` is none while none was opened yet."""

    account: Token | None = None
    case_status: CaseStatus | None = None
    patient_class: str = ""
    payer: str = ""
    billed: bool = False


class ChargeCode(Frozen):
    """A row of the charge description master in force on the service date."""

    code: str
    version: str
    price: Money | None = None
    basis: PriceBasis = PriceBasis.master
    charge_unit: str = "each"
    units_per_base: Decimal = Decimal(1)
    hcpcs: str = ""
    revenue_code: str = ""


class Charge(Frozen):
    """A charge to post. The account travels as a token; only the billing activity turns it back."""

    facility: str
    account: Token
    surgical_case: Token
    item: str
    code: str
    master_version: str
    service_date: date
    posting_date: date
    units: Decimal
    amount: Money
    basis: PriceBasis = PriceBasis.master
    hcpcs: str = ""
    revenue_code: str = ""
    modifiers: tuple[str, ...] = ()
    lot: str | None = None
    serial: str | None = None
