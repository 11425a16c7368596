"""Settlement: the invoice as a whole is paid, held, or paid short, and what it then takes of which order lines."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from canonical.documents.invoice import Invoice, invoice_key
from canonical.documents.order_book import Allocation
from canonical.matching.billed import Billed
from canonical.matching.book import NO_RECEIPT, ZERO, Source, cents
from canonical.matching.earlier import Earlier
from canonical.matching.findings import Findings
from canonical.matching.policy import Terms
from canonical.matching.result import Hold, HoldKind, LineMatch, Match, Verdict
from canonical.matching.telling import told

QUANTITY = (HoldKind.quantity, HoldKind.not_received)


def settle(
    invoice: Invoice,
    findings: Findings,
    terms: Terms,
    overridden: Collection[str],
    *,
    given_up: tuple[Allocation, ...] = (),
    earlier: Earlier,
    in_detail: bool = True,
) -> Match:
    """The match of an invoice whose parts were examined; what it takes is taken from their order lines.

    Without `in_detail` only its verdict and its holds are told.
    """
    holds = findings.holds()
    open_holds = [one for one in holds if one.key not in overridden] if overridden else holds
    short, why = ZERO, ""
    verdict: Verdict = "hold" if open_holds else "pay"
    if open_holds and all(one.kind in terms.short_pay_for for one in open_holds):
        short = cents(_short(findings, overridden))
        if ZERO < short < invoice.total:
            verdict, why = "short-pay", " ".join(one.words for one in open_holds)
        else:
            short = ZERO
    allocations: tuple[Allocation, ...] = ()
    extras: dict[str, Decimal] = {}
    if verdict != "hold":
        taken = _taken(findings.lines, overridden)
        allocations = (*given_up, *_allocated(taken, invoice_key(invoice))) if in_detail else ()
        extras = _extras(invoice, findings, earlier.extras, sign=1)
    asked = invoice.total - earlier.paid
    lines = told(invoice, findings, overridden) if in_detail else ()
    return _match(invoice, verdict, tuple(open_holds), lines, allocations, extras, asked=asked, short=short, why=why)


def settle_credit(
    invoice: Invoice, findings: Findings, overridden: Collection[str], back: tuple[Allocation, ...]
) -> Match:
    """The match of a credit memo that takes back these allocations; it is accepted or held."""
    open_holds = tuple(one for one in findings.holds() if one.key not in overridden)
    lines = told(invoice, findings, overridden)
    if open_holds:
        return _match(invoice, "hold", open_holds, lines, (), {}, asked=-invoice.total)
    key = invoice_key(invoice)
    allocations = tuple(one.model_copy(update={"invoice": key}) for one in back)
    extras = _extras(invoice, findings, {}, sign=-1)
    return _match(invoice, "pay", (), lines, allocations, extras, asked=-invoice.total)


def _match(
    invoice: Invoice,
    verdict: Verdict,
    holds: tuple[Hold, ...],
    lines: tuple[LineMatch, ...],
    allocations: tuple[Allocation, ...],
    extras: dict[str, Decimal],
    *,
    asked: Decimal,
    short: Decimal = ZERO,
    why: str = "",
) -> Match:
    variance = ZERO
    if verdict != "hold":
        variance = asked - sum((one.amount for one in allocations), ZERO) - sum(extras.values(), ZERO)
    return Match.model_construct(
        invoice=invoice_key(invoice),
        verdict=verdict,
        allocations=allocations,
        extras=extras,
        variance=variance,
        short_pay=short,
        short_pay_why=why,
        lines=lines,
        holds=holds,
        due_on=invoice.due_on,
        discount_on=invoice.discount_on,
        discount_at_risk=cents(invoice.total * invoice.discount / 100) if invoice.discount else ZERO,
    )


def _short(findings: Findings, overridden: Collection[str]) -> Decimal:
    """What is too much: by line the lowest price that is held for, on no more than may be invoiced; charges whole."""
    short = ZERO
    for one in findings.lines:
        kinds = [found.kind for found in one.holds if found.key not in overridden]
        if not kinds:
            continue
        right = min([one.ceilings[kind] for kind in kinds if kind in one.ceilings] or [one.amount])
        if one.beyond and any(kind in QUANTITY for kind in kinds):
            right = right * (one.quantity - one.beyond) / one.quantity
        short += one.amount - right
    for charge in findings.charges:
        if any(found.key not in overridden for found in charge.holds):
            short += charge.asked
    return short


def _taken(lines: list[Billed], overridden: Collection[str]) -> list[tuple[Billed, Source, Decimal, Decimal]]:
    """What the lines take, at order price; what people let pass beyond the receipts is taken of no receipt."""
    taken: list[tuple[Billed, Source, Decimal, Decimal]] = []
    for one in lines:
        opened = one.opened
        by_amount = opened.line.match == "amount"
        takes = one.takes
        if one.beyond and any(found.kind in QUANTITY and found.key in overridden for found in one.holds):
            takes = [*takes, (NO_RECEIPT, one.beyond)]
        for source, quantity in takes:
            amount = _due(one, overridden) if by_amount else opened.worth_of(source, quantity)
            opened.take(source, quantity, amount)
            taken.append((one, source, quantity, amount))
    return taken


def _allocated(taken: list[tuple[Billed, Source, Decimal, Decimal]], key: str) -> list[Allocation]:
    return [
        Allocation.model_construct(
            invoice=key,
            invoice_line=one.line.line,
            order=one.opened.order.number,
            order_line=one.opened.line.line,
            receipt=receipt,
            receipt_line=receipt_line,
            quantity=quantity,
            amount=amount,
        )
        for one, (receipt, receipt_line), quantity, amount in taken
    ]


def _due(one: Billed, overridden: Collection[str]) -> Decimal:
    """What a line that is matched by amount is paid."""
    held = any(found.key not in overridden for found in one.holds)
    return min(one.amount, cents(one.ceilings.get(HoldKind.amount, one.amount))) if held else one.amount


def _extras(invoice: Invoice, findings: Findings, earlier: Mapping[str, Decimal], *, sign: int) -> dict[str, Decimal]:
    """Charges by kind, and lines that people pay without an order; less what the earlier form was paid of them."""
    extras = {charge.kind.value: charge.asked for charge in findings.charges}
    if findings.unplaced:
        for line in invoice.lines:
            if line.line in findings.unplaced:
                extras[line.kind.value] = extras.get(line.kind.value, ZERO) + sign * line.amount
    for kind, amount in earlier.items():
        extras[kind] = extras.get(kind, ZERO) - amount
    return {kind: amount for kind, amount in extras.items() if amount}
