"""Examination of one invoice against a book: every line and charge, then the invoice as a whole."""

from canonical.documents.invoice import InvoiceLine, InvoiceType, invoice_key
from canonical.documents.order import Order
from canonical.documents.order_book import Allocation
from canonical.matching.amount import check_amount
from canonical.matching.billed import Billed, billed, is_charge, order_of
from canonical.matching.book import ZERO
from canonical.matching.charges import check_charge, gathered
from canonical.matching.earlier import NO_EARLIER, earlier_forms, first_of_its_kin, reversal, superseded_by
from canonical.matching.findings import Findings
from canonical.matching.policy import Terms
from canonical.matching.price import check_price
from canonical.matching.quantity import check_quantity
from canonical.matching.question import Question
from canonical.matching.relief import relief
from canonical.matching.result import Hold, HoldKind, Match, hold
from canonical.matching.seen import duplicate_of
from canonical.matching.settle import settle
from canonical.matching.words import money


def examine(question: Question) -> Match:
    """The match of an invoice or a corrected invoice; what it allocates counts in the book from now on."""
    invoice, book = question.invoice, question.book
    earlier = NO_EARLIER
    given_up: tuple[Allocation, ...] = ()
    if invoice.type is InvoiceType.corrected:
        earlier = earlier_forms(question)
        given_up = tuple(reversal(one, invoice=invoice_key(invoice)) for one in earlier.allocations)
        book.take(given_up)
    findings = find(question, sign=1)
    _check_lines(findings, question)
    check_charges(findings, question)
    check_caps(findings, question.terms)
    result = settle(
        invoice,
        findings,
        question.terms,
        question.overridden,
        given_up=given_up,
        earlier=earlier,
        in_detail=question.in_detail,
    )
    if result.verdict == "hold":
        book.take(reversal(one, invoice="") for one in given_up)
    return result


def find(question: Question, *, sign: int) -> Findings:
    """The parts of a document with what they bill, and what is wrong with it as a whole."""
    invoice = question.invoice
    lines: list[Billed] = []
    charges: list[InvoiceLine] = []
    unplaced: dict[int, Hold] = {}
    for line in invoice.lines:
        order = order_of(invoice, line)
        found = _kept_elsewhere(question, line, order) or billed(invoice, line, order, question.book)
        if isinstance(found, Billed):
            lines.append(found)
        elif is_charge(line):
            charges.append(line)
        elif not (question.presume and order is not None and found.kind is HoldKind.order_unknown):
            unplaced[line.line] = found
    return Findings(lines, gathered(charges, sign=sign), unplaced, _whole(question))


def check_charges(findings: Findings, question: Question) -> None:
    """Hold charges that the orders do not owe, or that are too high for the goods."""
    orders: dict[str, Order] = {}
    for number in question.invoice.orders:
        order = question.book.order(number)
        if order is not None:
            orders[number] = order
    if question.presume and not orders:
        return
    goods = sum((abs(one.amount) for one in findings.lines), ZERO)
    for charge in findings.charges:
        check_charge(charge, tuple(orders.values()), goods, question.terms)


def check_caps(findings: Findings, terms: Terms) -> None:
    """Hold what the tolerances let pass one by one, where together it is more than line or invoice may have."""
    together = ZERO
    for one in findings.lines:
        if one.tolerated > 0:
            together += one.tolerated
            cap = terms.line_cap(one.opened.line.item_kind)
            if one.tolerated > cap:
                words = f"Line {one.line.line}: {money(one.tolerated)} over in all; a line may have {money(cap)}."
                one.holds.append(hold(one.line.line, HoldKind.line_cap, words, one.tolerated))
    together += sum((charge.tolerated for charge in findings.charges), ZERO)
    if together > terms.invoice_cap:
        words = f"The invoice is {money(together)} over in all; an invoice may have {money(terms.invoice_cap)}."
        findings.whole.append(hold(0, HoldKind.invoice_cap, words, together))


def _kept_elsewhere(question: Question, line: InvoiceLine, order: str | None) -> Hold | None:
    """What is received of an order can be paid only in the system that keeps it."""
    who = question.elsewhere.get(order) if order is not None else None
    if who is None:
        return None
    words = f"Line {line.line}: order {order} is kept in {who}: its supplier must bill it apart."
    return hold(line.line, HoldKind.other_system, words, line.amount)


def _whole(question: Question) -> list[Hold]:
    invoice = question.invoice
    found: list[Hold] = []
    newer = superseded_by(invoice, question.others, question.seen)
    if newer is not None:
        found.append(hold(0, HoldKind.superseded, f"Corrected invoice {newer} takes its place.", invoice.total))
    known = (*question.seen, *question.before)
    first = first_of_its_kin(question)
    if first is not None:
        words = f"{first.number} goes back to the same invoice and comes before it: this waits until that is approved."
        found.append(hold(0, HoldKind.in_turn, words, invoice.total))
    repeated = duplicate_of(invoice, known)
    if repeated is not None:
        words = f"Repeats invoice {repeated[0].normalised} of {repeated[0].invoiced_on.isoformat()}: {repeated[1]}."
        found.append(hold(0, HoldKind.duplicate, words, invoice.total))
    added = sum((line.amount for line in invoice.lines), ZERO)
    if added != invoice.total:
        words = f"The lines add up to {money(added)}, the invoice says {money(invoice.total)}."
        found.append(hold(0, HoldKind.total, words, max(invoice.total - added, ZERO)))
    return found


def _check_lines(findings: Findings, question: Question) -> None:
    given_back = relief(question.counted_on, question.book)
    by_order_line: dict[tuple[str, int], list[Billed]] = {}
    for one in findings.lines:
        place = (one.opened.order.number, one.opened.line.line)
        by_order_line.setdefault(place, []).append(one)
    for place, lines in by_order_line.items():
        quantity, amount = given_back.get(place, (ZERO, ZERO))
        if lines[0].opened.line.match == "amount":
            check_amount(lines, question.terms, amount)
            continue
        for one in lines:
            eased = min(max(one.amount - one.expected, ZERO), amount)
            one.amount -= eased
            amount -= eased
            check_price(one, question.terms, question.contracts)
        check_quantity(lines, question.terms, quantity)
