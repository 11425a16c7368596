"""What a vendor's event says, translated but not yet tokenised: only the intake ever holds one."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from canonical.documents.document import Code
from canonical.model import Frozen

EVERY_FACILITY = "ALL"
"""The facility of news that concern all of them, such as an item approved in a master that they share."""


class EventType(StrEnum):
    """The events that the engine understands: `data` of most is a document, of the rest it names what changed.

    Those of the last group come from the engine's own runs.
    """

    usage_reported = "usage.reported"
    usage_corrected = "usage.corrected"
    charge_posted = "charge.posted"
    charge_rejected = "charge.rejected"
    item_approved = "item.approved"
    account_opened = "account.opened"
    case_changed = "case.changed"

    order_placed = "order.placed"
    order_changed = "order.changed"
    order_acknowledged = "order.acknowledged"
    goods_received = "goods.received"
    receipt_reversed = "receipt.reversed"
    goods_shipped = "goods.shipped"
    goods_returned = "goods.returned"
    return_authorised = "return.authorised"
    invoice_presented = "invoice.presented"
    invoice_withdrawn = "invoice.withdrawn"
    par_crossed = "par.crossed"
    usage_sheet_sent = "usage-sheet.sent"
    item_requested = "item.requested"

    order_named = "order.named"
    order_ruled = "order.ruled"
    request_withdrawn = "request.withdrawn"
    request_answered = "request.answered"
    order_moved = "order.moved"


class Inbound(Frozen):
    """One translated event. `data` holds the document's fields with account and case numbers still in clear.

    `number` is the business document's number: the usage number for usages and corrections, the wire key (the charge id
    that the engine supplied) for charge outcomes, the item for approvals, the case number for accounts and cases. Of what
    concerns an order it is the document's own number; the order is in `data`, where it is known. `id` has room for what
    the engine's own runs say: the longest workflow id, percent-escaped, and the letter. The intake makes it short.
    """

    id: str = Field(min_length=1, max_length=1000)
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
