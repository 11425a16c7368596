"""Questions that usage-to-charge asks of people, in sentences that a supply-chain analyst understands."""

from canonical.asking.writing import Balanced
from canonical.documents.usage import Usage
from canonical.documents.work_item import Cause, Decision
from canonical.eligibility import Verdict
from canonical.errors import Audience
from canonical.money import Money
from canonical.policy import Finding
from workflows.kit.bill_words import bill_in_words
from workflows.kit.parking import Question

LOOK_UP = (Decision.retry, Decision.correct, Decision.abandon)
CHARGE_DECISIONS = (Decision.retry, Decision.correct, Decision.accept, Decision.abandon)
OWNERS = {"stock": Audience.supply_chain, "charge": Audience.revenue_integrity, "cost": Audience.finance}
CHARGE_FIELDS = ("no_charge_reason", "account", "item", "lot", "serial", "unit")


def no_usage(number: str) -> Question:
    """A correction came, and the use that it corrects did not."""
    return Question(
        step="usage",
        cause=Cause.no_usage,
        text=f"a correction came for use {number}, and the use itself did not",
        owner=Audience.supply_chain,
    )


def unknown_item(usage: Usage) -> Question:
    """The item is not in the item master: the use waits in suspense and goes on by itself once it is approved."""
    what = f"item {usage.item}" if usage.item else "the scanned item"
    return Question(
        step="item",
        cause=Cause.unknown_item,
        text=f"{what} is not in the item master; the use waits in suspense until it is approved",
        owner=Audience.item_master,
        decisions=LOOK_UP,
        correctable=("item",),
    )


def no_contract(item: str) -> Question:
    """What was used is the supplier's own, and no contract says what is owed for it."""
    return Question(
        step="order",
        cause=Cause.no_contract,
        text=f"item {item} is the supplier's own until used, and no contract is in force for it on the service date",
        owner=Audience.buyer,
        decisions=LOOK_UP,
        correctable=("item",),
    )


def unknown_unit(item: str) -> Question:
    """No factor leads from the unit of the use to the item's base unit."""
    return Question(
        step="item",
        cause=Cause.unknown_unit,
        text=f"item {item} has no factor from the unit used to its base unit on the service date",
        owner=Audience.item_master,
        decisions=LOOK_UP,
        correctable=("unit", "item"),
    )


def no_valuation(item: str, location: str) -> Question:
    """The ERP has no cost for the item."""
    return Question(
        step="cost",
        cause=Cause.refused,
        text=f"item {item} has no valuation at {location} in the ERP",
        owner=Audience.finance,
        decisions=LOOK_UP,
        correctable=("item", "location"),
    )


def not_booked_with_the_movement(system: str, movement: str) -> Question:
    """The ERP says that it books the cost with the movement, and has not."""
    return Question(
        step="cost",
        cause=Cause.not_found_in_time,
        text=f"{system} books the cost by itself with stock movement {movement}, and no booking of this quantity stands there",
        owner=Audience.finance,
        decisions=(Decision.retry, Decision.accept, Decision.abandon),
    )


def possible_duplicate(holder: str) -> Question:
    """The same act seems to have been reported before."""
    return Question(
        step="duplicate",
        cause=Cause.possible_duplicate,
        text=f"this looks like the use already held by {holder}: retry posts it, duplicate_of closes it unposted",
        owner=Audience.supply_chain,
        decisions=LOOK_UP,
        correctable=("duplicate_of",),
    )


def safety(item: str, found: tuple[Finding, ...]) -> Question:
    """A safety finding: the use is posted all the same, and people are told."""
    return Question(
        step="safety",
        cause=Cause.safety,
        text=f"item {item} was used: {', '.join(found)}",
        owner=Audience.safety,
        decisions=(Decision.acknowledge,),
        blocks=False,
        safety=True,
    )


def count_stock(item: str, location: str) -> Question:
    """More was used than the books say was there."""
    return Question(
        step="count",
        cause=Cause.count_stock,
        text=f"item {item} was used at {location} where none is on hand by the books: count the shelf",
        owner=Audience.supply_chain,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def charge_held(item: str, found: tuple[Finding, ...], at_risk: Money | None) -> Question:
    """Policy holds the charge after a safety finding."""
    return Question(
        step="charge",
        cause=Cause.safety,
        text=f"the charge for item {item} is held: {', '.join(found)}; retry releases it",
        owner=Audience.revenue_integrity,
        decisions=(Decision.retry, Decision.correct, Decision.abandon),
        correctable=CHARGE_FIELDS,
        safety=True,
        charge_at_risk=at_risk,
    )


def no_account() -> Question:
    """The account has not appeared within its clock."""
    return Question(
        step="charge",
        cause=Cause.no_account,
        text="the surgical case has no patient account yet; the charge goes on by itself once it has",
        owner=Audience.revenue_integrity,
        decisions=CHARGE_DECISIONS,
        correctable=CHARGE_FIELDS,
    )


def case_not_ready(wanted: str) -> Question:
    """The surgical case has not reached the charge's trigger within its clock."""
    return Question(
        step="charge",
        cause=Cause.case_not_closed,
        text=f"the surgical case is not yet {wanted}, which the charge waits for",
        owner=Audience.revenue_integrity,
        decisions=CHARGE_DECISIONS,
        correctable=CHARGE_FIELDS,
    )


def undecided(verdict: Verdict) -> Question:
    """Eligibility is undecided: a missing code is never "no charge"."""
    return Question(
        step="charge",
        cause=verdict.cause or Cause.undecided_eligibility,
        text=verdict.reason,
        owner=Audience.revenue_integrity,
        decisions=CHARGE_DECISIONS,
        correctable=CHARGE_FIELDS,
    )


def not_found(step: str, source: str) -> Question:
    """What the source says it has posted cannot be found."""
    return Question(
        step=step,
        cause=Cause.not_found_in_time,
        text=f"{source} says that it has posted the {step} by itself, and nothing that stands for this use is found there",
        owner=Audience.integration,
        decisions=(Decision.retry, Decision.accept, Decision.abandon),
    )


def not_confirmed(step: str, system: str) -> Question:
    """A system has accepted a posting and not said what became of it."""
    return Question(
        step=step,
        cause=Cause.confirmation_overdue,
        text=f"{system} accepted the {step} and has neither posted nor rejected it in time",
        owner=OWNERS[step],
        decisions=(Decision.retry, Decision.accept, Decision.abandon),
    )


def rejected_later(step: str, system: str, reason: str, at_risk: Money | None) -> Question:
    """A system accepted a posting first and rejected it in its batch, or took it back by itself."""
    fields = CHARGE_FIELDS if step == "charge" else ()
    return Question(
        step=step,
        cause=Cause.charge_rejected if step == "charge" else Cause.refused,
        text=f"{system} accepted the {step} and then rejected it in its batch",
        owner=OWNERS[step],
        decisions=(Decision.retry, *([Decision.correct] if fields else []), Decision.accept, Decision.abandon),
        correctable=fields,
        charge_at_risk=at_risk,
        evidence=reason,
    )


def by_hand_stands(step: str, reference: str) -> Question:
    """What a person did by hand only a person can take back."""
    return Question(
        step=step,
        cause=Cause.by_hand_stands,
        text=f"{step}: {reference} was done by hand and no longer holds: take it back by hand, then acknowledge",
        owner=OWNERS[step],
        decisions=(Decision.acknowledge,),
        blocks=False,
    )


def credit_and_rebill(balanced: Balanced) -> Question:
    """A billed charge cannot be voided: billing was asked to credit it. What payers wrote is evidence alone."""
    told = [*map(bill_in_words, balanced.bills), *([f"its bill: {balanced.unread}"] if balanced.unread else [])]
    words = [answer.disposition for bill in balanced.bills for claim in bill.claims for answer in claim.answers]
    return Question(
        step="credit",
        cause=Cause.credit_and_rebill,
        text="; ".join(["the charge was already billed: billing was asked for credit and rebill", *filter(None, told)]),
        owner=Audience.revenue_integrity,
        decisions=(Decision.acknowledge,),
        blocks=False,
        evidence="\n".join(filter(None, words))[:2000],
    )


def conflicting(number: str) -> Question:
    """The same use was reported again with other content under the same version."""
    return Question(
        step="usage",
        cause=Cause.conflicting_content,
        text=f"use {number} was reported again with other content and no newer version; the first one counts",
        owner=Audience.supply_chain,
        decisions=(Decision.acknowledge,),
        blocks=False,
    )
