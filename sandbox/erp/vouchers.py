"""Vouchers: supplier invoices that are parked. They are seen and have no effect in the ledger until a payable posts them."""

from typing import Any

from sandbox.erp.answers import Refusal
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
from sandbox.erp.purchasing_forms import TakingBack, Voucher
from sandbox.erp.writing import Writing, cents


def park(writing: Writing, body: Voucher) -> dict[str, Any]:
    """Park an invoice."""
    head = body.HEADER
    company = company_of(writing.change, head.PLANT)
    check_currency(company, head.CURRENCY)
    check_vendor(writing.change, head.VENDOR)
    number = insert(
        writing,
        "VO",
        body,
        company=company["COMP_CODE"],
        reference=head.REF_DOC_NO,
        date=head.PSTNG_DATE,
        currency=head.CURRENCY,
        vendor=head.VENDOR,
        vendor_ref=head.VENDOR_REF,
        stat="PARK",
    )
    amount_to(writing, number, amount=cents(head.GROSS_AMOUNT))
    return shown(row_of(writing.change, "VO", number))


def cancel(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Take a parked invoice away; asked again, it answers the same. One that is posted stays."""
    row = row_of(writing.change, "VO", number)
    if row["STAT"] == "RVSD":
        return shown(row)
    if row["STAT"] == "POST":
        raise Refusal(422, "M8", "402", f"Voucher {number} is posted", v1=number)
    mark_reversed(writing, number, body)
    return shown(row_of(writing.change, "VO", number))


def settle(writing: Writing, number: str, *, vendor: str) -> None:
    """A payable posts the voucher."""
    row = row_of(writing.change, "VO", number)
    if row["STAT"] != "PARK" or row["VENDOR"] != vendor:
        raise Refusal(422, "M8", "403", f"Voucher {number} is not a parked invoice of vendor {vendor}", v1=number)
    writing.change.execute("UPDATE PURCH_DOC SET STAT = 'POST' WHERE DOC_NO = ?", (number,))


def park_again(writing: Writing, number: str) -> None:
    """The payable that posted the voucher was reversed."""
    writing.change.execute("UPDATE PURCH_DOC SET STAT = 'PARK' WHERE DOC_NO = ? AND STAT = 'POST'", (number,))
