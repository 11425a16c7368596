"""A line of which nothing is open any more leaves no cent in the clearing account: what remains is price variance.

Something remains only where the order's price changed between what was posted and what is now taken back.
"""

import json

from sandbox.erp import entries
from sandbox.erp.accounts import GOODS_INVOICE_CLEARING, PRICE_VARIANCE
from sandbox.erp.entries import Entry, Posting
from sandbox.erp.kept_orders import kept
from sandbox.erp.order_history import Line, add, added, so_far
from sandbox.erp.purchasing_forms import TakingBack
from sandbox.erp.writing import Writing


def clear_residue(writing: Writing, document: str, body: TakingBack) -> None:
    """Look at the lines that a document has touched, and post what remains of those that are closed."""
    numbers: list[str] = []
    for number, item, _ in added(writing.change, document):
        line, order = so_far(writing.change, number, item), kept(writing.change, number)
        if line.open_milli or not line.open_cents:
            continue
        posting = Posting(
            company=order.company,
            kind="RE",
            document=document,
            date=body.PSTNG_DATE,
            posting_date=body.PSTNG_DATE,
            currency=order.head.CURRENCY,
        )
        left = Entry(company=order.company, account=GOODS_INVOICE_CLEARING, cents=line.open_cents)
        variance = Entry(company=order.company, account=PRICE_VARIANCE, cents=-line.open_cents)
        numbers += entries.post(writing, posting, [left, variance])
        add(writing, order=number, item=item, document=document, more=Line(iv_cents=line.open_cents))
    if numbers:
        row = writing.change.execute("SELECT JOURNALS FROM PURCH_DOC WHERE DOC_NO = ?", (document,)).fetchone()
        known = [*json.loads(row["JOURNALS"]), *numbers]
        writing.change.execute("UPDATE PURCH_DOC SET JOURNALS = ? WHERE DOC_NO = ?", (json.dumps(known), document))
