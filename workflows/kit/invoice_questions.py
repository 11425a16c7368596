"""Questions that supplier-invoice asks of people, in sentences that accounts payable understands."""

from collections.abc import Mapping

from canonical.documents.invoice import Invoice
from canonical.documents.invoice_run import LINE_FIELDS, Agreement, hold_step
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.matching.result import Hold, HoldKind
from canonical.money import Money
from workflows.kit.parking import Question

CAUSES: Mapping[Audience, Cause] = {
    Audience.buyer: Cause.price_hold,
    Audience.receiving: Cause.quantity_hold,
    Audience.item_master: Cause.unit_hold,
}
"""What a hold is called, by who can heal it; all others are holds of the invoice."""
BEYOND_PEOPLE = (HoldKind.superseded, HoldKind.currency, HoldKind.other_system)
"""Nobody may let pass what another invoice asks already, what the order's currency cannot be compared with, or what
another system has accrued."""


def held(
    hold: Hold, invoice: Invoice, *, agreed: Agreement | None, may_short_pay: bool, cost_centres: tuple[str, ...] = ()
) -> Question:
    """The invoice is not paid because of this; it is matched again by itself when its orders change."""
    words = [f"invoice {invoice.number} of {invoice.supplier} is held. {hold.words}"]
    if hold.kind is HoldKind.not_received:
        words.append(f"Is it here? {terms(invoice)}")
    if agreed is not None:
        words.append(f"{agreed.people[0]} would let it pass; so much money needs a second person.")
    fields = (*(LINE_FIELDS if hold.line else ()), *(("short_pay",) if may_short_pay else ()))
    override = () if hold.kind in BEYOND_PEOPLE else (Decision.override,)
    correct = (Decision.correct,) if fields else ()
    return Question(
        step=hold_step(hold),
        cause=CAUSES.get(hold.owner, Cause.invoice_hold),
        text=" ".join(words),
        owner=hold.owner,
        decisions=(Decision.retry, *correct, *override, Decision.abandon),
        correctable=fields,
        payable_at_risk=Money(amount=hold.at_risk, currency=invoice.currency),
        agreed_by=agreed.people[0] if agreed is not None else None,
        cost_centres=cost_centres,
    )


def terms(invoice: Invoice) -> str:
    """When it is to be paid, and what paying later costs."""
    due = f"It is due on {invoice.due_on.isoformat()}" if invoice.due_on else "It names no due date"
    if not invoice.discount or invoice.discount_on is None:
        return f"{due}."
    lost = Money(amount=invoice.total * invoice.discount / 100, currency=invoice.currency).posted()
    return f"{due}; a discount of {lost.amount} {lost.currency} is lost after {invoice.discount_on.isoformat()}."


def conflicting(invoice: Invoice, again: Invoice) -> Question:
    """The same number came again and asks for something else."""
    return Question(
        step="invoice",
        cause=Cause.conflicting_content,
        text=(
            f"invoice {invoice.number} of {invoice.supplier} came again by {again.channel} and asks for "
            f"{again.total} {again.currency} with other content; the first one, of {invoice.total} {invoice.currency}, counts"
        ),
        owner=Audience.payables,
        decisions=(Decision.acknowledge,),
        blocks=False,
        payable_at_risk=Money(amount=abs(again.total - invoice.total), currency=invoice.currency),
    )


def by_hand_stands(step: str, reference: str) -> Question:
    """What a person did by hand only a person can take back."""
    return Question(
        step=step,
        cause=Cause.by_hand_stands,
        text=f"{step}: {reference} was done by hand and no longer holds: take it back by hand, then acknowledge",
        owner=Audience.payables,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )
