"""Credit memos: what a supplier gives back of an invoice that was approved for payment."""

from decimal import Decimal

from canonical.documents.order_book import Allocation
from canonical.matching.billed import Billed, counted
from canonical.matching.book import ZERO, cents
from canonical.matching.earlier import Earlier, earlier_forms
from canonical.matching.examine import check_charges, find
from canonical.matching.findings import Findings
from canonical.matching.policy import Terms
from canonical.matching.question import Question
from canonical.matching.result import HoldKind, Match, hold
from canonical.matching.settle import settle_credit
from canonical.matching.words import money, plain
from canonical.money import CENT

Place = tuple[str, int]


def examine_credit(question: Question) -> Match:
    """The match of a credit memo. A line without quantity gives back money alone; one with quantity, goods too."""
    invoice = question.invoice
    earlier = earlier_forms(question)
    findings = find(question, sign=-1)
    if not earlier.approved:
        named = f"invoice {invoice.corrects} is not approved for payment" if invoice.corrects else "it names no invoice"
        words = f"The credit cannot be held against what was paid: {named}."
        findings.whole.append(hold(0, HoldKind.credit_without_invoice, words, invoice.total))
        return settle_credit(invoice, findings, question.overridden, ())
    if earlier.short_paid and earlier.short_paid == invoice.total:
        words = f"The credit repeats the debit memo of {money(earlier.short_paid)} that was taken already."
        findings.whole.append(hold(0, HoldKind.duplicate, words, invoice.total))
    back = _given_back(findings, earlier, question.terms)
    alone = sum((one.amount for one in findings.lines if one.quantity == 0 and not one.holds), ZERO)
    if alone > earlier.paid:
        words = f"Credits {money(alone)} without goods, {money(earlier.paid)} was paid and not yet credited."
        findings.whole.append(hold(0, HoldKind.credit_exceeds, words))
    check_charges(findings, question)
    return settle_credit(invoice, findings, question.overridden, back)


def _given_back(findings: Findings, earlier: Earlier, terms: Terms) -> tuple[Allocation, ...]:
    """What the lines take back of which allocations: first of those that no receipt stands behind."""
    left: dict[Place, list[Allocation]] = {}
    for allocation in sorted(earlier.allocations, key=lambda one: one.receipt != ""):
        left.setdefault((allocation.order, allocation.order_line), []).append(allocation)
    back: list[Allocation] = []
    for one in findings.lines:
        taken = left.get((one.opened.order.number, one.opened.line.line), [])
        if one.opened.line.match == "amount":
            back.extend(_money_back(one, taken))
        elif one.quantity > 0:
            back.extend(_goods_back(one, taken, terms))
    return tuple(back)


def _goods_back(one: Billed, taken: list[Allocation], terms: Terms) -> list[Allocation]:
    wanted, back = one.quantity, []
    apart = wanted - sum((allocation.quantity for allocation in taken), ZERO)
    if abs(apart) <= one.opened.rounding(1):
        wanted -= apart
    for place, allocation in enumerate(taken):
        quantity = min(wanted, allocation.quantity)
        if quantity > 0:
            amount = cents(allocation.amount * quantity / allocation.quantity)
            back.append(_back(one, allocation, quantity, amount))
            rest = {"quantity": allocation.quantity - quantity, "amount": allocation.amount - amount}
            taken[place] = allocation.model_copy(update=rest)
            wanted -= quantity
    if wanted > 0:
        words = (
            f"Line {one.line.line}: credits {counted(one.quantity, one.opened.line)}, "
            f"{plain(wanted)} more than was invoiced and not yet credited."
        )
        one.holds.append(hold(one.line.line, HoldKind.credit_exceeds, words))
    worth = cents(one.expected)
    missing = one.expected - one.amount
    limit = terms.limit("price_over", one.opened.line.item_kind)
    if missing >= CENT and not limit.allows(missing, of=worth):
        words = (
            f"Line {one.line.line}: credits {money(one.amount)} for {counted(one.quantity, one.opened.line)} "
            f"that cost {money(worth)}: {money(worth - one.amount)} too little."
        )
        one.holds.append(hold(one.line.line, HoldKind.price, words, worth - one.amount))
    return back


def _money_back(one: Billed, taken: list[Allocation]) -> list[Allocation]:
    paid = sum((allocation.amount for allocation in taken), ZERO)
    if one.amount > paid:
        words = f"Line {one.line.line}: credits {money(one.amount)}, {money(paid)} was invoiced and not yet credited."
        one.holds.append(hold(one.line.line, HoldKind.credit_exceeds, words))
    if not taken:
        return []
    return [_back(one, taken[0], ZERO, one.amount)]


def _back(one: Billed, allocation: Allocation, quantity: Decimal, amount: Decimal) -> Allocation:
    return allocation.model_copy(update={"invoice_line": one.line.line, "quantity": -quantity, "amount": -amount})
