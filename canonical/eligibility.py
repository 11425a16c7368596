"""Eligibility to charge is three-valued: charge; no charge, with a reason; undecided, which a person settles (rule 5)."""

from typing import Literal

from canonical.documents.charge import AccountStanding, ChargeCode, PriceBasis
from canonical.documents.item import Item, Ownership
from canonical.documents.usage import Disposition, Usage
from canonical.documents.work_item import Cause
from canonical.model import Frozen
from canonical.money import Money
from canonical.policy import MarkupTier, NoCharge, Policy
from canonical.quantity import Unit


class Verdict(Frozen):
    """Whether a use is charged, and why not where it is not."""

    answer: Literal["charge", "no-charge", "undecided"]
    reason: str = ""
    cause: Cause | None = None


def eligibility(
    usage: Usage, item: Item, standing: AccountStanding, code: ChargeCode | None, policy: Policy
) -> Verdict:
    """The verdict on the service date. A missing code or price is never "no charge"."""
    for rule in policy.no_charge:
        if _matches(rule, usage, item, standing):
            return Verdict(answer="no-charge", reason=rule.reason)
    if item.ownership is Ownership.sample:
        return Verdict(answer="no-charge", reason="sample goods")
    if code is None:
        reason = f"item {item.item} has no charge code on the service date"
        return Verdict(answer="undecided", reason=reason, cause=Cause.no_charge_code)
    if code.basis is PriceBasis.master and code.price is None:
        reason = f"charge code {code.code} has no price on the service date"
        return Verdict(answer="undecided", reason=reason, cause=Cause.undecided_eligibility)
    return Verdict(answer="charge")


def unpriced(item: Item) -> Verdict:
    """A price by markup, and no tier of the policy that reaches down to this cost."""
    reason = f"item {item.item} is priced by markup, and the policy has no tier for its cost"
    return Verdict(answer="undecided", reason=reason, cause=Cause.undecided_eligibility)


def price(code: ChargeCode, unit_cost: Money | None, tiers: tuple[MarkupTier, ...]) -> Money | None:
    """Price of one charge unit: the master's, or cost times the tier's factor; None while a markup still lacks its cost."""
    if code.basis is PriceBasis.master:
        return code.price
    reached = [tier for tier in tiers if unit_cost is not None and tier.from_cost <= unit_cost.amount]
    if unit_cost is None or not reached:
        return None
    return unit_cost.times(max(reached, key=lambda tier: tier.from_cost).factor / code.units_per_base)


def unit_of(usage: Usage, item: Item) -> Unit | None:
    """The unit of the use: the pack level that was scanned; else the unit named; else the base unit."""
    if usage.scan is not None:
        scanned = usage.scan.device_identifier
        return next((pack.unit for pack in item.packs if pack.device_identifier == scanned), usage.unit)
    return usage.unit or item.base_unit


def _matches(rule: NoCharge, usage: Usage, item: Item, standing: AccountStanding) -> bool:
    asked: tuple[tuple[str | Disposition | None, str], ...] = (
        (rule.disposition, usage.disposition),
        (rule.item, item.item),
        (rule.location, usage.location),
        (rule.patient_class, standing.patient_class),
        (rule.payer, standing.payer),
    )
    return all(wanted is None or wanted == actual for wanted, actual in asked)
