"""Billing is asked for accounts, charge codes and how far a surgical case has come."""

from datetime import date

from canonical.documents.charge import AccountStanding, CaseStatus, ChargeCode
from canonical.documents.usage import Usage
from canonical.model import Frozen
from canonical.run import RunContext


class AskBilling(Frozen):
    """Ask billing for the account and the charge code of an item on the service date."""

    context: RunContext
    usage: Usage
    item: str


class AskChargeCode(Frozen):
    """Ask billing for the charge code of an item in force on a day."""

    context: RunContext
    item: str
    on: date


class ChargeCodeAnswer(Frozen):
    """The charge code; none where the charge master has none."""

    code: ChargeCode | None = None


class BillingAnswer(Frozen):
    """The account's standing and the charge code in force; each none where billing knows none."""

    standing: AccountStanding
    code: ChargeCode | None = None


class AskCase(Frozen):
    """Ask billing how far a surgical case (a token) has come."""

    context: RunContext
    surgical_case: str


class CaseAnswer(Frozen):
    """Its status; none where billing does not know the case."""

    status: CaseStatus | None = None
