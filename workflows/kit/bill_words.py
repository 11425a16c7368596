"""A bill in words for a person: invoice and claims by their tokens, and what payers answered, by its codes alone."""

import re

from canonical.documents.claim import Adjudication, Bill, Claim, PayerAnswer

# Payers write codes themselves: what does not look like one may be a sentence about the patient.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")


def bill_in_words(bill: Bill) -> str:
    """One line, without patient data.

    >>> bill_in_words(Bill(claims=(Claim(number="id_1", status="active", answers=(PayerAnswer(outcome="complete"),)),)))
    'claim id_1 (active): complete'
    """
    invoices = [f"invoice {one.number} ({_code(one.status)})" for one in bill.invoices]
    return "; ".join([*invoices, *map(_claim, bill.claims)])


def _claim(claim: Claim) -> str:
    answers = ", then ".join(map(_answer, claim.answers)) or "no answer yet"
    return f"claim {claim.number} ({_code(claim.status)}): {answers}"


def _answer(answer: PayerAnswer) -> str:
    amounts = [_amount(one) for one in answer.adjudicated if one.amount is not None]
    reasons = f"reasons {' '.join(map(_code, answer.denials))}" if answer.denials else ""
    return ", ".join(filter(None, [_code(answer.outcome), *amounts, reasons]))


def _amount(one: Adjudication) -> str:
    return f"{_code(one.category)} {one.amount:f} {one.currency}"


def _code(text: str) -> str:
    return text if _CODE.fullmatch(text) else "another"
