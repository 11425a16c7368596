"""Pending credits: credit memos that wait for an invoice, and whether they will pass once it is approved."""

from collections.abc import Sequence
from dataclasses import replace

from canonical.documents.invoice import Invoice, InvoiceType, normalised
from canonical.matching.credit import examine_credit
from canonical.matching.question import Question
from canonical.matching.result import Match
from canonical.matching.seen import remembered
from canonical.matching.turn import turn


def waiting_for(invoice: Invoice, others: Sequence[Invoice]) -> tuple[Invoice, ...]:
    """The credits among the others that take back of this very invoice."""
    return tuple(
        one
        for one in others
        if one.type is InvoiceType.credit
        and one.supplier == invoice.supplier
        and one.corrects is not None
        and normalised(one.corrects) == invoice.normalised
    )


def passing(question: Question, result: Match) -> tuple[Invoice, ...]:
    """Those of the credits counted on that nothing will hold once the invoice is approved like this.

    What was paid in view of a credit that is held would be paid for goods that are not here.
    """
    invoice = question.invoice
    before = [one for one in question.before if one.type is not InvoiceType.credit]
    before.append(remembered(invoice, result))
    presumed = list(result.allocations)
    passed: list[Invoice] = []
    credits = [one for one in question.others if one.type is InvoiceType.credit and one.supplier == invoice.supplier]
    for credit in sorted(credits, key=turn):
        answer = examine_credit(
            replace(
                question,
                invoice=credit,
                others=(*question.others, invoice),
                before=tuple(before),
                presumed=tuple(presumed),
                counted_on=(),
                ahead=(),
                overridden=(),
            )
        )
        passes = answer.verdict != "hold"
        before.append(remembered(credit, answer if passes else None))
        if passes:
            presumed += answer.allocations
            passed.append(credit)
    return tuple(one for one in question.counted_on if one in passed)
