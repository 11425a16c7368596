"""What people are asked about needs, baskets and orders; each a sentence without patient data."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.basket_run import Part
from canonical.documents.order import AcknowledgedLine, OrderLine
from canonical.documents.replenishment import Budget, CaseAtRisk
from canonical.documents.work_item import Cause, Decision, Share, ToApprove
from canonical.errors import Audience
from canonical.ladder import Ladder
from canonical.money import Money
from workflows.kit.parking import Question

REMAINDER = ("remainder",)
ACKNOWLEDGEMENT = "acknowledgement-"
BACK_ORDER = "back-order-"
NO_SOURCE = "no-source-"
NAMED_AT_MOST = 10


def no_par_level(item: str, location: str) -> Question:
    """A crossing of what inventory has no par level for."""
    return Question(
        step="par",
        cause=Cause.no_par_level,
        text=f"{location} has no par level for {item}; retry looks again",
        owner=Audience.supply_chain,
    )


def unlikely(item: str, location: str, base: Decimal, par: Decimal, unit: str) -> Question:
    """A quantity that looks like an each taken for a case."""
    return Question(
        step="need",
        cause=Cause.unlikely_quantity,
        text=f"{location} would get {base:f} {unit} of {item} at a par level of {par:f}; approve it, or correct the quantity",
        owner=Audience.supply_chain,
        decisions=(Decision.approve, Decision.correct, Decision.retry, Decision.abandon),
        correctable=("quantity",),
    )


def no_contract(item: str) -> Question:
    """A need that nobody is contracted to fill."""
    return Question(
        step="contract",
        cause=Cause.no_contract,
        text=f"no contract in force for {item}; retry looks again",
        owner=Audience.buyer,
    )


def no_source_left(item: str, failed: Sequence[str]) -> Question:
    """A need that every source has left unfilled lately."""
    return Question(
        step="source",
        cause=Cause.no_other_source,
        text=f"{', '.join(failed)} did not deliver {item} lately, and nobody else is contracted for the same "
        "manufacturer's; retry asks whoever is contracted meanwhile, or else the first of them again",
        owner=Audience.buyer,
    )


def unknown_pack(item: str, unit: str) -> Question:
    """An order unit of unknown content."""
    return Question(
        step="contract",
        cause=Cause.unknown_unit,
        text=f"nobody has said how much one {unit} of {item} holds; retry looks again",
        owner=Audience.item_master,
    )


def not_ordered(item: str, basket: str) -> Question:
    """A request that its basket has not answered."""
    return Question(
        step="request",
        cause=Cause.not_ordered,
        text=f"basket {basket} has not said yet what becomes of {item}; retry goes on waiting",
        owner=Audience.buyer,
    )


def unpriced(supplier: str, without: Mapping[str, str]) -> Question:
    """Lines of a basket without a price."""
    told = ", ".join(f"{number} ({why})" for number, why in sorted(without.items()))
    return Question(
        step="price",
        cause=Cause.no_contract,
        text=f"no price from {supplier} for: {told}; retry looks again, reject drops these lines",
        owner=Audience.buyer,
        decisions=(Decision.retry, Decision.reject, Decision.abandon),
    )


def over_budget(share: Share, budget: Budget, *, binding: bool) -> Question:
    """More than is left of a budget: told where it is advisory, asked where it binds."""
    left = f"{budget.available:f}" if budget.available is not None else "nothing"
    return Question(
        step=f"budget-{share.cost_centre}",
        cause=Cause.over_budget,
        text=f"cost centre {share.cost_centre} has {left} {budget.currency} left, and {share.amount:f} is to be ordered",
        owner=Audience.finance,
        decisions=(Decision.retry, Decision.reject, Decision.abandon) if binding else (Decision.acknowledge,),
        blocks=binding,
        cost_at_risk=Money(amount=share.amount, currency=budget.currency),
    )


def approval(step: str, supplier: str, asked: ToApprove, why: str, *, ladder: Ladder) -> Question:
    """The decision on an order that policy does not let pass."""
    borne = ", ".join(f"{share.amount:f} by {share.cost_centre}" for share in asked.shares)
    return Question(
        step=step,
        cause=Cause.approval,
        text=f"order from {supplier} for {asked.total:f} {asked.currency} ({borne}): {why}",
        owner=Audience.buyer,
        decisions=(Decision.approve, Decision.reject),
        cost_at_risk=Money(amount=asked.total, currency=asked.currency),
        to_approve=asked,
        ladder=ladder,
    )


def not_acknowledged(ordinal: int, order: str) -> Question:
    """An order that its supplier has not answered in time."""
    return _of_supplier(f"{ACKNOWLEDGEMENT}{ordinal}", Cause.not_acknowledged, f"no answer to {order}")


def date_pending(ordinal: int, order: str) -> Question:
    """Goods for which the supplier owes a date."""
    return _of_supplier(f"{ACKNOWLEDGEMENT}{ordinal}", Cause.date_pending, f"no date for all of {order}")


def back_order(ordinal: int, order: str, parts: Sequence[Part], lines: Mapping[int, OrderLine]) -> Question:
    """Goods that come later, or whenever."""
    told = ", ".join(
        f"{part.quantity:f} of {lines[part.line].item} {f'until {part.on}' if part.on else 'without a date'}"
        for part in parts
    )
    return _of_supplier(f"{BACK_ORDER}{ordinal}", Cause.back_order, f"{order} is back-ordered: {told}")


def no_other_source(ordinal: int, order: str, items: Sequence[str]) -> Question:
    """Goods that the supplier refuses and nobody else is contracted for."""
    told = f"{order} lacks {', '.join(items)}, and no other source may be asked without a person"
    return _of_supplier(
        f"{NO_SOURCE}{ordinal}", Cause.no_other_source, told, ways="cancel, or to re-source where there is one"
    )


def _of_supplier(step: str, cause: Cause, told: str, *, ways: str = "wait, cancel or re-source") -> Question:
    return Question(
        step=step,
        cause=cause,
        text=f"{told}; correct remainder to {ways}",
        owner=Audience.buyer,
        decisions=(Decision.correct, Decision.abandon),
        correctable=REMAINDER,
    )


def substitution(ordinal: int, order: str, part: Part, item: str) -> Question:
    """Another product than was ordered."""
    return Question(
        step=f"substitution-{ordinal}-{part.line}",
        cause=Cause.substitution,
        text=f"{order}: {part.item or part.supplier_item} is offered for {part.quantity:f} of {item}; "
        "it needs clinical approval",
        owner=Audience.safety,
        decisions=(Decision.approve, Decision.reject, Decision.abandon),
        safety=True,
    )


def not_on_order(order: str, said: AcknowledgedLine) -> Question:
    """A statement about what was never ordered, or at a price that no line of the order can be held against."""
    priced = f" at {said.price.amount} {said.price.currency} per {said.price.unit}" if said.price else ""
    return Question(
        step="acknowledgement",
        cause=Cause.not_on_order,
        text=f"the supplier acknowledges line {said.line} of {order}, {said.item or said.supplier_item or 'unnamed'}{priced}, "
        f"which was not ordered{' in that unit and currency' if priced else ''}",
        owner=Audience.buyer,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def cancelled_before(order: str, said: AcknowledgedLine) -> Question:
    """A statement by which goods would come that were cancelled, and perhaps ordered elsewhere."""
    return Question(
        step="acknowledgement",
        cause=Cause.not_on_order,
        text=f"the supplier acknowledges {said.quantity or 0:f} of line {said.line} of {order}, of which less is still "
        "wanted: tell it not to send what was cancelled",
        owner=Audience.buyer,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def never_ordered(order: str) -> Question:
    """An acknowledgement of an order that this basket never became."""
    return Question(
        step="acknowledgement",
        cause=Cause.not_on_order,
        text=f"a supplier acknowledges {order}, which was never made",
        owner=Audience.buyer,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def phoned(supplier: str, reference: str) -> Question:
    """A rush order that was phoned, and whose confirming order was not approved."""
    return Question(
        step="rush",
        cause=Cause.not_ordered,
        text=f"{supplier} has a rush order by phone under {reference}, and its confirming order was not approved",
        owner=Audience.buyer,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def cases_at_risk(order: str, item: str, until: date | None, cases: Sequence[CaseAtRisk]) -> Question:
    """Surgical cases that need goods before they come, or that nobody can say will come."""
    named = ", ".join(f"{one.surgical_case} on {one.on}" for one in cases[:NAMED_AT_MOST])
    more = f" and {len(cases) - NAMED_AT_MOST} more" if len(cases) > NAMED_AT_MOST else ""
    late, unknown = (
        f"{item} of {order} comes on {until}, too late",
        f"nobody knows when {item} of {order} comes, needed",
    )
    told = late if until is not None else unknown
    return _about_cases(f"{told} for: {named}{more}")


def cases_not_known(order: str, item: str, until: date | None, system: str) -> Question:
    """Goods come later than was expected, and the system that was asked cannot say which surgical cases need them."""
    late, unknown = (
        f"{item} of {order} comes on {until}, later than was expected",
        f"nobody knows when {item} of {order} comes",
    )
    told = late if until is not None else unknown
    return _about_cases(f"{told}; {system} knows no surgical cases: look whether one needs it before")


def _about_cases(text: str) -> Question:
    return Question(
        step="cases",
        cause=Cause.cases_at_risk,
        text=text,
        owner=Audience.supply_chain,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )
