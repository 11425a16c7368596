"""The general ledger: posting and reversing journals. A journal balances or is refused, so the ledger always closes."""

import sqlite3
from decimal import Decimal
from typing import Any

from sandbox.erp.answers import Refusal, amount_text, quantity_text
from sandbox.erp.database import Database
from sandbox.erp.forms import Journal, JournalItem, Reversal
from sandbox.erp.hooks import Cause, announce
from sandbox.erp.periods import open_period

HEADER_COLUMNS = (
    "DOC_NO, COMP_CODE, FISC_YEAR, FIS_PERIOD, DOC_TYPE, REF_DOC_NO, HEADER_TXT, SERV_DATE, PSTNG_DATE, ENTRY_STAMP,"
    " CURRENCY, STAT, REVERSAL_OF, REVERSED_BY, REASON, REQUEST_KEY"
)
ITEM_COLUMNS = (
    "DOC_NO, ITEM_NO, POSTING_KEY, GL_ACCOUNT, AMOUNT_CENTS, COST_CTR, PLANT, STGE_LOC, MATERIAL, QUANTITY_MILLI,"
    " BASE_UOM, SERIAL_NO, BATCH, ITEM_TEXT, STAT_IND"
)
PLAIN_ITEM = ("COST_CTR", "PLANT", "STGE_LOC", "MATERIAL", "BASE_UOM", "SERIAL_NO", "BATCH", "ITEM_TEXT", "STAT_IND")
FIRST_DOCUMENT = 5100000000
MOST_REFERENCES = 100


def post(change: sqlite3.Connection, journal: Journal, *, key: str, stamp: str, cause: Cause) -> dict[str, Any]:
    """Post a journal and announce it; answers the document."""
    head = journal.HEADER
    company = change.execute("SELECT CURRENCY FROM COMPANY_CODE WHERE COMP_CODE = ?", (head.COMP_CODE,)).fetchone()
    if company is None:
        raise Refusal(422, "F5", "165", f"Company code {head.COMP_CODE} does not exist", v1=head.COMP_CODE)
    if company["CURRENCY"] != head.CURRENCY:
        raise Refusal(422, "F5", "808", f"Currency {head.CURRENCY} is not the currency of company {head.COMP_CODE}")
    period = open_period(change, company=head.COMP_CODE, date=head.PSTNG_DATE)
    for place, item in enumerate(journal.ITEMS, start=1):
        _check(change, item, place=place, company=head.COMP_CODE)
    balance = sum(_cents(item.AMOUNT_DC) * (1 if item.POSTING_KEY == "40" else -1) for item in journal.ITEMS)
    if balance:
        raise Refusal(422, "F5", "702", "Balance in transaction currency is not zero", v1=amount_text(abs(balance)))
    number = _next_number(change)
    header = (number, head.COMP_CODE, period["FISC_YEAR"], period["FIS_PERIOD"], head.DOC_TYPE, head.REF_DOC_NO)
    dates = (head.HEADER_TXT, head.SERV_DATE, head.PSTNG_DATE, stamp, head.CURRENCY)
    change.execute(
        f"INSERT INTO JOURNAL ({HEADER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'POST', '', '', '', ?)",
        (*header, *dates, key),
    )
    for place, item in enumerate(journal.ITEMS, start=1):
        amounts = (item.POSTING_KEY, item.GL_ACCOUNT, _cents(item.AMOUNT_DC), item.COST_CTR, item.PLANT, item.STGE_LOC)
        goods = (item.MATERIAL, _milli(item.QUANTITY), item.BASE_UOM, item.SERIAL_NO, item.BATCH)
        change.execute(
            f"INSERT INTO JOURNAL_ITEM ({ITEM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, place, *amounts, *goods, item.ITEM_TEXT, item.STAT_IND),
        )
    return _announced(change, "journal.posted", number, stamp=stamp, cause=cause)


def reverse(
    change: sqlite3.Connection, document: str, order: Reversal, *, key: str, stamp: str, cause: Cause
) -> dict[str, Any]:
    """Post the reversal of a document; one that is reversed already, or is a reversal itself, is refused."""
    original = change.execute("SELECT * FROM JOURNAL WHERE DOC_NO = ?", (document,)).fetchone()
    if original is None:
        raise Refusal(404, "F5", "397", f"Document {document} does not exist", v1=document)
    if original["REVERSED_BY"]:
        by = original["REVERSED_BY"]
        raise Refusal(422, "F5", "361", f"Document {document} was already reversed with {by}", v1=document, v2=by)
    if original["REVERSAL_OF"]:
        of = original["REVERSAL_OF"]
        raise Refusal(422, "F5", "362", f"Document {document} is itself the reversal of {of}", v1=document, v2=of)
    period = open_period(change, company=original["COMP_CODE"], date=order.PSTNG_DATE)
    number = _next_number(change)
    change.execute(
        f"INSERT INTO JOURNAL ({HEADER_COLUMNS}) SELECT ?, COMP_CODE, ?, ?, 'AB', ?, ?, SERV_DATE, ?, ?, CURRENCY,"
        " 'POST', DOC_NO, '', ?, ? FROM JOURNAL WHERE DOC_NO = ?",
        (
            number,
            period["FISC_YEAR"],
            period["FIS_PERIOD"],
            order.REF_DOC_NO,
            order.HEADER_TXT,
            order.PSTNG_DATE,
            stamp,
            order.REASON,
            key,
            document,
        ),
    )
    change.execute(
        f"INSERT INTO JOURNAL_ITEM ({ITEM_COLUMNS}) SELECT ?, ITEM_NO, CASE POSTING_KEY WHEN '40' THEN '50' ELSE '40'"
        " END, GL_ACCOUNT, AMOUNT_CENTS, COST_CTR, PLANT, STGE_LOC, MATERIAL, QUANTITY_MILLI, BASE_UOM, SERIAL_NO,"
        " BATCH, ITEM_TEXT, STAT_IND FROM JOURNAL_ITEM WHERE DOC_NO = ?",
        (number, document),
    )
    change.execute("UPDATE JOURNAL SET STAT = 'RVSD', REVERSED_BY = ? WHERE DOC_NO = ?", (number, document))
    return _announced(change, "journal.reversed", number, stamp=stamp, cause=cause)


def read(database: Database, document: str) -> dict[str, Any]:
    """One document with its lines."""
    row = database.row("SELECT * FROM JOURNAL WHERE DOC_NO = ?", document)
    if row is None:
        raise Refusal(404, "F5", "397", f"Document {document} does not exist", v1=document)
    return _shown(database.connection, row)


def by_reference(database: Database, references: list[str]) -> list[dict[str, Any]]:
    """All documents with one of these external references, in the order of their numbers."""
    if len(references) > MOST_REFERENCES:
        raise Refusal(400, "00", "058", f"More than {MOST_REFERENCES} values for REF_DOC_NO", v1="REF_DOC_NO")
    marks = ", ".join("?" * len(references))
    rows = database.rows(f"SELECT * FROM JOURNAL WHERE REF_DOC_NO IN ({marks}) ORDER BY DOC_NO", *references)
    return [_shown(database.connection, row) for row in rows]


def by_date(database: Database, *, company: str, first: str, last: str, after: str, limit: int) -> list[dict[str, Any]]:
    """The next page of a company code's documents posted between two dates."""
    rows = database.rows(
        "SELECT * FROM JOURNAL WHERE COMP_CODE = ? AND PSTNG_DATE BETWEEN ? AND ? AND DOC_NO > ?"
        " ORDER BY DOC_NO LIMIT ?",
        company,
        first,
        last,
        after,
        limit,
    )
    return [_shown(database.connection, row) for row in rows]


def _check(change: sqlite3.Connection, item: JournalItem, *, place: int, company: str) -> None:
    account = change.execute("SELECT * FROM GL_ACCOUNT WHERE GL_ACCOUNT = ?", (item.GL_ACCOUNT,)).fetchone()
    if account is None:
        raise Refusal(
            422, "F5", "507", f"Item {place}: G/L account {item.GL_ACCOUNT} does not exist", v1=item.GL_ACCOUNT
        )
    if item.COST_CTR:
        centre = change.execute("SELECT * FROM COST_CENTER WHERE COST_CTR = ?", (item.COST_CTR,)).fetchone()
        if centre is None or centre["COMP_CODE"] != company or centre["STAT"] != "ACTV":
            text = f"Item {place}: cost center {item.COST_CTR} does not exist in company code {company}"
            raise Refusal(422, "KI", "265", text, v1=item.COST_CTR)
    elif account["CCTR_REQD"]:
        raise Refusal(422, "KI", "235", f"Item {place}: account {item.GL_ACCOUNT} requires a cost center")
    if item.MATERIAL:
        material = change.execute("SELECT * FROM MATERIAL WHERE MATERIAL = ?", (item.MATERIAL,)).fetchone()
        if material is None:
            raise Refusal(
                422, "M3", "305", f"Material {item.MATERIAL} does not exist or is not activated", v1=item.MATERIAL
            )
        if material["BASE_UOM"] != item.BASE_UOM:
            text = f"Item {place}: unit {item.BASE_UOM} is not the base unit {material['BASE_UOM']}"
            raise Refusal(422, "M7", "021", text, v1=item.BASE_UOM, v2=material["BASE_UOM"])
    if _cents(item.AMOUNT_DC) == 0 and item.STAT_IND != "X":
        raise Refusal(422, "F5", "714", f"Item {place}: an amount of zero needs the statistical indicator")


def _announced(change: sqlite3.Connection, event_type: str, number: str, *, stamp: str, cause: Cause) -> dict[str, Any]:
    row = change.execute("SELECT * FROM JOURNAL WHERE DOC_NO = ?", (number,)).fetchone()
    document = _shown(change, row)
    announce(change, event_type, document["HEADER"], stamp=stamp, cause=cause)
    return document


def _shown(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    names = [name.strip() for name in HEADER_COLUMNS.split(",") if name.strip() != "REQUEST_KEY"]
    items = connection.execute("SELECT * FROM JOURNAL_ITEM WHERE DOC_NO = ? ORDER BY ITEM_NO", (row["DOC_NO"],))
    return {
        "HEADER": {name: row[name] for name in names},
        "ITEMS": [
            {
                "ITEM_NO": f"{item['ITEM_NO']:03d}",
                "POSTING_KEY": item["POSTING_KEY"],
                "GL_ACCOUNT": item["GL_ACCOUNT"],
                "AMOUNT_DC": amount_text(item["AMOUNT_CENTS"]),
                "QUANTITY": quantity_text(item["QUANTITY_MILLI"]),
                **{name: item[name] for name in PLAIN_ITEM},
            }
            for item in items.fetchall()
        ],
    }


def _next_number(change: sqlite3.Connection) -> str:
    row = change.execute("SELECT max(DOC_NO) FROM JOURNAL WHERE DOC_NO > ?", (str(FIRST_DOCUMENT),)).fetchone()
    return str(int(row[0] or FIRST_DOCUMENT) + 1)


def _cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _milli(quantity: str) -> int:
    return int(Decimal(quantity) * 1000)
