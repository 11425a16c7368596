"""Work item: what no retry can heal, with its cause, its owner and its clock, until a person decides."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, Field

from canonical.errors import Audience
from canonical.model import Frozen
from canonical.money import Currency, Money


class Cause(StrEnum):
    """Why a person is asked."""

    unknown_item = "unknown-item"
    unknown_unit = "unknown-unit"
    no_charge_code = "no-charge-code"
    undecided_eligibility = "undecided-eligibility"
    no_account = "no-account"
    case_not_closed = "case-not-closed"
    possible_duplicate = "possible-duplicate"
    conflicting_content = "conflicting-content"
    safety = "safety"
    count_stock = "count-stock"
    not_found_in_time = "not-found-in-time"
    refused = "refused"
    exhausted = "exhausted"
    uncertain = "uncertain"
    confirmation_overdue = "confirmation-overdue"
    charge_rejected = "charge-rejected"
    credit_and_rebill = "credit-and-rebill"
    left_behind = "left-behind"
    invalid_data = "invalid-data"
    event_refused = "event-refused"
    no_usage = "no-usage"
    by_hand_stands = "by-hand-stands"
    approval = "approval"
    no_par_level = "no-par-level"
    unlikely_quantity = "unlikely-quantity"
    no_contract = "no-contract"
    no_order = "no-order"
    no_order_line = "no-order-line"
    over_delivered = "over-delivered"
    refused_goods = "refused-goods"
    not_chargeable = "not-chargeable"
    already_invoiced = "already-invoiced"
    not_received = "not-received"
    not_authorised = "not-authorised"
    goods_overdue = "goods-overdue"
    not_invoiced = "not-invoiced"
    credit_overdue = "credit-overdue"
    price_hold = "price-hold"
    quantity_hold = "quantity-hold"
    unit_hold = "unit-hold"
    invoice_hold = "invoice-hold"
    over_budget = "over-budget"
    not_ordered = "not-ordered"
    not_acknowledged = "not-acknowledged"
    back_order = "back-order"
    date_pending = "date-pending"
    substitution = "substitution"
    no_other_source = "no-other-source"
    not_on_order = "not-on-order"
    cases_at_risk = "cases-at-risk"
    no_usage_sheet = "no-usage-sheet"
    usage_differs = "usage-differs"
    use_not_reported = "use-not-reported"


class Decision(StrEnum):
    """What a person may decide. `acknowledge` closes an item that blocks nothing, `override` lets pass what is held.

    `approve` and `reject` answer yes or no.
    """

    retry = "retry"
    correct = "correct"
    accept = "accept"
    abandon = "abandon"
    acknowledge = "acknowledge"
    override = "override"
    approve = "approve"
    reject = "reject"


class Share(Frozen):
    """What a cost centre would bear of what is to be approved."""

    cost_centre: str
    amount: Decimal


class ToApprove(Frozen):
    """What a decision would let pass: exactly this content, at this cost, asked for by these people of the facility."""

    content: str
    facility: str = ""
    currency: Currency
    shares: tuple[Share, ...]
    requested_by: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """What all cost centres would bear together."""
        return sum((share.amount for share in self.shares), Decimal(0))


class WorkItem(Frozen):
    """One open question to a person. `question` is a sentence without patient data; `evidence` is kept encrypted.

    `agreed_by` would override what is held, which needs a second person.
    With `to_approve` it is a matter of authority over money: roles do not count, nor does it what anybody may decide else.
    `cost_centres` are those of other facilities (`<facility>/<cost centre>`) that would bear what is let pass.
    """

    item_id: str
    workflow_id: str
    correlation_id: str
    facility: str
    process: str
    step: str
    cause: Cause
    question: str
    owner: Audience
    blocks: bool = True
    safety: bool = False
    decisions: tuple[Decision, ...]
    correctable: tuple[str, ...] = ()
    opened: AwareDatetime
    due: AwareDatetime
    escalations: int = 0
    charge_at_risk: Money | None = None
    cost_at_risk: Money | None = None
    payable_at_risk: Money | None = None
    evidence: str = ""
    agreed_by: str | None = None
    to_approve: ToApprove | None = None
    cost_centres: tuple[str, ...] = ()

    @property
    def at_risk(self) -> tuple[Money, ...]:
        """The money at risk, part by part."""
        return tuple(
            part for part in (self.charge_at_risk, self.cost_at_risk, self.payable_at_risk) if part is not None
        )


AT_RISK = ("charge", "cost", "payable")
"""What money at risk is split into: `<this>_at_risk`."""


class Resolution(Frozen):
    """What a person decided about one work item. `credential` is the digest of the token that the person presented."""

    item_id: str
    decision: Decision
    credential: str = Field(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$")
    correction: dict[str, str] = Field(default_factory=dict, max_length=20)
    external_reference: str | None = Field(default=None, max_length=64)
    reason: str = Field(default="", max_length=400)


class Decided(Frozen):
    """The answer to a person: what was decided, by whom, when; and in whose place, where it was not their own to decide."""

    item_id: str
    decision: Decision
    person: str
    at: datetime
    in_place_of: str = ""
