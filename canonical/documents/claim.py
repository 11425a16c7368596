"""Claim: what became of a billed charge: the invoices it stands on, the claims that ask for it, and the payer's answers.

Numbers are in clear as billing answers them, and tokens everywhere else.
"""

from decimal import Decimal

from pydantic import Field

from canonical.model import Frozen
from canonical.money import Currency


class Adjudication(Frozen):
    """One amount of a payer's answer to a line: of which category (submitted, eligible, benefit...), and why."""

    category: str
    amount: Decimal | None = None
    currency: Currency | None = None
    reasons: tuple[str, ...] = ()


class PayerAnswer(Frozen):
    """What a payer answered: how far it came, its words, what it allows of the charge's lines, and why it denies.

    `denials` are the codes of its reasons (CARC, RARC); `disposition` is free text and may name the patient.
    """

    outcome: str
    disposition: str = Field(default="", max_length=2000, repr=False)
    adjudicated: tuple[Adjudication, ...] = ()
    denials: tuple[str, ...] = ()


class Claim(Frozen):
    """A claim that asks a payer for the charge, and the answers to it, the oldest first."""

    number: str
    status: str
    answers: tuple[PayerAnswer, ...] = ()


class Invoiced(Frozen):
    """An invoice on which the charge stands."""

    number: str
    status: str


class Bill(Frozen):
    """What billing knows of a billed charge; claims are empty where it keeps none."""

    invoices: tuple[Invoiced, ...] = ()
    claims: tuple[Claim, ...] = ()
