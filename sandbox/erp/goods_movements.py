"""Goods receipts and returns against order lines, with what they accrue.

    receipt for stock               Dr stock of the material        Cr received-not-invoiced      at the order's price
    receipt for a cost centre       Dr expense of the cost centre   Cr received-not-invoiced
    receipt that moves no stock     Dr received-not-invoiced, at the valuation price of consignment or bill-only goods
                                    Cr received-not-invoiced, at the order's price; the difference to price variance
    receipt of consigned goods      nothing: they are not ours until used
    return                          the same with signs turned
    return of what was invoiced     besides: Dr credits claimed from suppliers   Cr received-not-invoiced

The use of consignment and bill-only goods has expensed them against received-not-invoiced already. Their receipt only
hands that accrual on to the order line: a second credit would accrue the same goods twice.
"""

import json
import sqlite3
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.erp import commitments, entries
from sandbox.erp.accounts import GOODS_INVOICE_CLEARING, PRICE_VARIANCE, SUPPLIER_CLAIMS
from sandbox.erp.answers import Refusal
from sandbox.erp.entries import Entry, Posting
from sandbox.erp.kept_orders import KeptOrder, assignment, base_milli, by_amount, required
from sandbox.erp.order_history import Line, add, added, negative, so_far, value
from sandbox.erp.purchasing_documents import amount_to, insert, mark_reversed, row_of, shown
from sandbox.erp.purchasing_forms import Movement, MovementHeader, OrderItem, TakingBack
from sandbox.erp.residue import clear_residue
from sandbox.erp.writing import Writing, milli, rounded


def receive(writing: Writing, body: Movement) -> dict[str, Any]:
    """Post a receipt."""
    return _post(writing, "GR", body, sign=1)


def send_back(writing: Writing, body: Movement) -> dict[str, Any]:
    """Post a return; what was invoiced already is claimed back by a debit memo of its own accord."""
    return _post(writing, "RT", body, sign=-1)


def reverse_receipt(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Reverse a receipt whose goods are all here and not invoiced; asked again, it answers the same."""
    return _reverse(writing, "GR", number, body)


def reverse_return(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Reverse a return for which no credit came yet; asked again, it answers the same."""
    return _reverse(writing, "RT", number, body)


def _post(writing: Writing, kind: str, body: Movement, *, sign: int) -> dict[str, Any]:
    head = body.HEADER
    order = required(writing.change, head.PO_REF)
    number = insert(
        writing,
        kind,
        body,
        company=order.company,
        reference=head.REF_DOC_NO,
        date=head.PSTNG_DATE,
        currency=order.head.CURRENCY,
        vendor=order.head.VENDOR,
        order=order.number,
        external=head.EXT_NO,
    )
    lines: list[Entry] = []
    moved = amount = 0
    for part in body.ITEMS:
        item = order.open_item(part.PO_ITEM) if sign > 0 else _known(order, part.PO_ITEM)
        quantity = sign * milli(part.QUANTITY)
        before = so_far(writing.change, order.number, part.PO_ITEM)
        if before.came_milli + quantity < 0:
            text = f"Item {part.PO_ITEM}: more goes back than came"
            raise Refusal(422, "M7", "022", text, v1=order.number, v2=part.PO_ITEM)
        more = _line(head, item, quantity, before)
        add(writing, order=order.number, item=part.PO_ITEM, document=number, more=more)
        lines += _accrual(writing.change, order, item, head, more)
        moved, amount = moved + abs(quantity), amount + abs(more.gr_cents)
    posting = Posting(
        company=order.company,
        kind="WE" if sign > 0 else "WL",
        document=number,
        date=head.DOC_DATE,
        posting_date=head.PSTNG_DATE,
        currency=order.head.CURRENCY,
    )
    amount_to(writing, number, quantity=moved, amount=amount, journals=entries.post(writing, posting, lines))
    commitments.note(writing, order.number, document=number)
    return shown(row_of(writing.change, kind, number))


def _line(head: MovementHeader, item: OrderItem, quantity: int, before: Line) -> Line:
    """What a movement adds to its line."""
    relief = quantity if head.RELIEF == "GR" and not by_amount(item) else 0
    came = Line(came_milli=quantity, relief_milli=relief)
    unvalued = head.OWNER_IND in ("K", "M") and head.MOVE_STOCK
    if by_amount(item) or unvalued or (quantity < 0 and before.gr_milli == 0):
        return came
    accrued = value(item, quantity, open_milli=before.open_milli, open_cents=before.open_cents)
    more = replace(came, gr_milli=quantity, gr_cents=accrued)
    after = before.plus(more)
    claimed = min(-quantity, -after.open_milli)
    if claimed <= 0:
        return more
    worth = value(item, claimed, open_milli=after.open_milli, open_cents=after.open_cents)
    taken_back = claimed if head.RELIEF == "IV" else 0
    return replace(
        more,
        iv_milli=-claimed,
        iv_cents=-worth,
        claim_milli=claimed,
        claim_cents=worth,
        relief_milli=more.relief_milli - taken_back,
    )


def _accrual(
    change: sqlite3.Connection, order: KeptOrder, item: OrderItem, head: MovementHeader, more: Line
) -> list[Entry]:
    goods = Entry(
        company=order.company,
        account=GOODS_INVOICE_CLEARING,
        cents=more.iv_cents - more.gr_cents,
        plant=order.head.PLANT,
        location=item.STGE_LOC,
        material=item.MATERIAL,
        quantity=base_milli(item, more.came_milli),
    )
    claim = Entry(company=order.company, account=SUPPLIER_CLAIMS, cents=more.claim_cents)
    used = _used_before(change, order, item, goods.quantity) if not head.MOVE_STOCK else None
    if used is not None:
        variance = Entry(company=order.company, account=PRICE_VARIANCE, cents=more.gr_cents - used)
        return [replace(goods, cents=used), variance, goods, claim]
    account, centre = assignment(change, order, item)
    return [replace(goods, account=account, centre=centre, cents=more.gr_cents), goods, claim]


def _used_before(change: sqlite3.Connection, order: KeptOrder, item: OrderItem, quantity: int) -> int | None:
    """What the use of such goods has credited to received-not-invoiced; none for goods of our own."""
    row = change.execute(
        "SELECT STD_PRICE_CENTS FROM VALUATION JOIN MATERIAL USING (MATERIAL)"
        " WHERE MATERIAL = ? AND PLANT = ? AND OWNER_IND IN ('K', 'B')",
        (item.MATERIAL, order.head.PLANT),
    ).fetchone()
    return None if row is None else rounded(Decimal(row["STD_PRICE_CENTS"]) * quantity / 1000)


def _reverse(writing: Writing, kind: str, number: str, body: TakingBack) -> dict[str, Any]:
    row = row_of(writing.change, kind, number)
    if row["STAT"] == "RVSD":
        return shown(row)
    for order, item, line in added(writing.change, number):
        after = so_far(writing.change, order, item).plus(negative(line))
        if (
            after.came_milli < 0
            or (kind == "GR" and line.gr_milli > 0 and after.open_milli < 0)
            or after.claim_milli < 0
        ):
            text = f"Document {number}: item {item} was invoiced, credited or sent back since"
            raise Refusal(422, "M7", "023", text, v1=number, v2=item)
        add(writing, order=order, item=item, document=number, more=negative(line))
    entries.reverse(writing, json.loads(row["JOURNALS"]), body)
    mark_reversed(writing, number, body)
    clear_residue(writing, number, body)
    commitments.note(writing, row["PO_NUMBER"], document=number)
    return shown(row_of(writing.change, kind, number))


def _known(order: KeptOrder, number: str) -> OrderItem:
    item = order.item(number)
    if item is None:
        raise Refusal(422, "06", "026", f"Order {order.number} has no item {number}", v1=order.number, v2=number)
    return item
