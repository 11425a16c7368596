"""The trial balance: per account what was debited and credited, and the totals, which are equal."""

from typing import Any

from sandbox.erp.answers import Refusal, amount_text
from sandbox.erp.database import Database


def trial_balance(database: Database, *, company: str, up_to: str) -> dict[str, Any]:
    """Balances of a company code with everything posted up to a date."""
    if database.row("SELECT 1 FROM COMPANY_CODE WHERE COMP_CODE = ?", company) is None:
        raise Refusal(404, "F5", "165", f"Company code {company} does not exist", v1=company)
    rows = database.rows(
        "SELECT a.GL_ACCOUNT, a.SHORT_TEXT, a.ACCT_TYPE,"
        " coalesce(sum(CASE WHEN i.POSTING_KEY = '40' THEN i.AMOUNT_CENTS END), 0) AS DEBIT,"
        " coalesce(sum(CASE WHEN i.POSTING_KEY = '50' THEN i.AMOUNT_CENTS END), 0) AS CREDIT"
        " FROM GL_ACCOUNT a JOIN JOURNAL_ITEM i ON i.GL_ACCOUNT = a.GL_ACCOUNT JOIN JOURNAL j ON j.DOC_NO = i.DOC_NO"
        " WHERE j.COMP_CODE = ? AND j.PSTNG_DATE <= ? GROUP BY a.GL_ACCOUNT ORDER BY a.GL_ACCOUNT",
        company,
        up_to,
    )
    debit, credit = sum(row["DEBIT"] for row in rows), sum(row["CREDIT"] for row in rows)
    return {
        "COMP_CODE": company,
        "DATE_TO": up_to,
        "ACCOUNTS": [
            {
                "GL_ACCOUNT": row["GL_ACCOUNT"],
                "SHORT_TEXT": row["SHORT_TEXT"],
                "ACCT_TYPE": row["ACCT_TYPE"],
                "DEBIT_DC": amount_text(row["DEBIT"]),
                "CREDIT_DC": amount_text(row["CREDIT"]),
                "BALANCE_DC": amount_text(abs(row["DEBIT"] - row["CREDIT"])),
                "BALANCE_IND": "D" if row["DEBIT"] >= row["CREDIT"] else "C",
            }
            for row in rows
        ],
        "TOTAL_DEBIT_DC": amount_text(debit),
        "TOTAL_CREDIT_DC": amount_text(credit),
        "CLOSES": "X" if debit == credit else "",
    }
