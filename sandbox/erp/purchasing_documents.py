"""What all documents of purchasing have in common: a number, an external reference, and being taken back once."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from sandbox.erp.answers import Refusal, amount_text, quantity_text
from sandbox.erp.database import Database
from sandbox.erp.forms import Form
from sandbox.erp.journals import MOST_REFERENCES
from sandbox.erp.purchasing_forms import TakingBack
from sandbox.erp.writing import Writing

RANGES = {"PO": 45, "CO": 46, "GR": 49, "RT": 48, "VO": 17, "AP": 19, "DM": 16, "RS": 47}
"""The first digits of the numbers of each kind of document."""

_REVERSALS = 5900000000
_PLAIN = (
    "DOC_NO DOC_KIND COMP_CODE REF_DOC_NO PO_NUMBER EXT_NO VENDOR VENDOR_REF STAT PSTNG_DATE ENTRY_STAMP CURRENCY"
    " REVERSED_BY REVERSED_ON REVERSAL_REF"
).split()


def insert(
    writing: Writing,
    kind: str,
    body: Form,
    *,
    company: str,
    reference: str,
    date: str,
    currency: str,
    vendor: str,
    order: str = "",
    external: str = "",
    vendor_ref: str = "",
    centre: str = "",
    stat: str = "POST",
) -> str:
    """Keep a document; answers its number. An order is a document of itself."""
    first = RANGES[kind] * 10**8
    last = writing.change.execute("SELECT max(DOC_NO) FROM PURCH_DOC WHERE DOC_KIND = ?", (kind,)).fetchone()[0]
    number = str(int(last or first) + 1)
    writing.change.execute(
        "INSERT INTO PURCH_DOC (DOC_NO, DOC_KIND, COMP_CODE, REF_DOC_NO, PO_NUMBER, EXT_NO, VENDOR, VENDOR_REF,"
        " COST_CTR, STAT, PSTNG_DATE, ENTRY_STAMP, CURRENCY, QUANTITY_MILLI, AMOUNT_CENTS, DISPUTE_CENTS, JOURNALS,"
        " REQUEST_KEY, CONTENT)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '[]', ?, ?)",
        (
            *(number, kind, company, reference, number if kind == "PO" else order, external, vendor, vendor_ref),
            *(centre, stat, date, writing.stamp, currency, writing.key, body.model_dump_json()),
        ),
    )
    return number


def amount_to(
    writing: Writing, number: str, *, quantity: int = 0, amount: int = 0, dispute: int = 0, journals: Sequence[str] = ()
) -> None:
    """Note what a document comes to, and the journals that it was posted with."""
    writing.change.execute(
        "UPDATE PURCH_DOC SET QUANTITY_MILLI = ?, AMOUNT_CENTS = ?, DISPUTE_CENTS = ?, JOURNALS = ? WHERE DOC_NO = ?",
        (quantity, amount, dispute, json.dumps(list(journals)), number),
    )


def mark_reversed(writing: Writing, number: str, order: TakingBack) -> None:
    """Note that a document no longer counts."""
    count = writing.change.execute("SELECT count(*) FROM PURCH_DOC WHERE REVERSED_BY <> ''").fetchone()[0]
    writing.change.execute(
        "UPDATE PURCH_DOC SET STAT = 'RVSD', REVERSED_BY = ?, REVERSED_ON = ?, REVERSAL_REF = ? WHERE DOC_NO = ?",
        (str(_REVERSALS + count + 1), order.PSTNG_DATE, order.REF_DOC_NO, number),
    )


def row_of(connection: sqlite3.Connection, kind: str, number: str) -> sqlite3.Row:
    """A document that exists."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM PURCH_DOC WHERE DOC_KIND = ? AND DOC_NO = ?", (kind, number)
    ).fetchone()
    if row is None:
        raise Refusal(404, "F5", "397", f"Document {number} does not exist", v1=number)
    return row


def by_reference(database: Database, kind: str, references: Sequence[str]) -> list[dict[str, Any]]:
    """All documents of a kind with one of these external references, in the order of their numbers."""
    if len(references) > MOST_REFERENCES:
        raise Refusal(400, "00", "058", f"More than {MOST_REFERENCES} values for REF_DOC_NO", v1="REF_DOC_NO")
    marks = ", ".join("?" * len(references))
    rows = database.rows(
        f"SELECT * FROM PURCH_DOC WHERE DOC_KIND = ? AND REF_DOC_NO IN ({marks}) ORDER BY DOC_NO", kind, *references
    )
    return [shown(row) for row in rows]


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """A document as the vendor shows it, with what was sent."""
    amounts = {"QUANTITY": quantity_text(row["QUANTITY_MILLI"]), "AMOUNT_DC": amount_text(row["AMOUNT_CENTS"])}
    head = {**{name: row[name] for name in _PLAIN}, **amounts, "JOURNALS": json.loads(row["JOURNALS"])}
    return {"DOCUMENT": head, "CONTENT": json.loads(row["CONTENT"])}


def company_of(connection: sqlite3.Connection, plant: str) -> sqlite3.Row:
    """Company code and currency of a plant."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM PLANT JOIN COMPANY_CODE USING (COMP_CODE) WHERE PLANT = ?", (plant,)
    ).fetchone()
    if row is None:
        raise Refusal(422, "M7", "002", f"Plant {plant} does not exist", v1=plant)
    return row


def check_currency(company: sqlite3.Row, currency: str) -> None:
    """Refuse another currency than that of the company code."""
    if company["CURRENCY"] != currency:
        text = f"Currency {currency} is not the currency of company {company['COMP_CODE']}"
        raise Refusal(422, "F5", "808", text)


def check_vendor(connection: sqlite3.Connection, vendor: str) -> None:
    """Refuse a supplier that is not there."""
    if connection.execute("SELECT 1 FROM VENDOR WHERE VENDOR = ? AND STAT = 'ACTV'", (vendor,)).fetchone() is None:
        raise Refusal(422, "06", "321", f"Vendor {vendor} does not exist", v1=vendor)
