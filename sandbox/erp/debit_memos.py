"""Debit memos: money asked back from a supplier, and taken off what it is owed.

Dr short paid in dispute, as far as the invoice named was short paid; Dr accounts payable for the rest
Cr credits claimed from suppliers, as far as goods of the order named went back; Cr price variance for the rest
"""

import json
from typing import Any

from sandbox.erp import entries
from sandbox.erp.accounts import PAYABLES, PRICE_VARIANCE, SHORT_PAID, SUPPLIER_CLAIMS
from sandbox.erp.answers import Refusal
from sandbox.erp.entries import Entry, Posting
from sandbox.erp.kept_orders import required
from sandbox.erp.order_history import Line, add, added, negative, so_far
from sandbox.erp.payables import in_dispute
from sandbox.erp.purchasing_documents import (
    amount_to,
    check_currency,
    check_vendor,
    company_of,
    insert,
    mark_reversed,
    row_of,
    shown,
)
from sandbox.erp.purchasing_forms import DebitMemo, TakingBack
from sandbox.erp.writing import Writing, cents


def post(writing: Writing, body: DebitMemo) -> dict[str, Any]:
    """Post a debit memo."""
    company = company_of(writing.change, body.PLANT)
    check_currency(company, body.CURRENCY)
    check_vendor(writing.change, body.VENDOR)
    own = company["COMP_CODE"]
    number = insert(
        writing,
        "DM",
        body,
        company=own,
        reference=body.REF_DOC_NO,
        date=body.PSTNG_DATE,
        currency=body.CURRENCY,
        vendor=body.VENDOR,
        external=body.EXT_NO,
        vendor_ref=body.VENDOR_REF,
    )
    amount = cents(body.AMOUNT_DC)
    if not amount:
        raise Refusal(422, "F5", "714", "An amount of zero asks nothing back")
    withheld = in_dispute(writing, vendor=body.VENDOR, vendor_ref=body.VENDOR_REF) if body.VENDOR_REF else 0
    disputed = min(amount, max(withheld, 0))
    claimed = _settle_claims(writing, body.PO_REF, amount, document=number) if body.PO_REF else 0
    lines = (
        Entry(company=own, account=SHORT_PAID, cents=disputed),
        Entry(company=own, account=PAYABLES, cents=amount - disputed),
        Entry(company=own, account=SUPPLIER_CLAIMS, cents=-claimed),
        Entry(company=own, account=PRICE_VARIANCE, cents=claimed - amount),
    )
    posting = Posting(
        company=own,
        kind="KG",
        document=number,
        date=body.PSTNG_DATE,
        posting_date=body.PSTNG_DATE,
        currency=body.CURRENCY,
    )
    amount_to(writing, number, amount=amount, dispute=-disputed, journals=entries.post(writing, posting, lines))
    return shown(row_of(writing.change, "DM", number))


def reverse(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Reverse a debit memo; asked again, it answers the same."""
    row = row_of(writing.change, "DM", number)
    if row["STAT"] == "RVSD":
        return shown(row)
    for order, item, line in added(writing.change, number):
        add(writing, order=order, item=item, document=number, more=negative(line))
    entries.reverse(writing, json.loads(row["JOURNALS"]), body)
    mark_reversed(writing, number, body)
    return shown(row_of(writing.change, "DM", number))


def _settle_claims(writing: Writing, name: str, amount: int, *, document: str) -> int:
    """Settle what is claimed for goods of an order, line by line as far as the amount goes; answers how much that is."""
    order = required(writing.change, name)
    left = amount
    for item in order.items:
        line = so_far(writing.change, order.number, item.PO_ITEM)
        share = min(left, line.claim_cents)
        if share > 0:
            quantity = line.claim_milli * share // line.claim_cents
            more = Line(claim_milli=-quantity, claim_cents=-share)
            add(writing, order=order.number, item=item.PO_ITEM, document=document, more=more)
            left -= share
    return amount - left
