"""Posting periods of a company code: which one a date falls in, opening and closing."""

import sqlite3

from sandbox.erp.answers import Refusal
from sandbox.erp.database import Database
from sandbox.erp.hooks import Cause, announce


def shown(row: sqlite3.Row) -> dict[str, str]:
    """A period as the vendor shows it."""
    return {name: row[name] for name in ("COMP_CODE", "FISC_YEAR", "FIS_PERIOD", "DATE_FROM", "DATE_TO", "STAT")}


def listed(database: Database, *, company: str) -> list[dict[str, str]]:
    """All periods of a company code, oldest first."""
    if database.row("SELECT 1 FROM COMPANY_CODE WHERE COMP_CODE = ?", company) is None:
        raise Refusal(404, "F5", "165", f"Company code {company} does not exist", v1=company)
    return [shown(row) for row in database.rows("SELECT * FROM PERIOD WHERE COMP_CODE = ? ORDER BY DATE_FROM", company)]


def open_period(change: sqlite3.Connection, *, company: str, date: str) -> sqlite3.Row:
    """The period of a date, refused where there is none or it is closed."""
    row: sqlite3.Row | None = change.execute(
        "SELECT * FROM PERIOD WHERE COMP_CODE = ? AND ? BETWEEN DATE_FROM AND DATE_TO", (company, date)
    ).fetchone()
    if row is None:
        raise Refusal(422, "F5", "202", f"No posting period is defined for {date}", v1=date)
    if row["STAT"] != "OPEN":
        period = f"{row['FIS_PERIOD']} {row['FISC_YEAR']}"
        raise Refusal(
            422, "F5", "201", f"Posting period {period} is not open", v1=row["FIS_PERIOD"], v2=row["FISC_YEAR"]
        )
    return row


def change_status(
    database: Database, *, company: str, year: str, period: str | None, stat: str, stamp: str, cause: Cause
) -> list[dict[str, str]]:
    """Open or close one period, or all periods of a year; each real change is announced."""
    with database.transaction() as change:
        rows = change.execute(
            "SELECT * FROM PERIOD WHERE COMP_CODE = ? AND FISC_YEAR = ? AND (? IS NULL OR FIS_PERIOD = ?)",
            (company, year, period, period),
        ).fetchall()
        if not rows:
            raise Refusal(404, "F5", "202", f"No period {period or ''} {year} in company code {company}")
        for row in rows:
            if row["STAT"] != stat:
                change.execute(
                    "UPDATE PERIOD SET STAT = ? WHERE COMP_CODE = ? AND FISC_YEAR = ? AND FIS_PERIOD = ?",
                    (stat, company, year, row["FIS_PERIOD"]),
                )
                kind = "period.closed" if stat == "CLSD" else "period.opened"
                announce(change, kind, {**shown(row), "STAT": stat}, stamp=stamp, cause=cause)
    return [{**shown(row), "STAT": stat} for row in rows]
