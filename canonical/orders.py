"""What a workflow asks of an activity: one model in, one model out."""

from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime

from canonical.documents.charge import AccountStanding, Charge, ChargeCode
from canonical.documents.costing import CostPosting, Valuation
from canonical.documents.stock import StockMovement
from canonical.documents.usage import Usage
from canonical.documents.work_item import Decision, WorkItem
from canonical.effect import EffectState, Found
from canonical.errors import Audience
from canonical.memory import Claim, Person, RunProjection
from canonical.model import Frozen
from canonical.policy import Policy
from canonical.run import Ledger, RunContext


class WriteOrder(Frozen):
    """The common part of every write: for whom, and the ledger with all keys that it was ever written under."""

    context: RunContext
    ledger: Ledger


class MoveStock(WriteOrder):
    """Post a consumption."""

    movement: StockMovement


class PostCharge(WriteOrder):
    """Post a charge."""

    charge: Charge


class PostCost(WriteOrder):
    """Post a cost journal; its posting date is the service date or the first open day after it."""

    posting: CostPosting


class Balance(WriteOrder):
    """Make exactly `expected` (0 or 1) documents stand: an undo expects none; the closing look what the ledger says.

    A closing look waits until no write of the ledger can still arrive.
    """

    expected: int
    closing: bool = False
    service_date: date


class Balanced(Frozen):
    """What stands after balancing, and how things were taken back: voided, reversed, or asked to be credited."""

    reference: str | None = None
    taken_back: int = 0
    credit_requested: bool = False


class Outcome(Frozen):
    """What a look-up of one document answered; none where the system has no such document."""

    found: Found | None = None


class AskDocument(Frozen):
    """Look up one document by the system's own reference."""

    context: RunContext
    reference: str


class AskItem(Frozen):
    """Ask inventory what was used."""

    context: RunContext
    usage: Usage


class AskBilling(Frozen):
    """Ask billing for the account and the charge code of an item on the service date."""

    context: RunContext
    usage: Usage
    item: str


class BillingAnswer(Frozen):
    """The account's standing and the charge code in force; each none where billing knows none."""

    standing: AccountStanding
    code: ChargeCode | None = None


class AskValuation(Frozen):
    """Ask the ERP what one base unit costs."""

    context: RunContext
    item: str
    location: str


class ValuationAnswer(Frozen):
    """The valuation; none where the ERP has none."""

    valuation: Valuation | None = None


class Note(Frozen):
    """What a run tells the store at a milestone, in one local activity: all parts optional."""

    workflow_id: str
    business_key: str
    at: AwareDatetime
    recorded: tuple[str, ...] = ()
    projection: RunProjection | None = None
    closing: str | None = None
    waits_for: tuple[str, ...] | None = None
    acts: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()
    release: bool = False


class NoteAnswer(Frozen):
    """The answer to a claim, where the note carried acts."""

    claim: Claim | None = None


class ItemOpened(Frozen):
    """Project a newly opened work item."""

    item: WorkItem


class ItemEscalated(Frozen):
    """Project that an overdue item went to its next owner."""

    item_id: str
    owner: Audience
    escalations: int
    due: AwareDatetime


class ItemClosed(Frozen):
    """Project that an item was closed, by a person's decision or by the run itself."""

    item_id: str
    decision: Decision | None = None
    person: str | None = None
    reason: str = ""
    at: AwareDatetime


class Elsewhere(WriteOrder):
    """Record what somebody else has posted under the ledger's reference: the source by itself, or a person by hand."""

    state: EffectState
    quantity: Decimal | None = None
    posting_date: date | None = None
    at: AwareDatetime


class AskPolicy(Frozen):
    """Ask for the policy that the configuration has for a facility now."""

    facility: str


class PolicyAnswer(Frozen):
    """The policy; none where the configuration no longer has the facility."""

    policy: Policy | None = None


class WhoIs(Frozen):
    """Ask who stands behind a credential, now."""

    credential: str
    item_id: str


class WhoIsAnswer(Frozen):
    """The person; none where no token has this digest."""

    person: Person | None = None
