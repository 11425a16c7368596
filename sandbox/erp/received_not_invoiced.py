"""What was received and not invoiced, by order line, beside the balance of the clearing account in the ledger.

The rest of the balance is what uses of consignment and bill-only goods have accrued, and no order line has taken over yet.
"""

from typing import Any

from sandbox.erp.accounts import GOODS_INVOICE_CLEARING
from sandbox.erp.answers import amount_text, quantity_text
from sandbox.erp.database import Database


def listed(database: Database, *, company: str) -> dict[str, Any]:
    """The lines of a company code of which something is open or claimed back."""
    rows = database.rows(
        "SELECT h.PO_NUMBER, h.PO_ITEM, d.EXT_NO, d.VENDOR, sum(GR_MILLI) - sum(IV_MILLI) AS MILLI,"
        " sum(GR_CENTS) - sum(IV_CENTS) AS CENTS, sum(CLAIM_MILLI) AS CLAIMED, sum(CLAIM_CENTS) AS CLAIM"
        " FROM ORDER_HISTORY h JOIN PURCH_DOC d ON d.DOC_NO = h.PO_NUMBER WHERE d.COMP_CODE = ?"
        " GROUP BY h.PO_NUMBER, h.PO_ITEM ORDER BY h.PO_NUMBER, h.PO_ITEM",
        company,
    )
    (balance,) = database.rows(
        "SELECT coalesce(sum(CASE i.POSTING_KEY WHEN '50' THEN i.AMOUNT_CENTS ELSE -i.AMOUNT_CENTS END), 0) AS CENTS"
        " FROM JOURNAL_ITEM i JOIN JOURNAL j USING (DOC_NO) WHERE i.GL_ACCOUNT = ? AND j.COMP_CODE = ?",
        GOODS_INVOICE_CLEARING,
        company,
    )
    total = sum(row["CENTS"] for row in rows)
    return {
        "COMP_CODE": company,
        "ITEMS": [
            {
                **{name: row[name] for name in ("PO_NUMBER", "PO_ITEM", "EXT_NO", "VENDOR")},
                "QUANTITY": quantity_text(row["MILLI"]),
                "AMOUNT_DC": amount_text(row["CENTS"]),
                "CLAIMED_QTY": quantity_text(row["CLAIMED"]),
                "CLAIMED_DC": amount_text(row["CLAIM"]),
            }
            for row in rows
            if row["MILLI"] or row["CENTS"] or row["CLAIMED"] or row["CLAIM"]
        ],
        "TOTAL_DC": amount_text(total),
        "BALANCE_DC": amount_text(balance["CENTS"]),
        "NOT_ORDERED_DC": amount_text(balance["CENTS"] - total),
    }
