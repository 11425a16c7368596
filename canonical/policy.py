"""Tolerances, retries, clocks and rules as models: they travel in a run's input; no workflow reads configuration."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from canonical.clock import Clock as Clock
from canonical.documents.charge import CaseStatus
from canonical.documents.usage import Disposition
from canonical.ladder import Ladder as Ladder
from canonical.ladder import Rung as Rung
from canonical.model import Frozen
from canonical.purchasing.policy import PurchasingPolicy


class Attempts(Frozen):
    """How often a call is tried before a person is asked, and how long one try may take."""

    maximum: int = Field(default=8, ge=1, le=1000)
    first: timedelta = timedelta(seconds=1)
    factor: float = Field(default=2.0, ge=1)
    longest: timedelta = timedelta(minutes=2)
    one: timedelta = timedelta(seconds=20)


class Finding(StrEnum):
    """What the safety checks may find about a use (domain rule 3)."""

    unknown_lot = "unknown lot"
    expired = "expired"
    recalled = "recalled"
    quarantined = "quarantined"
    not_on_hand = "not on hand"
    identifier_missing = "lot or serial missing"


class NoCharge(Frozen):
    """A rule by which a use is not charged, with the reason; an unset field matches everything (domain rule 5)."""

    reason: str
    disposition: Disposition | None = None
    item: str | None = None
    location: str | None = None
    patient_class: str | None = None
    payer: str | None = None


class MarkupTier(Frozen):
    """From this unit cost on, the price is cost times `factor`."""

    from_cost: Decimal = Field(ge=0)
    factor: Decimal = Field(gt=0)


class Policy(Frozen):
    """The slice of policy that a run carries, with its version; `purchasing` only where the run orders, receives or pays."""

    version: str = "1"
    attempts: Attempts = Attempts()
    confirmation: Clock = Clock(look_again=timedelta(minutes=5), overdue=timedelta(hours=24))
    account: Clock = Clock(look_again=timedelta(minutes=15), overdue=timedelta(hours=24))
    surgical_case: Clock = Clock(look_again=timedelta(minutes=15), overdue=timedelta(hours=72))
    suspense: Clock = Clock(look_again=timedelta(minutes=30), overdue=timedelta(0))
    verification: Clock = Clock(look_again=timedelta(minutes=1), overdue=timedelta(hours=1))
    usage: Clock = Clock(look_again=timedelta(hours=1), overdue=timedelta(hours=24))
    ladder: Ladder = Ladder()
    charge_when: CaseStatus | None = None
    hold_charge_on: tuple[Finding, ...] = (
        Finding.unknown_lot,
        Finding.expired,
        Finding.recalled,
        Finding.quarantined,
        Finding.identifier_missing,
    )
    no_charge: tuple[NoCharge, ...] = (
        NoCharge(reason="opened but not used", disposition=Disposition.opened_unused),
        NoCharge(reason="wasted", disposition=Disposition.wasted),
        NoCharge(reason="returned to stock", disposition=Disposition.returned),
        NoCharge(reason="explanted device", disposition=Disposition.explanted),
        NoCharge(reason="sample", disposition=Disposition.sample),
    )
    markup: tuple[MarkupTier, ...] = (
        MarkupTier(from_cost=Decimal(0), factor=Decimal("3.0")),
        MarkupTier(from_cost=Decimal(100), factor=Decimal("2.5")),
        MarkupTier(from_cost=Decimal(1000), factor=Decimal("1.8")),
    )
    purchasing: PurchasingPolicy | None = None
