"""Purchase orders and change orders. An order commits money; it posts nothing in the ledger.

A change is made upon the newest revision, and can be taken back while it is the newest itself: then the revision before
counts again. An order is cancelled only while nothing of it was received or invoiced.
"""

import sqlite3
from typing import Any

from sandbox.erp import commitments, reservations
from sandbox.erp.answers import Refusal, amount_text
from sandbox.erp.hooks import announce
from sandbox.erp.kept_orders import KeptOrder, assignment, kept, named, priced, required, wanted
from sandbox.erp.order_history import so_far
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
from sandbox.erp.purchasing_forms import OrderChange, OrderItem, PurchaseOrder, TakingBack
from sandbox.erp.writing import Writing

CREATED, CHANGED = "purchase_order.created", "purchase_order.changed"


def post(writing: Writing, body: PurchaseOrder) -> dict[str, Any]:
    """Create an order; an external number may stand only once."""
    head = body.HEADER
    company = company_of(writing.change, head.PLANT)
    check_currency(company, head.CURRENCY)
    check_vendor(writing.change, head.VENDOR)
    standing = named(writing.change, head.EXT_NO)
    if standing is not None and standing.live:
        text = f"External number {head.EXT_NO} is that of order {standing.number}"
        raise Refusal(422, "06", "030", text, v1=head.EXT_NO, v2=standing.number)
    number = insert(
        writing,
        "PO",
        body,
        company=company["COMP_CODE"],
        reference=head.REF_DOC_NO,
        date=head.DOC_DATE,
        currency=head.CURRENCY,
        vendor=head.VENDOR,
        external=head.EXT_NO,
    )
    _check_items(writing.change, kept(writing.change, number))
    for reservation in head.RESERVATIONS:
        reservations.take_over(writing, reservation, order=number)
    return _written(writing, number, order=number, event=CREATED)


def cancel(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Cancel an order; asked again, it answers the same."""
    row = row_of(writing.change, "PO", number)
    if row["STAT"] == "RVSD":
        return shown(row)
    order = kept(writing.change, number)
    for item in order.items:
        if not so_far(writing.change, number, item.PO_ITEM).untouched:
            text = f"Item {item.PO_ITEM} of order {number} was received or invoiced"
            raise Refusal(422, "06", "028", text, v1=number, v2=item.PO_ITEM)
    mark_reversed(writing, number, body)
    for reservation in order.head.RESERVATIONS:
        reservations.release(writing, reservation, body)
    commitments.note(writing, number, document=number)
    announce(writing.change, CHANGED, kept(writing.change, number).shown(), stamp=writing.stamp, cause=writing.cause)
    return shown(row_of(writing.change, "PO", number))


def change(writing: Writing, body: OrderChange) -> dict[str, Any]:
    """Change an order to the lines given."""
    head = body.HEADER
    before = required(writing.change, head.PO_REF)
    if not before.live:
        raise Refusal(422, "06", "029", f"Order {before.number} is cancelled", v1=before.number)
    if before.revision + 1 != head.REVISION:
        text = f"Order {before.number} is at revision {before.revision}"
        raise Refusal(422, "06", "031", text, v1=before.number, v2=str(before.revision))
    number = insert(
        writing,
        "CO",
        body,
        company=before.company,
        reference=head.REF_DOC_NO,
        date=before.head.DOC_DATE,
        currency=before.head.CURRENCY,
        vendor=before.head.VENDOR,
        order=before.number,
    )
    after = kept(writing.change, before.number)
    _check_items(writing.change, after)
    _check_received(writing.change, before, after)
    return _written(writing, number, order=before.number, event=CHANGED)


def take_change_back(writing: Writing, number: str, body: TakingBack) -> dict[str, Any]:
    """Let the revision before a change count again; asked again, it answers the same."""
    row = row_of(writing.change, "CO", number)
    if row["STAT"] == "RVSD":
        return shown(row)
    before = kept(writing.change, row["PO_NUMBER"])
    newest = writing.change.execute(
        "SELECT max(DOC_NO) FROM PURCH_DOC WHERE DOC_KIND = 'CO' AND PO_NUMBER = ? AND STAT = 'POST'",
        (row["PO_NUMBER"],),
    ).fetchone()[0]
    if newest != number:
        text = f"Order {before.number} was changed again by {newest}"
        raise Refusal(422, "06", "032", text, v1=before.number, v2=newest)
    mark_reversed(writing, number, body)
    after = kept(writing.change, before.number)
    _check_received(writing.change, before, after)
    commitments.note(writing, before.number, document=number)
    announce(writing.change, CHANGED, after.shown(), stamp=writing.stamp, cause=writing.cause)
    return shown(row_of(writing.change, "CO", number))


def status(connection: sqlite3.Connection, order: KeptOrder) -> dict[str, Any]:
    """An order as it now counts, with how each line stands."""
    answer = order.shown()
    for item, text in zip(order.items, answer["ITEMS"], strict=True):
        line = so_far(connection, order.number, item.PO_ITEM)
        text["OPEN_DC"] = amount_text(commitments.open_cents(order, item, line))
        text["RNI_DC"] = amount_text(line.open_cents)
    return answer


def _written(writing: Writing, number: str, *, order: str, event: str) -> dict[str, Any]:
    now = kept(writing.change, order)
    quantity = sum(wanted(item) for item in now.items)
    amount_to(writing, number, quantity=quantity, amount=sum(priced(item, wanted(item)) for item in now.items))
    commitments.note(writing, order, document=number)
    announce(writing.change, event, now.shown(), stamp=writing.stamp, cause=writing.cause)
    return shown(row_of(writing.change, "CO" if event == CHANGED else "PO", number))


def _check_items(change: sqlite3.Connection, order: KeptOrder) -> None:
    if len({item.PO_ITEM for item in order.items}) < len(order.items):
        raise Refusal(422, "06", "033", "An item number occurs twice")
    for item in order.items:
        _check_item(change, order, item)


def _check_item(change: sqlite3.Connection, order: KeptOrder, item: OrderItem) -> None:
    place = f"Item {item.PO_ITEM}"
    if item.MATERIAL and not _there(change, "MATERIAL WHERE MATERIAL = ?", item.MATERIAL):
        text = f"{place}: material {item.MATERIAL} does not exist or is not activated"
        raise Refusal(422, "M3", "305", text, v1=item.MATERIAL)
    if item.STGE_LOC and not _there(
        change, "STORAGE_LOC WHERE PLANT = ? AND STGE_LOC = ?", order.head.PLANT, item.STGE_LOC
    ):
        text = f"{place}: storage location {item.STGE_LOC} is not defined in plant {order.head.PLANT}"
        raise Refusal(422, "M7", "001", text, v1=item.STGE_LOC)
    account, assigned = assignment(change, order, item)
    centre = item.COST_CTR or assigned
    if centre and not _there(
        change, "COST_CENTER WHERE COST_CTR = ? AND COMP_CODE = ? AND STAT = 'ACTV'", centre, order.company
    ):
        text = f"{place}: cost center {centre} does not exist in company code {order.company}"
        raise Refusal(422, "KI", "265", text, v1=centre)
    if not centre and _there(change, "GL_ACCOUNT WHERE GL_ACCOUNT = ? AND CCTR_REQD = 'X'", account):
        raise Refusal(422, "KI", "235", f"{place}: account {account} requires a cost center")


def _check_received(change: sqlite3.Connection, before: KeptOrder, after: KeptOrder) -> None:
    for item in before.items:
        came = so_far(change, before.number, item.PO_ITEM)
        left = after.item(item.PO_ITEM)
        kept_quantity = wanted(left) if left else 0
        floor = min(max(came.came_milli, came.iv_milli), wanted(item))
        if kept_quantity < floor or (left is None and not came.untouched):
            text = f"Item {item.PO_ITEM}: more was received or invoiced than the change leaves"
            raise Refusal(422, "06", "034", text, v1=before.number, v2=item.PO_ITEM)


def _there(change: sqlite3.Connection, where: str, *values: str) -> bool:
    return change.execute(f"SELECT 1 FROM {where}", values).fetchone() is not None
