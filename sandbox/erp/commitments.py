"""Commitments: order price x (ordered - cancelled - relieved) for each line, never below zero, with every change kept.

Lines bought by amount are relieved by what their invoices come to. A cancelled order or a completed line commits nothing.
"""

import sqlite3
from typing import Any

from sandbox.erp.answers import amount_text
from sandbox.erp.database import Database
from sandbox.erp.kept_orders import KeptOrder, assignment, kept, priced, wanted
from sandbox.erp.order_history import Line, so_far
from sandbox.erp.purchasing_forms import OrderItem
from sandbox.erp.writing import Writing


def open_cents(order: KeptOrder, item: OrderItem, line: Line) -> int:
    """What a line still commits."""
    if not order.live or item.DELIV_COMPL:
        return 0
    return max(priced(item, max(wanted(item) - line.relief_milli, 0)) - line.relief_cents, 0)


def note(writing: Writing, number: str, *, document: str) -> None:
    """Write down each commitment of an order that a document has changed."""
    order = kept(writing.change, number)
    for item in order.items:
        cents = open_cents(order, item, so_far(writing.change, number, item.PO_ITEM))
        account, centre = assignment(writing.change, order, item)
        # Stock and what was expensed at its use encumber no budget.
        encumbered = centre if account >= "0000500000" and order.head.DOC_TYPE != "BO" else ""
        last = writing.change.execute(
            "SELECT OPEN_CENTS, COST_CTR FROM COMMITMENT WHERE PO_NUMBER = ? AND PO_ITEM = ? ORDER BY SEQ DESC LIMIT 1",
            (number, item.PO_ITEM),
        ).fetchone()
        if last is None or tuple(last) != (cents, encumbered):
            writing.change.execute(
                "INSERT INTO COMMITMENT (PO_NUMBER, PO_ITEM, DOC_NO, ENTRY_STAMP, OPEN_CENTS, COST_CTR, FISC_YEAR)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, item.PO_ITEM, document, writing.stamp, cents, encumbered, order.head.DOC_DATE[:4]),
            )


NEWEST = "SEQ IN (SELECT max(SEQ) FROM COMMITMENT GROUP BY PO_NUMBER, PO_ITEM)"


def commits(change: sqlite3.Connection, number: str) -> bool:
    """Whether an order commits anything."""
    query = f"SELECT 1 FROM COMMITMENT WHERE PO_NUMBER = ? AND OPEN_CENTS > 0 AND {NEWEST}"
    return change.execute(query, (number,)).fetchone() is not None


def listed(database: Database, *, company: str | None, order: str | None) -> list[dict[str, Any]]:
    """The commitments that stand, of a company code or of one order, with how each came about."""
    rows = database.rows(
        f"SELECT c.*, d.COMP_CODE, d.EXT_NO FROM COMMITMENT c JOIN PURCH_DOC d ON d.DOC_NO = c.PO_NUMBER WHERE {NEWEST}"
        " AND (?1 IS NULL OR d.COMP_CODE = ?1) AND (?2 IS NULL OR c.PO_NUMBER = ?2) ORDER BY c.PO_NUMBER, c.PO_ITEM",
        company,
        order,
    )
    return [
        {
            **{name: row[name] for name in ("PO_NUMBER", "EXT_NO", "PO_ITEM", "COMP_CODE")},
            "OPEN_DC": amount_text(row["OPEN_CENTS"]),
            "HISTORY": [
                {"DOC_NO": one["DOC_NO"], "ENTRY_STAMP": one["ENTRY_STAMP"], "OPEN_DC": amount_text(one["OPEN_CENTS"])}
                for one in database.rows(
                    "SELECT * FROM COMMITMENT WHERE PO_NUMBER = ? AND PO_ITEM = ? ORDER BY SEQ",
                    row["PO_NUMBER"],
                    row["PO_ITEM"],
                )
            ],
        }
        for row in rows
    ]
