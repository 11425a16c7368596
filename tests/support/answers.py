"""Answers that connectors in this process give in tests, and small things to answer."""

from decimal import Decimal
from typing import Any

from canonical.documents.item import Item, Tracking
from canonical.money import Money


def answers(connector: Any, verb: str, *given: Any) -> None:
    """The next calls of the verb answer these, and the last one for ever."""
    left = list(given)

    async def answer(*_: Any, **__: Any) -> Any:
        return left.pop(0) if len(left) > 1 else left[0]

    setattr(connector, verb, answer)


def money(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def item(**changes: Any) -> Item:
    return Item(item="4702", tracking=Tracking.lot).model_copy(update=changes)
