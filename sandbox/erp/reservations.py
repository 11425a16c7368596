"""Reservations: money of a budget set aside for an order to come, until it is released or an order takes it over."""

from typing import Any

from sandbox.erp.answers import Refusal, amount_text
from sandbox.erp.budgets import centre_row, left_of
from sandbox.erp.commitments import commits
from sandbox.erp.purchasing_documents import amount_to, check_currency, insert, mark_reversed, row_of, shown
from sandbox.erp.purchasing_forms import Reservation, TakingBack
from sandbox.erp.writing import Writing, cents


def post(writing: Writing, body: Reservation) -> dict[str, Any]:
    """Reserve; refused where a budget that stops has not so much left."""
    owner = centre_row(writing.change, body.COST_CTR)
    check_currency(owner, body.CURRENCY)
    amount = cents(body.AMOUNT_DC)
    control, left = left_of(writing.change, centre=body.COST_CTR, year=body.PSTNG_DATE[:4])
    if control == "STOP" and left is not None and amount > left:
        text = f"Budget of {body.COST_CTR} is exceeded by {amount_text(amount - left)}"
        raise Refusal(422, "BP", "603", text, v1=body.COST_CTR, v2=amount_text(amount - left))
    number = insert(
        writing,
        "RS",
        body,
        company=owner["COMP_CODE"],
        reference=body.REF_DOC_NO,
        date=body.PSTNG_DATE,
        currency=body.CURRENCY,
        vendor="",
        external=body.EXT_NO,
        centre=body.COST_CTR,
    )
    amount_to(writing, number, amount=amount)
    return shown(row_of(writing.change, "RS", number))


def release(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Release what is set aside; asked again, it answers the same. What an order took over stays while it commits money."""
    row = row_of(writing.change, "RS", number)
    if row["STAT"] == "RVSD":
        return shown(row)
    order = row_of(writing.change, "PO", row["PO_NUMBER"]) if row["PO_NUMBER"] else None
    if order is not None and order["STAT"] == "POST" and commits(writing.change, row["PO_NUMBER"]):
        text = f"Reservation {number} was taken over by order {row['PO_NUMBER']}"
        raise Refusal(422, "BP", "604", text, v1=number, v2=row["PO_NUMBER"])
    mark_reversed(writing, number, body)
    return shown(row_of(writing.change, "RS", number))


def take_over(writing: Writing, number: str, *, order: str) -> None:
    """Let an order use what was set aside for it."""
    row = row_of(writing.change, "RS", number)
    if row["STAT"] == "RVSD" or row["PO_NUMBER"]:
        raise Refusal(422, "BP", "605", f"Reservation {number} is not open", v1=number)
    writing.change.execute("UPDATE PURCH_DOC SET PO_NUMBER = ? WHERE DOC_NO = ?", (order, number))
