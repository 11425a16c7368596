"""A charge as every billing system is given it under the contract."""

from decimal import Decimal
from typing import Any

from canonical.documents.charge import Charge
from canonical.money import Money
from tests.connectors.contract.ledgers import ClearCharge


def clear_charge(
    units: Decimal, amount: Decimal, *, account_number: str, case_number: str, currency: str = "USD", **more: Any
) -> ClearCharge:
    """Units of item 4701 used on 20 November 2026; `more` are further fields, or other values."""
    fields = {
        "facility": "NORTH",
        "account": "acct_" + "A" * 26,
        "surgical_case": "case_" + "A" * 26,
        "item": "4701",
        "code": "27004701",
        "master_version": "2026.1",
        "service_date": "2026-11-20",
        "posting_date": "2026-11-20",
        "units": units,
        "amount": Money(amount=amount, currency=currency),
    }
    return ClearCharge(Charge.model_validate(fields | more), account_number=account_number, case_number=case_number)
