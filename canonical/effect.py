"""Effects: what the engine wrote into a system, from the intent before the call to the outcome after it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from canonical.model import Frozen


class EffectState(StrEnum):
    """How far a write has come."""

    intended = "intended"
    applied = "applied"
    uncertain = "uncertain"
    refused = "refused"
    reversed = "reversed"
    by_hand = "by-hand"


class Intent(Frozen):
    """A write about to be sent, committed before it is sent. `undoes` names the key that an undo takes back."""

    key: str
    undoes: str | None = None
    workflow_id: str
    correlation_id: str
    process: str
    facility: str
    step: str
    revision: int
    domain: str
    system: str
    amount: Decimal | None = None
    currency: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    business_date: date | None = None
    item: str | None = None
    lot: str | None = None
    token: str | None = None


class Posted(Frozen):
    """What a system says of a write: its reference, and whether it is done or accepted with the outcome later (rule 10)."""

    reference: str
    standing: Literal["posted", "accepted"] = "posted"
    posting_date: date | None = None
    uncertain: bool = False


class Recorded(Frozen):
    """An effect as the store knows it before an attempt: whether the intent is new, and what is known of the outcome.

    `sent_at` is when it had left us at the latest: of an uncertain one, when its attempt ended.
    """

    first: bool
    state: EffectState
    sent_at: AwareDatetime
    posted: Posted | None = None


class Found(Frozen):
    """A document that a look-up found under one of the wire keys asked for.

    `live` is false once it was voided, credited or reversed in place; where a system takes back by a document of its own
    (a contra movement), both stay live, and the contra is found under the wire key of the undo.
    """

    reference: str
    wire_key: str
    live: bool = True
    billed: bool = False
    standing: Literal["posted", "accepted", "rejected"] = "posted"
    quantity: Decimal | None = None
    amount: Decimal | None = None
    posting_date: date | None = None
    reason: str = ""

    @property
    def stands(self) -> bool:
        """Whether the document counts in its ledger."""
        return self.live and self.standing != "rejected"


class Edge(Frozen):
    """A lineage edge: this document came from that one."""

    from_system: str
    from_kind: str
    from_reference: str
    to_system: str
    to_kind: str
    to_reference: str
    relation: str
    effect_key: str
