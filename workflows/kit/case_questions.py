"""What people are asked about goods used of the supplier's own; each a sentence without lot, serial or patient."""

from collections.abc import Sequence
from dataclasses import replace

from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.money import Money
from canonical.ownership.agreement import Difference
from workflows.kit.basket_questions import NAMED_AT_MOST
from workflows.kit.parking import Question

CASE = "surgical-case"
SHEET = "usage-sheet"
EXACT = ("request", "lot", "serial")
SETTLE = (Decision.retry, Decision.accept, Decision.abandon)
HOSPITALS_COUNT = "accept the hospital's count, under the reference of what was agreed"


def case_not_closed(supplier: str, uses: int) -> Question:
    """A surgical case that nobody has closed in time: until then more may be used."""
    return Question(
        step=CASE,
        cause=Cause.case_not_closed,
        text=f"{uses} uses of goods of {supplier} are not ordered: their surgical case is not closed yet",
        owner=Audience.revenue_integrity,
    )


def no_usage_sheet(supplier: str, uses: int) -> Question:
    """A surgical case for which the supplier has not said what was used."""
    return Question(
        step=SHEET,
        cause=Cause.no_usage_sheet,
        text=f"{supplier} has sent no usage sheet for {uses} uses of its goods; ask for it, or {HOSPITALS_COUNT}",
        owner=Audience.supply_chain,
        decisions=SETTLE,
    )


def usage_differs(supplier: str, found: Sequence[Difference]) -> Question:
    """A usage sheet that counts otherwise than the hospital."""
    return Question(
        step=SHEET,
        cause=Cause.usage_differs,
        text=f"{_told(supplier, found)}. Correct the use or the sheet, give a `request` "
        f"and its `lot` or `serial`, or {HOSPITALS_COUNT}",
        owner=Audience.supply_chain,
        decisions=(Decision.retry, Decision.correct, Decision.accept, Decision.abandon),
        correctable=EXACT,
        evidence="\n".join(one.words for one in found),
    )


def ordered_otherwise(supplier: str, found: Sequence[Difference]) -> Question:
    """A usage sheet that came after the order, and counts otherwise."""
    differs = usage_differs(supplier, found)
    return replace(
        differs,
        text=f"{_told(supplier, found)}. It came after the order; a use that is corrected changes the order by itself",
        decisions=(Decision.acknowledge,),
        correctable=(),
        blocks=False,
    )


def _told(supplier: str, found: Sequence[Difference]) -> str:
    told = [one.words for one in found]
    more = f"; and {len(told) - NAMED_AT_MOST} more" if len(told) > NAMED_AT_MOST else ""
    return f"usage sheet of {supplier}: {'; '.join(told[:NAMED_AT_MOST])}{more}"


def not_reported(supplier: str, lines: int) -> Question:
    """A usage sheet of a surgical case in which nobody has reported a use."""
    return Question(
        step=SHEET,
        cause=Cause.use_not_reported,
        text=f"{supplier} has sent a usage sheet of {lines} lines, and no use of its goods was reported: report them, "
        "or accept that nothing was used, under the reference of what was agreed",
        owner=Audience.revenue_integrity,
        decisions=SETTLE,
    )


def conflicting_sheet() -> Question:
    """The same usage sheet came again with other content under the same version."""
    return Question(
        step=SHEET,
        cause=Cause.conflicting_content,
        text="a usage sheet came again with other content and no newer version; the first one counts",
        owner=Audience.supply_chain,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def still_owed(supplier: str, why: str, at_risk: Money) -> Question:
    """Goods were used, and their order was not approved: the supplier is owed all the same."""
    return Question(
        step="owed",
        cause=Cause.not_ordered,
        text=f"goods of {supplier} were used and their order was turned down ({why}); retry asks again, "
        "accept says under which reference they are paid for otherwise",
        owner=Audience.buyer,
        decisions=SETTLE,
        payable_at_risk=at_risk,
    )


def already_invoiced(step: str, order: str, request: str, at_risk: Money) -> Question:
    """A use was reversed that the supplier has been paid for."""
    return Question(
        step=step,
        cause=Cause.already_invoiced,
        text=f"use {request} on {order} did not happen as recorded and was invoiced: it is taken back once a credit "
        "has come, or a person has settled it with the supplier",
        owner=Audience.payables,
        decisions=SETTLE,
        payable_at_risk=at_risk,
    )


def still_received(step: str, order: str, request: str, at_risk: Money) -> Question:
    """The run of the order has not taken a receipt back."""
    return Question(
        step=step,
        cause=Cause.already_invoiced,
        text=f"use {request} on {order} did not happen as recorded, and its receipt is not taken back yet",
        owner=Audience.payables,
        payable_at_risk=at_risk,
    )
