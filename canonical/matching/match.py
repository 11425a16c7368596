"""The three-way match: invoice against order, receipts and contract. A pure function of documents and policy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from canonical.documents.contract import Contract
from canonical.documents.invoice import Invoice, InvoiceType, SeenInvoice, invoice_key
from canonical.documents.order_book import OrderStanding
from canonical.matching.book import Book
from canonical.matching.contracts import Contracts
from canonical.matching.credit import examine_credit
from canonical.matching.earlier import reversal, standing
from canonical.matching.examine import examine
from canonical.matching.pending import passing, waiting_for
from canonical.matching.policy import MatchPolicy, Terms
from canonical.matching.question import Question
from canonical.matching.result import HoldKind, Match
from canonical.matching.seen import remembered
from canonical.matching.turn import age, turn


def match(
    invoice: Invoice,
    *,
    orders: Sequence[OrderStanding],
    contracts: Sequence[Contract] = (),
    others: Sequence[Invoice] = (),
    seen: Sequence[SeenInvoice] = (),
    overridden: Collection[str] = (),
    elsewhere: Mapping[str, str] | None = None,
    policy: MatchPolicy,
) -> Match:
    """What is to be done with an invoice.

    `orders` as they stand, with what approved invoices took: that is fixed. `others` are invoices and credits that were
    presented and are not approved yet: they compete by date and number, never by arrival, so those that come first take
    what they would be paid for; where they also bill orders that are not at hand, that part is presumed to match. What
    they give back counts only once they are approved: credits take back what those before them leave, and a correction
    and a credit of one invoice wait for each other in turn. Nothing of another facility counts.
    `seen` are earlier documents of the supplier, never this one. `overridden` are keys of holds that people set aside.
    `elsewhere` says in words who keeps an order that is not among `orders` because it cannot be paid here.
    """
    book = Book(orders)
    me = turn(invoice)
    turns = {turn(one): one for one in others} | {me: invoice}
    everyone = [turns[place] for place in sorted(turns)]
    pending = [one for one in everyone if one is not invoice]
    waiting = {invoice_key(one) for one in pending}
    terms: dict[str, Terms] = {}
    question = Question(
        invoice=invoice,
        book=book,
        contracts=Contracts(contracts),
        terms=_terms(terms, policy, invoice.supplier),
        others=pending,
        seen=tuple(sorted((one for one in seen if one.paid is not None or one.key not in waiting), key=age)),
        before=(),
        elsewhere=elsewhere or {},
    )
    for one in everyone[: everyone.index(invoice)]:
        beside = [other for other in everyone if other is not one]
        its = replace(question, invoice=one, terms=_terms(terms, policy, one.supplier), others=beside, presume=True)
        question = _after(question, one, _decided(its))
    return _decided(replace(question, overridden=overridden))


def _terms(known: dict[str, Terms], policy: MatchPolicy, supplier: str) -> Terms:
    if supplier not in known:
        known[supplier] = Terms(policy, supplier)
    return known[supplier]


def _decided(question: Question) -> Match:
    """The match of one document, as if credits that wait for it had come, as far as they pass once it is approved."""
    if question.invoice.type is InvoiceType.credit:
        return examine_credit(question)
    counted_on = waiting_for(question.invoice, question.others)
    while counted_on:
        asked = replace(question, counted_on=counted_on)
        result = examine(asked)
        passes = counted_on if result.verdict == "hold" else passing(asked, result)
        if passes == counted_on:
            return result
        question.book.take(reversal(one, invoice="") for one in result.allocations)
        counted_on = passes
    return examine(question)


def _after(question: Question, one: Invoice, result: Match) -> Question:
    """The question after a document that comes first: what it takes counts; what it frees counts once it is approved."""
    passes, is_credit = result.verdict != "hold", one.type is InvoiceType.credit
    in_turn = passes or all(each.kind is HoldKind.in_turn for each in result.holds)
    if passes and one.type is InvoiceType.corrected:
        freed = [each for each in standing(result.allocations) if each.quantity < 0 or each.amount < 0]
        question.book.take(reversal(each, invoice="") for each in freed)
    return replace(
        question,
        before=(*question.before, remembered(one, result if passes and is_credit else None)),
        ahead=(*question.ahead, *((one,) if in_turn and one.type is not InvoiceType.invoice else ())),
        presumed=(*question.presumed, *(result.allocations if is_credit else ())),
    )
