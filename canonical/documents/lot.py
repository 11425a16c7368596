"""Lot: a batch or a single serial, its expiry and its condition, and how many are on hand at a place."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from canonical.model import Frozen


class Condition(StrEnum):
    """What the inventory system says of the lot."""

    available = "available"
    quarantined = "quarantined"
    recalled = "recalled"


class Lot(Frozen):
    """One lot or serial of an item; `known` is false where the inventory system has never seen it."""

    lot: str | None = None
    serial: str | None = None
    known: bool = True
    expires: date | None = None
    condition: Condition = Condition.available
    on_hand: Decimal = Decimal(0)
