"""Accounting entries of a document: gathered, then posted as one journal for each company code that they touch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.erp import journals
from sandbox.erp.accounts import INTERCOMPANY
from sandbox.erp.answers import amount_text, quantity_text
from sandbox.erp.forms import Journal, JournalHeader, JournalItem, Reversal
from sandbox.erp.purchasing_forms import TakingBack
from sandbox.erp.writing import Writing


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What the journals of one document share; `company` is the document's own."""

    company: str
    kind: Literal["WE", "WL", "RE", "KG"]
    document: str
    date: str
    posting_date: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """So many cents to an account: above zero a debit, below zero a credit. Goods with material and base quantity."""

    company: str
    account: str
    cents: int
    centre: str = ""
    plant: str = ""
    location: str = ""
    material: str = ""
    quantity: int = 0


def post(writing: Writing, posting: Posting, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Post the entries; another company code than the document's own owes it through the intercompany account."""
    own = [one for one in entries if one.company == posting.company]
    numbers = []
    for other in dict.fromkeys(one.company for one in entries if one.company != posting.company):
        lines = [one for one in entries if one.company == other]
        owed = Entry(company=other, account=INTERCOMPANY, cents=-sum(one.cents for one in lines))
        own.append(replace(owed, company=posting.company, cents=-owed.cents))
        numbers.append(_journal(writing, replace(posting, company=other), [*lines, owed]))
    numbers.append(_journal(writing, posting, own))
    return tuple(number for number in numbers if number)


def reverse(writing: Writing, numbers: Sequence[str], body: TakingBack) -> None:
    """Reverse the journals of a document."""
    for number in numbers:
        order = Reversal(PSTNG_DATE=body.PSTNG_DATE, REF_DOC_NO=body.REF_DOC_NO)
        journals.reverse(writing.change, number, order, key=writing.key, stamp=writing.stamp, cause=writing.cause)


def _journal(writing: Writing, posting: Posting, entries: Sequence[Entry]) -> str:
    lines = [one for one in entries if one.cents]
    if not lines:
        return ""
    head = JournalHeader(
        COMP_CODE=posting.company,
        DOC_TYPE=posting.kind,
        REF_DOC_NO=posting.document,
        SERV_DATE=posting.date,
        PSTNG_DATE=posting.posting_date,
        CURRENCY=posting.currency,
    )
    body = Journal(HEADER=head, ITEMS=tuple(_item(one) for one in lines))
    posted = journals.post(writing.change, body, key=writing.key, stamp=writing.stamp, cause=writing.cause)
    return str(posted["HEADER"]["DOC_NO"])


def _item(entry: Entry) -> JournalItem:
    return JournalItem(
        POSTING_KEY="40" if entry.cents > 0 else "50",
        GL_ACCOUNT=entry.account,
        AMOUNT_DC=amount_text(abs(entry.cents)),
        COST_CTR=entry.centre,
        PLANT=entry.plant,
        STGE_LOC=entry.location,
        MATERIAL=entry.material,
        QUANTITY=quantity_text(abs(entry.quantity)),
        # Every material of this hospital has the same base unit.
        BASE_UOM="EA" if entry.material else "",
    )
