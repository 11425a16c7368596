"""What a vendor's event says, translated but not yet tokenised: only the intake ever holds one."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from canonical.documents.document import Code
from canonical.model import Frozen

EVERY_FACILITY = "ALL"
"""The facility of news that concern all of them, such as an item approved in a master that they share."""


class EventType(StrEnum):
    """The events that the engine understands; `data` of the first two is a document, the rest name what changed."""

    usage_reported = "usage.reported"
    usage_corrected = "usage.corrected"
    charge_posted = "charge.posted"
    charge_rejected = "charge.rejected"
    item_approved = "item.approved"
    account_opened = "account.opened"
    case_changed = "case.changed"


class Inbound(Frozen):
    """One translated event. `data` holds the document's fields with account and case numbers still in clear.

    `number` is the business document's number: the usage number for usages and corrections, the wire key (the charge id
    that the engine supplied) for charge outcomes, the item for approvals, the case number for accounts and cases.
    """

    id: str = Field(min_length=1, max_length=200)
    type: EventType
    facility: Code
    number: str = Field(min_length=1, max_length=64)
    time: AwareDatetime
    data: dict[str, Any]


class InvalidEvent(Exception):
    """An event that cannot be translated: which field, and what was expected; never the value."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.field = field
        self.expected = expected
