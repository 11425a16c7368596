"""Telling: for each invoice line one sentence, in the words of the trade, on why it did or did not match."""

from collections.abc import Collection, Sequence

from canonical.documents.invoice import Invoice
from canonical.matching.billed import Billed
from canonical.matching.book import cents
from canonical.matching.findings import Findings
from canonical.matching.result import Hold, LineMatch
from canonical.matching.words import money, plain


def told(invoice: Invoice, findings: Findings, overridden: Collection[str]) -> tuple[LineMatch, ...]:
    """All lines, in the order of the invoice."""
    by_line: dict[int, LineMatch] = {one.line.line: _goods(one, overridden) for one in findings.lines}
    for charge in findings.charges:
        for line in charge.lines:
            words = _why(charge.holds, overridden) or f"Line {line.line}: {charge.kind.value} within what is owed."
            matched = all(found.key in overridden for found in charge.holds)
            by_line[line.line] = LineMatch.model_construct(
                line=line.line, order=line.order or "", matched=matched, words=words, billed=line.amount
            )
    for line in invoice.lines:
        found = findings.unplaced.get(line.line)
        if found is not None:
            by_line[line.line] = LineMatch.model_construct(
                line=line.line,
                order=line.order or "",
                order_line=line.order_line or 0,
                matched=found.key in overridden,
                words=_why([found], overridden),
                billed=line.amount,
            )
    return tuple(by_line[line.line] for line in invoice.lines if line.line in by_line)


def _goods(one: Billed, overridden: Collection[str]) -> LineMatch:
    return LineMatch.model_construct(
        line=one.line.line,
        order=one.opened.order.number,
        order_line=one.opened.line.line,
        receipts=tuple(dict.fromkeys(source[0] for source, _ in one.takes if source[0])),
        matched=all(found.key in overridden for found in one.holds),
        words=_why(one.holds, overridden) if one.holds else _matched(one),
        billed=one.line.amount,
        expected=cents(one.expected),
    )


def _matched(one: Billed) -> str:
    """How a line that may be paid was matched."""
    line = one.opened.line
    where = f"order {one.opened.order.number} line {line.line}"
    over = f", {money(one.tolerated)} over, within tolerance" if one.tolerated > 0 else ""
    if line.match == "amount":
        return f"Line {one.line.line}: {money(one.amount)} within the amount of {where}{over}."
    receipts = ", ".join(dict.fromkeys(source[0] for source, _ in one.takes if source[0]))
    against = f"received with {receipts}" if receipts else "ordered"
    return f"Line {one.line.line}: {plain(one.quantity)} {line.unit} for {money(one.amount)}, {against}, {where}{over}."


def _why(holds: Sequence[Hold], overridden: Collection[str]) -> str:
    return " ".join(f"{one.words} Overridden." if one.key in overridden else one.words for one in holds)
