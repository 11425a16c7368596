"""Approving: what passes by rule, and who may let the rest pass (domain rule 18)."""

from collections.abc import Sequence

from canonical.documents.replenishment import PricedLine, RequestKind
from canonical.documents.work_item import Share, ToApprove
from canonical.identity import wire_key
from canonical.memory import Person
from canonical.model import Frozen
from canonical.purchasing.replenishing import ReplenishingPolicy
from canonical.replenishing.pricing import shares

BY_RULE = "policy"
"""Who has approved what no person had to."""
ANY = "*"
"""The cost centre of whoever may approve for all of them."""


class Authority(Frozen):
    """In whose place a person may decide: their own where it is empty; or why they may not."""

    in_place_of: str = ""
    why_not: str = ""


def content_of(lines: Sequence[PricedLine]) -> str:
    """What an approval is for: another supplier, quantity or price makes it another content."""
    told = [
        (
            line.request.number,
            line.request.supplier,
            line.request.item,
            line.request.cost_centre,
            f"{line.order_quantity.normalize():f} {line.order_unit}",
            f"{line.price.amount.normalize():f} {line.price.currency}",
            f"{line.price.per.normalize():f} {line.price.unit}",
        )
        for line in lines
    ]
    return wire_key("\n".join("|".join(parts) for parts in sorted(told)))


def to_approve(lines: Sequence[PricedLine], currency: str) -> ToApprove:
    """What is asked of whoever approves these lines."""
    return ToApprove(
        content=content_of(lines),
        facility=lines[0].request.facility if lines else "",
        currency=currency,
        shares=shares(lines, currency),
        requested_by=tuple(sorted({line.request.requested_by for line in lines if line.request.requested_by})),
    )


def beyond_rule(lines: Sequence[PricedLine], policy: ReplenishingPolicy, currency: str) -> str:
    """Why a person must approve, in words; nothing where policy lets it pass."""
    asked = to_approve(lines, currency)
    if not all(_asked_by_rule(line) for line in lines):
        return "not all of it refills a par level"
    if asked.requested_by:
        return f"asked for by {', '.join(asked.requested_by)}"
    if asked.total > policy.basket_limit:
        return f"the basket is above {policy.basket_limit} {currency}"
    above = [share.cost_centre for share in asked.shares if share.amount > policy.cost_centre_limit]
    return f"{', '.join(above)} above {policy.cost_centre_limit} {currency}" if above else ""


def _asked_by_rule(line: PricedLine) -> bool:
    """Whether it refills a par level, or is owed for because of a use that was reported."""
    request = line.request
    return request.kind is RequestKind.replenish or (request.kind is RequestKind.bill_only and request.use != "")


def authority(person: Person, asked: ToApprove) -> Authority:
    """Whether a person may let this pass: by their own authority, or by that of somebody absent; never their own request."""
    if person.person in asked.requested_by:
        return Authority(why_not="nobody approves their own request")
    reasons = []
    for holder in (person, *person.in_place_of):
        why_not = _lacks(holder, asked.shares, asked)
        if not why_not:
            return Authority(in_place_of="" if holder is person else holder.person)
        reasons.append(why_not)
    return Authority(why_not=reasons[0])


def answers_for(holder: Person, facility: str, cost_centre: str) -> bool:
    """Whether a cost centre is among a person's: named alone it is meant in every facility."""
    covering = {ANY, cost_centre, f"{facility}/{ANY}", f"{facility}/{cost_centre}"}
    return not covering.isdisjoint(holder.cost_centres)


def _lacks(holder: Person, borne: Sequence[Share], asked: ToApprove) -> str:
    if holder.person in asked.requested_by:
        return "nobody approves their own request"
    foreign = [one.cost_centre for one in borne if not answers_for(holder, asked.facility, one.cost_centre)]
    if foreign:
        return f"your authority does not cover the cost centre {', '.join(foreign)}"
    if holder.approval_limit is None or asked.total > holder.approval_limit:
        return "the amount is above your approval limit"
    return ""
