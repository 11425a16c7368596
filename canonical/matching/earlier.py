"""Earlier forms of a document: what was taken and paid by the invoice that a credit or a corrected invoice goes back to."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from canonical.documents.invoice import Invoice, InvoiceType, SeenInvoice, key_of, normalised
from canonical.documents.order_book import Allocation
from canonical.matching.book import ZERO
from canonical.matching.question import Question
from canonical.matching.seen import remembered
from canonical.model import Frozen


class Earlier(Frozen):
    """What the invoice, its corrections and the credits of it together took and were paid, so far as it was approved."""

    approved: bool
    allocations: tuple[Allocation, ...] = ()
    paid: Decimal = ZERO
    extras: dict[str, Decimal] = {}
    short_paid: Decimal = ZERO


NO_EARLIER = Earlier(approved=False)


def earlier_forms(question: Question) -> Earlier:
    """What stands of the document that `corrects` names, of everything that goes back to it and that it goes back to.

    A correction may go back to one that was never approved itself, and waits for credits that come before it; a credit
    needs one that was approved, and takes back what those before it leave.
    """
    invoice = question.invoice
    if invoice.corrects is None:
        return NO_EARLIER
    is_credit = invoice.type is InvoiceType.credit
    known = (*question.seen, *question.before) if is_credit else question.seen
    presumed = question.presumed if is_credit else ()
    paid = [one for one in known if one.supplier == invoice.supplier and one.paid is not None]
    joining = paid if is_credit else _joining(question)
    joined = _joined(invoice.supplier, invoice.corrects, joining)
    family = [one for one in paid if one.key in joined]
    names = [name for one in family for name in (one.key, one.business_key)]
    taken = question.book.taken_by(tuple(dict.fromkeys((*joined, *names))))
    allocations = standing((*taken, *(one for one in presumed if one.invoice in names)))
    extras: dict[str, Decimal] = {}
    for one in family:
        for kind, amount in one.extras.items():
            extras[kind] = extras.get(kind, ZERO) + amount
    return Earlier(
        approved=bool(allocations or family),
        allocations=allocations,
        paid=sum((one.paid or ZERO for one in family), ZERO) if family else _worth(allocations),
        extras=extras,
        short_paid=sum((one.short_paid for one in family), ZERO),
    )


def _worth(allocations: Iterable[Allocation]) -> Decimal:
    return sum((one.amount for one in allocations), ZERO)


def first_of_its_kin(question: Question) -> Invoice | None:
    """The first of those ahead that goes back to the same document as this one, where one of the two is a correction.

    Credits take back of what is left and do not change what another may take back; a correction settles all that came
    before it, so each of the two must know the other's outcome.
    """
    invoice = question.invoice
    if invoice.corrects is None or invoice.type is InvoiceType.invoice:
        return None
    ahead = [one for one in question.ahead if one.supplier == invoice.supplier]
    if not ahead:
        return None
    mine = _joined(invoice.supplier, invoice.corrects, _joining(question))
    for one in ahead:
        settles = InvoiceType.corrected in (one.type, invoice.type)
        if settles and one.corrects is not None and key_of(one.supplier, one.corrects) in mine:
            return one
    return None


def _joining(question: Question) -> list[SeenInvoice]:
    """What may stand between an invoice and what it goes back to, approved or not."""
    corrections = (remembered(one) for one in question.others if one.type is InvoiceType.corrected)
    return [one for one in (*question.seen, *corrections) if one.supplier == question.invoice.supplier]


def _joined(supplier: str, number: str, known: Sequence[SeenInvoice]) -> list[str]:
    """The key of the invoice of this number, and those of all that goes back to it and that it goes back to, however far.

    Credits and corrections go back to invoices: a credit that carries the number of some invoice is not that invoice.
    """
    keys = [key_of(supplier, number)]
    for key in keys:
        for one in known:
            named = key_of(supplier, one.corrects) if one.corrects is not None else None
            if named == key and one.key not in keys:
                keys.append(one.key)
            if one.key == key and named is not None and named not in keys:
                keys.append(named)
    return keys


def standing(allocations: Iterable[Allocation]) -> tuple[Allocation, ...]:
    """What is left of allocations once those that take back are set against what they take back."""
    left: dict[tuple[str, int, str, int], Allocation] = {}
    for one in allocations:
        place = (one.order, one.order_line, one.receipt, one.receipt_line)
        before = left.get(place)
        left[place] = (
            one
            if before is None
            else before.model_copy(
                update={"quantity": before.quantity + one.quantity, "amount": before.amount + one.amount}
            )
        )
    return tuple(one for one in left.values() if one.quantity or one.amount)


def reversal(one: Allocation, *, invoice: str) -> Allocation:
    """What takes an allocation back."""
    update = {"invoice": invoice, "invoice_line": 0, "quantity": -one.quantity, "amount": -one.amount}
    return one.model_copy(update=update)


def superseded_by(invoice: Invoice, others: Iterable[Invoice], seen: Iterable[SeenInvoice]) -> str | None:
    """The number of a corrected invoice that takes this one's place.

    Of two corrections of the same invoice the later one counts. A credit that carries the number of the invoice that it
    takes back keeps its place when that is corrected.
    """
    number = invoice.normalised
    named = normalised(invoice.corrects) if invoice.corrects else None
    known = (*seen, *(remembered(other) for other in others if other.type is InvoiceType.corrected))
    for one in known:
        if one.type is not InvoiceType.corrected or one.supplier != invoice.supplier:
            continue
        direct = one.corrects == number and (
            invoice.type is InvoiceType.invoice or number not in (one.normalised, named)
        )
        beside = invoice.type is InvoiceType.corrected and one.corrects == named and one.normalised != number
        if direct or (beside and (one.invoiced_on, one.normalised) > (invoice.invoiced_on, number)):
            return one.normalised
    return None
