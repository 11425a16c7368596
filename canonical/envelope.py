"""The envelope of every event inside the engine: CloudEvents 1.0, with correlation id and facility as extensions."""

from typing import Any

from pydantic import AwareDatetime, Field

from canonical.documents.document import Code
from canonical.model import Frozen


class Envelope(Frozen):
    """One event. `id` deduplicates deliveries from `source`; `subject` is the number of the business document."""

    specversion: str = "1.0"
    id: str = Field(min_length=1, max_length=200)
    source: Code
    type: str = Field(pattern=r"^[a-z][a-z0-9.-]{0,63}$")
    subject: Code
    time: AwareDatetime
    facility: Code
    correlationid: str = ""
    traceparent: str = ""
    data: dict[str, Any]
