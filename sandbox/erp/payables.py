"""Payables: supplier invoices and credit memos approved for payment.

    invoice     Dr received-not-invoiced, what the goods of it are accrued at; the rest of its amount to price variance
                Dr expense, for lines bought by amount; Dr freight, tax, other; Cr accounts payable
                Cr short paid in dispute, for what is withheld
    credit      the same with signs turned; goods that went back after they were invoiced stand in credits claimed from
                suppliers, and their credit settles that claim

Goods that are invoiced before they are received stand on the other side of received-not-invoiced until they come.
"""

import json
from dataclasses import replace
from typing import Any

from sandbox.erp import commitments, entries, vouchers
from sandbox.erp.accounts import (
    FREIGHT,
    GOODS_INVOICE_CLEARING,
    OTHER_PURCHASING_COST,
    PAYABLES,
    PRICE_VARIANCE,
    SALES_TAX,
    SHORT_PAID,
    SUPPLIER_CLAIMS,
)
from sandbox.erp.answers import Refusal
from sandbox.erp.entries import Entry, Posting
from sandbox.erp.kept_orders import KeptOrder, assignment, by_amount, required
from sandbox.erp.order_history import Line, add, added, negative, so_far, value
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
from sandbox.erp.purchasing_forms import OrderItem, Payable, PayableHeader, PayableItem, TakingBack
from sandbox.erp.residue import clear_residue
from sandbox.erp.writing import Writing, cents, milli

_EXTRAS = {"FREIGHT": FREIGHT, "TAX": SALES_TAX, "OTHER": OTHER_PURCHASING_COST}


def post(writing: Writing, body: Payable) -> dict[str, Any]:
    """Approve for payment; a supplier's number is posted once."""
    head = body.HEADER
    company = company_of(writing.change, head.PLANT)
    check_currency(company, head.CURRENCY)
    check_vendor(writing.change, head.VENDOR)
    _check_number(writing, head)
    if head.VOUCHER:
        vouchers.settle(writing, head.VOUCHER, vendor=head.VENDOR)
    number = insert(
        writing,
        "AP",
        body,
        company=company["COMP_CODE"],
        reference=head.REF_DOC_NO,
        date=head.PSTNG_DATE,
        currency=head.CURRENCY,
        vendor=head.VENDOR,
        vendor_ref=head.VENDOR_REF,
    )
    own = company["COMP_CODE"]
    lines = [line for part in body.ITEMS for line in _taken(writing, part, head, document=number)]
    lines += [Entry(company=own, account=_EXTRAS[one.KIND], cents=cents(one.AMOUNT_DC)) for one in body.EXTRAS]
    lines.append(Entry(company=own, account=PRICE_VARIANCE, cents=cents(head.VARIANCE)))
    withheld = cents(head.SHORT_PAID)
    paid = sum(line.cents for line in lines) - withheld
    lines.append(Entry(company=own, account=SHORT_PAID, cents=-withheld))
    lines.append(Entry(company=own, account=PAYABLES, cents=-paid))
    posting = Posting(
        company=own,
        kind="RE" if head.INV_TYPE == "I" else "KG",
        document=number,
        date=head.DOC_DATE,
        posting_date=head.PSTNG_DATE,
        currency=head.CURRENCY,
    )
    quantity = sum(milli(part.QUANTITY) for part in body.ITEMS)
    journals = entries.post(writing, posting, lines)
    amount_to(writing, number, quantity=quantity, amount=paid, dispute=withheld, journals=journals)
    _note(writing, number)
    return shown(row_of(writing.change, "AP", number))


def reverse(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Reverse a payable; its voucher is parked again. Asked again, it answers the same."""
    row = row_of(writing.change, "AP", number)
    if row["STAT"] == "RVSD":
        return shown(row)
    if row["DISPUTE_CENTS"] > in_dispute(writing, vendor=row["VENDOR"], vendor_ref=row["VENDOR_REF"]):
        raise Refusal(422, "M8", "404", f"Payable {number}: a debit memo stands for what was short paid", v1=number)
    for order, item, line in added(writing.change, number):
        after = so_far(writing.change, order, item).plus(negative(line))
        if after.iv_milli < 0 or after.claim_milli < 0:
            text = f"Payable {number}: goods of item {item} went back or were credited since"
            raise Refusal(422, "M8", "405", text, v1=number, v2=item)
        add(writing, order=order, item=item, document=number, more=negative(line))
    entries.reverse(writing, json.loads(row["JOURNALS"]), body)
    mark_reversed(writing, number, body)
    vouchers.park_again(writing, json.loads(row["CONTENT"])["HEADER"]["VOUCHER"])
    clear_residue(writing, number, body)
    _note(writing, number)
    return shown(row_of(writing.change, "AP", number))


def in_dispute(writing: Writing, *, vendor: str, vendor_ref: str) -> int:
    """What of an invoice was withheld and not yet settled by debit memos."""
    row = writing.change.execute(
        "SELECT coalesce(sum(DISPUTE_CENTS), 0) FROM PURCH_DOC WHERE VENDOR = ? AND VENDOR_REF = ? AND STAT = 'POST'",
        (vendor, vendor_ref),
    ).fetchone()
    return int(row[0])


def _taken(writing: Writing, part: PayableItem, head: PayableHeader, *, document: str) -> list[Entry]:
    """The entries of what is taken of one order line, which is written into its history."""
    order = required(writing.change, part.PO_REF)
    if order.head.VENDOR != head.VENDOR:
        raise Refusal(422, "M8", "406", f"Order {order.number} is with another vendor", v1=order.number)
    quantity, amount = milli(part.QUANTITY), cents(part.AMOUNT_DC)
    item = order.open_item(part.PO_ITEM)
    if by_amount(item):
        more = Line(relief_cents=amount)
        account, centre = assignment(writing.change, order, item)
        lines = [Entry(company=order.company, account=account, centre=centre, cents=amount)]
    else:
        more = _goods(item, quantity, so_far(writing.change, order.number, part.PO_ITEM), relief=head.RELIEF == "IV")
        lines = _cleared(order, more, amount)
    add(writing, order=order.number, item=part.PO_ITEM, document=document, more=more)
    return lines


def _goods(item: OrderItem, quantity: int, before: Line, *, relief: bool) -> Line:
    """What the quantity of an invoice adds to its line: a credit first settles what is claimed back."""
    settled = min(max(-quantity, 0), max(before.claim_milli, 0))
    claim = round(before.claim_cents * settled / before.claim_milli) if settled else 0
    billed = quantity + settled
    worth = -value(item, -billed, open_milli=before.open_milli, open_cents=before.open_cents)
    more = Line(iv_milli=billed, iv_cents=worth, relief_milli=billed if relief else 0)
    return replace(more, claim_milli=-settled, claim_cents=-claim)


def _cleared(order: KeptOrder, more: Line, amount: int) -> list[Entry]:
    accounts = {
        GOODS_INVOICE_CLEARING: more.iv_cents,
        SUPPLIER_CLAIMS: more.claim_cents,
        PRICE_VARIANCE: amount - more.iv_cents - more.claim_cents,
    }
    return [Entry(company=order.company, account=name, cents=worth) for name, worth in accounts.items()]


def _check_number(writing: Writing, head: PayableHeader) -> None:
    row = writing.change.execute(
        "SELECT DOC_NO FROM PURCH_DOC WHERE DOC_KIND = 'AP' AND VENDOR = ? AND VENDOR_REF = ? AND STAT = 'POST'",
        (head.VENDOR, head.VENDOR_REF),
    ).fetchone()
    if row is not None:
        text = f"Invoice {head.VENDOR_REF} of vendor {head.VENDOR} was posted as {row['DOC_NO']}"
        raise Refusal(422, "M8", "462", text, v1=head.VENDOR_REF, v2=row["DOC_NO"])


def _note(writing: Writing, number: str) -> None:
    for order in dict.fromkeys(order for order, _, _ in added(writing.change, number)):
        commitments.note(writing, order, document=number)
