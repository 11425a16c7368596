"""Budgets of cost centres by fiscal year. NONE is not checked, WARN says what is left, STOP refuses a reservation.

What is left: the budget less expenses of the year, open commitments that are for the cost centre, and open reservations.
"""

import sqlite3
from typing import Any

from sandbox.erp.answers import Refusal, amount_text
from sandbox.erp.commitments import NEWEST


def centre_row(connection: sqlite3.Connection, centre: str) -> sqlite3.Row:
    """A cost centre with its company code and currency."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM COST_CENTER JOIN COMPANY_CODE USING (COMP_CODE) WHERE COST_CTR = ?", (centre,)
    ).fetchone()
    if row is None:
        raise Refusal(422, "KI", "265", f"Cost center {centre} does not exist", v1=centre)
    return row


def give(change: sqlite3.Connection, *, centre: str, year: str, control: str, amount: int) -> None:
    """Another budget in place of the one that the cost centre has in a year; `amount` in cents."""
    centre_row(change, centre)
    change.execute("INSERT OR REPLACE INTO BUDGET VALUES (?, ?, ?, ?)", (centre, year, control, amount))


def left_of(connection: sqlite3.Connection, *, centre: str, year: str) -> tuple[str, int | None]:
    """How a budget is controlled, and the cents that are left of it; none where there is none."""
    row = connection.execute("SELECT * FROM BUDGET WHERE COST_CTR = ? AND FISC_YEAR = ?", (centre, year)).fetchone()
    if row is None or row["AVC_CTRL"] == "NONE":
        return "NONE", None
    return row["AVC_CTRL"], row["AMOUNT_CENTS"] - _used(connection, centre, year)


def shown(connection: sqlite3.Connection, *, centre: str, date: str) -> dict[str, Any]:
    """The budget of a cost centre in the year of a date."""
    owner = centre_row(connection, centre)
    control, left = left_of(connection, centre=centre, year=date[:4])
    return {
        "COST_CTR": centre,
        "FISC_YEAR": date[:4],
        "AVC_CTRL": control,
        "CURRENCY": owner["CURRENCY"],
        "AVAILABLE_DC": "" if left is None else amount_text(left),
    }


def _used(connection: sqlite3.Connection, centre: str, year: str) -> int:
    (spent,) = connection.execute(
        "SELECT coalesce(sum(CASE i.POSTING_KEY WHEN '40' THEN i.AMOUNT_CENTS ELSE -i.AMOUNT_CENTS END), 0)"
        " FROM JOURNAL_ITEM i JOIN JOURNAL j USING (DOC_NO) JOIN GL_ACCOUNT a USING (GL_ACCOUNT)"
        " WHERE i.COST_CTR = ? AND j.FISC_YEAR = ? AND a.ACCT_TYPE = 'X'",
        (centre, year),
    ).fetchone()
    (committed,) = connection.execute(
        f"SELECT coalesce(sum(OPEN_CENTS), 0) FROM COMMITMENT WHERE COST_CTR = ? AND FISC_YEAR = ? AND {NEWEST}",
        (centre, year),
    ).fetchone()
    (reserved,) = connection.execute(
        "SELECT coalesce(sum(AMOUNT_CENTS), 0) FROM PURCH_DOC WHERE DOC_KIND = 'RS' AND STAT = 'POST' AND PO_NUMBER = ''"
        " AND COST_CTR = ? AND PSTNG_DATE LIKE ?",
        (centre, f"{year}%"),
    ).fetchone()
    return int(spent + committed + reserved)
