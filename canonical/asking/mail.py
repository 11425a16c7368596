"""Letters from one run to others."""

from typing import Any

from pydantic import AwareDatetime

from canonical.inbound import EventType
from canonical.model import Frozen


class Letter(Frozen):
    """An event of the engine's own, from one run to another or to all who wait for its subject.

    `id` is the same however often the letter is sent; `number` and `data` as in `canonical.inbound.Inbound`.
    """

    id: str
    type: EventType
    facility: str
    number: str
    time: AwareDatetime
    data: dict[str, Any]


class Sent(Frozen):
    """Where a letter went."""

    business_key: str
