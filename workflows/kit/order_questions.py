"""Questions that the run of an order asks of people, in sentences that buyers, receivers and payables understand."""

from decimal import Decimal

from canonical.documents.receipt import ReceiptLine
from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from canonical.evidence import Evidence
from canonical.matching.words import plain
from canonical.money import Money
from canonical.receiving.awaited import Awaited, Missing
from workflows.kit.parking import Question
from workflows.kit.words import step_in_words

CORRECT = (Decision.retry, Decision.correct, Decision.abandon)
BY_HAND = (Decision.retry, Decision.accept, Decision.abandon)


def no_order(order: str | None, documents: tuple[str, ...]) -> Question:
    """Documents came for an order that nobody knows, or without one."""
    of_what = ", ".join(documents)
    told = f"order {order} is not known in procurement" if order else "it names no order"
    hint = "give `order` to move it there" if len(documents) <= 1 else "give `order` to move them there"
    return Question(
        step="order",
        cause=Cause.no_order,
        text=f"{of_what or 'the order was named'}: {told}; {hint}",
        owner=Audience.receiving if documents else Audience.buyer,
        decisions=CORRECT,
        correctable=("order",),
    )


def no_order_line(step: str, line: ReceiptLine) -> Question:
    """Goods came that no order line can be found for."""
    named = f" for order line {line.order_line}" if line.order_line is not None else ""
    return Question(
        step=step,
        cause=Cause.no_order_line,
        text=(
            f"{step_in_words(step)}: item {line.item} came{named}, and no line of the order is plainly meant; "
            "give its `order_line`, or the `order` that it belongs to"
        ),
        owner=Audience.buyer,
        decisions=CORRECT,
        correctable=("order_line", "order"),
    )


def unknown_unit(step: str, line: ReceiptLine, ordered: str) -> Question:
    """Goods were counted in a unit that nothing leads from."""
    return Question(
        step=step,
        cause=Cause.unknown_unit,
        text=(
            f"{step_in_words(step)}: item {line.item} was counted in {line.unit} and ordered in {ordered}; "
            "give `unit_factor`, the base units that one holds"
        ),
        owner=Audience.item_master,
        decisions=CORRECT,
        correctable=("unit_factor",),
    )


def over_delivered(step: str, surplus: Decimal, unit: str, at_risk: Money) -> Question:
    """More came than was ordered."""
    return Question(
        step=step,
        cause=Cause.over_delivered,
        text=(
            f"{step_in_words(step)}: {plain(surplus)} {unit} more came than were ordered; change the order, "
            "or give `over`: accept, or return"
        ),
        owner=Audience.buyer,
        decisions=CORRECT,
        correctable=("over",),
        payable_at_risk=at_risk,
    )


def refused_goods(receipt: str, line: ReceiptLine, at_risk: Money | None, *, found: bool) -> Question:
    """Goods were refused at the dock, or `found` unfit: nothing is posted for them, and the supplier owes a credit."""
    return Question(
        step=f"refused.{receipt}.{line.line}" + (f".{line.refused_for}" if found else ""),
        cause=Cause.refused_goods,
        text=(
            f"receipt {receipt} line {line.line}: {plain(line.refused)} {line.unit} of item {line.item} refused"
            f" ({line.refused_for or 'no reason given'}); nothing is posted for them, claim a credit where they are billed"
        ),
        owner=Audience.buyer,
        decisions=(Decision.acknowledge,),
        blocks=False,
        payable_at_risk=at_risk,
    )


def unknown_item(item: str) -> Question:
    """Goods came that the item master does not know."""
    return _not_chargeable(item, "is not in the item master", Audience.item_master)


def identifiers_missing(item: str, receipt: str, missing: str) -> Question:
    """Goods came without what their tracking class demands."""
    return _not_chargeable(item, f"came with receipt {receipt} without its {missing}", Audience.receiving)


def no_charge_code(item: str) -> Question:
    """Goods came that could not be charged once used."""
    return _not_chargeable(item, "has no charge code", Audience.revenue_integrity)


def not_checked(item: str) -> Question:
    """A system did not answer whether goods could be charged."""
    return _not_chargeable(item, "could not be looked up", Audience.integration)


def _not_chargeable(item: str, why: str, owner: Audience) -> Question:
    return Question(
        step=f"ready.{item}",
        cause=Cause.not_chargeable,
        text=f"item {item} was received and {why}: a use of it could not be charged",
        owner=owner,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def already_invoiced(receipt: str, at_risk: Money) -> Question:
    """A receipt is to be taken back that was billed already."""
    return Question(
        step=f"receipt.{receipt}",
        cause=Cause.already_invoiced,
        text=(
            f"receipt {receipt} no longer holds and was invoiced: it is taken back once a credit has come, "
            "or a person has done it by hand"
        ),
        owner=Audience.payables,
        decisions=BY_HAND,
        payable_at_risk=at_risk,
    )


def not_received(number: str) -> Question:
    """Goods go back that nobody has received on this order."""
    return Question(
        step=f"return.{number}",
        cause=Cause.not_received,
        text=f"return {number}: more goes back than was received of this order; it goes on once the receipt has come",
        owner=Audience.receiving,
        decisions=(Decision.retry, Decision.abandon),
    )


def not_authorised(number: str, at_risk: Money) -> Question:
    """A supplier has not said whether it allows a return."""
    return _not_authorised(number, "is not yet authorised by the supplier", at_risk)


def not_allowed(number: str, reason: str, at_risk: Money) -> Question:
    """A supplier has refused a return."""
    return _not_authorised(number, "was refused by the supplier", at_risk, reason)


def _not_authorised(number: str, told: str, at_risk: Money, reason: str = "") -> Question:
    return Question(
        step=f"authorisation.{number}",
        cause=Cause.not_authorised,
        text=f"return {number} {told}; give its `authorisation`",
        owner=Audience.buyer,
        decisions=CORRECT,
        correctable=("authorisation",),
        payable_at_risk=at_risk,
        evidence=reason,
    )


def not_come(notice: str) -> Question:
    """Goods were announced, and their day is still to come."""
    return Question(
        step=f"notice.{notice}",
        cause=Cause.goods_overdue,
        text=f"what ship notice {notice} announced is still to come",
        owner=Audience.receiving,
    )


def missing(order: str, awaited: Awaited) -> Question:
    """What an order waits for has not come within its clock."""
    lines = f"line{'s' if len(awaited.lines) > 1 else ''} {', '.join(map(str, awaited.lines))} of order {order}"
    causes: dict[Missing, tuple[Cause, str, Audience]] = {
        "goods": (
            Cause.goods_overdue,
            "not all came; give `short_close`, a line, to await no more of it",
            Audience.buyer,
        ),
        "invoice": (Cause.not_invoiced, "received, and nobody has billed it", Audience.payables),
        "credit": (
            Cause.credit_overdue,
            "billed for goods that are not here, and no credit has come",
            Audience.payables,
        ),
    }
    cause, told, owner = causes[awaited.what]
    correctable = ("short_close",) if awaited.what == "goods" else ()
    return Question(
        step=awaited.what,
        cause=cause,
        text=f"{lines}: {told}",
        owner=owner,
        decisions=CORRECT if correctable else (Decision.retry, Decision.abandon),
        correctable=correctable,
        payable_at_risk=awaited.at_risk,
    )


def not_missing(order: str, what: Missing) -> Question:
    """Nobody is asked: this is not missing now."""
    return Question(
        step=f"later-{what}",
        cause=Cause.goods_overdue,
        text=f"no {what} is missing of order {order}",
        owner=Audience.buyer,
    )


def not_worked_off(step: str, evidence: Evidence) -> Question:
    """Something about one document went wrong that nobody has foreseen; the others go on."""
    return Question(
        step=step,
        cause=Cause.invalid_data if evidence.category == Cause.invalid_data else Cause.exhausted,
        text=f"{step}: {evidence.summary} ({evidence.system})",
        owner=Audience.integration,
        evidence=evidence.text,
    )


def conflicting(what: str) -> Question:
    """The same document came again with other content under the same version."""
    return Question(
        step="document",
        cause=Cause.conflicting_content,
        text=f"{what} came again with other content and no newer version; the first one counts",
        owner=Audience.receiving,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def by_hand_stands(step: str, reference: str) -> Question:
    """What a person did by hand only a person can take back."""
    return Question(
        step=step,
        cause=Cause.by_hand_stands,
        text=f"{step}: {reference} was done by hand and no longer holds: take it back by hand, then acknowledge",
        owner=Audience.receiving,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )
