"""Goods that are the supplier's own until used: ordered once the surgical case is closed and the usage sheet agrees.

The uses themselves are those of the day: each purchase begins with what was used of one supplier in one surgical case.
Each has a supplier of its own: who asks about a surgical case is known by its supplier alone, for its name is a token.
"""

from canonical.documents.work_item import Cause
from suture.demo.purchasing.moves import Acknowledge, Await, Bill, Close, Decide, End, Move, Purchase, Sheet, Unuse


def billed(invoice: str) -> tuple[Move, ...]:
    """What was used is ordered by the engine, accepted, and billed; nothing is shipped."""
    return (Await(what="order"), Acknowledge(), Bill(number=invoice))


OWNED_BY_SUPPLIERS = (
    Purchase(
        number="C-401",
        says="the matrix that the supplier brought is ordered as it was used (U-112)",
        trouble="its usage sheet says two: settled with the supplier, and the hospital's count counts",
        supplier=100006,
        makes=4710,
        moves=(
            Close(case=15),
            Sheet(case=15, item=4710, lot="L4710A", quantity=2),
            Decide(cause=Cause.usage_differs, options=("--accept", "AGREED-401"), person="ben"),
            *billed("INV-401"),
        ),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="C-402",
        says="the consigned pacemaker is ordered as it was used (U-111)",
        trouble="no usage sheet comes: settled by phone",
        supplier=100000,
        makes=4720,
        moves=(
            Close(case=11),
            Decide(cause=Cause.no_usage_sheet, options=("--accept", "PHONED-402"), person="ben"),
            *billed("INV-402"),
        ),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="C-403",
        says="the consigned cochlear implant is ordered as it was used (U-306)",
        supplier=100004,
        makes=4700,
        moves=(Close(case=55), Sheet(case=55, item=4700, serial="SN4700007"), *billed("INV-403")),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="C-404",
        says="a supplier sends a usage sheet of a case in which nobody has reported a use",
        trouble="revenue integrity is asked, so that no charge is missed: the sheet is of another hospital",
        supplier=100001,
        moves=(
            Sheet(case=61, item=4729, lot="L4729A"),
            Decide(cause=Cause.use_not_reported, options=("--accept", "ANOTHER-404"), person="cora"),
        ),
    ),
    Purchase(
        number="C-405",
        says="the trocar that the supplier brought is ordered as it was used, and paid (U-410)",
        trouble="the use did not happen after all: taken back everywhere once the supplier has given credit",
        supplier=100002,
        makes=4730,
        moves=(
            Close(case=7),
            Sheet(case=7, item=4730, lot="L4730A"),
            *billed("INV-405"),
            Await(what="paid", number="INV-405"),
            Unuse(use="U-410"),
            Await(what="question", number=Cause.already_invoiced),
            Bill(number="CR-405", kind="credit", says=({"item": 4730, "quantity": 1},)),
        ),
        end=End(),
    ),
)
