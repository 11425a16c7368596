"""Work item: what no retry can heal, with its cause, its owner and its clock, until a person decides."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from canonical.errors import Audience
from canonical.model import Frozen
from canonical.money import Money


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


class Decision(StrEnum):
    """What a person may decide. `acknowledge` closes an item that blocks nothing."""

    retry = "retry"
    correct = "correct"
    accept = "accept"
    abandon = "abandon"
    acknowledge = "acknowledge"


class WorkItem(Frozen):
    """One open question to a person. `question` is a sentence without patient data; `evidence` is kept encrypted."""

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
    evidence: str = ""


class Resolution(Frozen):
    """What a person decided about one work item. `credential` is the digest of the token that the person presented."""

    item_id: str
    decision: Decision
    credential: str = Field(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$")
    correction: dict[str, str] = Field(default_factory=dict, max_length=20)
    external_reference: str | None = Field(default=None, max_length=64)
    reason: str = Field(default="", max_length=400)


class Decided(Frozen):
    """The answer to a person: what was decided, by whom, when."""

    item_id: str
    decision: Decision
    person: str
    at: datetime
