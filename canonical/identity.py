"""Every string that two sides must agree on, each with its inverse: workflow ids, keys, queues, search attributes."""

from base64 import b32encode
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, unquote

from canonical.model import Frozen

TRANSACTIONS_QUEUE = "transactions"
HEAVY_QUEUE = "heavy"
SYSTEM_QUEUE = "system-"

CORRELATION_ID = "CorrelationId"
FACILITY = "Facility"
PROCESS = "Process"
STAGE = "Stage"
WAITING_FOR = "WaitingFor"
BUSINESS_KEY = "BusinessKey"

FIRST_STAGE = "looking up"
"""The stage that a run has from its start, so that it need not tell the server once more."""

LAST_STAGE = "acknowledgement"
"""The stage of a run that has done everything and waits for people to acknowledge what they were told."""

OUTSIDE_ID = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"
"""What an id from outside may look like in a workflow id; anything else is replaced by a keyed hash at the intake."""


@lru_cache(maxsize=4096)
def _joined(*parts: str) -> str:
    # Asked for some forty times in a run, and always the same.
    return ":".join(quote(part, safe="") for part in parts)


class RunName(Frozen):
    """The parts of a workflow id: process, facility, source, number of the business document, ordinal of the run."""

    process: str
    facility: str
    source: str
    number: str
    ordinal: int = 1

    @property
    def business_key(self) -> str:
        """`<process>:<facility>:<source>:<number>`, each part percent-escaped: the same for all runs of a document."""
        return _joined(self.process, self.facility, self.source, self.number)

    @property
    def workflow_id(self) -> str:
        """The business key; a later run of the same document adds its ordinal."""
        return self.business_key if self.ordinal == 1 else f"{self.business_key}:{self.ordinal}"

    def next(self) -> "RunName":
        """The run that continues this one after it has closed."""
        return self.model_copy(update={"ordinal": self.ordinal + 1})

    @classmethod
    def parse(cls, workflow_id: str) -> "RunName":
        """The inverse of `workflow_id` and `business_key`; `ValueError` for any other string."""
        parts = [unquote(part) for part in workflow_id.split(":")]
        if len(parts) not in (4, 5) or not all(parts):
            raise ValueError("a workflow id reads <process>:<facility>:<source>:<number>[:<ordinal>]")
        ordinal = int(parts[4]) if len(parts) == 5 else 1
        return cls(process=parts[0], facility=parts[1], source=parts[2], number=parts[3], ordinal=ordinal)


def write_key(workflow_id: str, step: str, revision: int) -> str:
    """The idempotency key of a write: `<workflow id>:<step>:<revision>`."""
    return f"{workflow_id}:{step}:{revision}"


def undo_key(key: str, reference: str) -> str:
    """The idempotency key of taking back one document that was posted under a key."""
    return f"{key}:undo:{reference}"


def wire_key(key: str) -> str:
    """What a vendor sees of a key: 26 base32 characters of its SHA-256. Its inverse is the effects table."""
    return b32encode(sha256(key.encode()).digest()).decode()[:26]


def work_item_id(workflow_id: str, step: str, ordinal: int) -> str:
    """`<workflow id>:<step>:<n>`, the n-th time that this step waits for a person."""
    return f"{workflow_id}:{step}:{ordinal}"


def run_of_work_item(item_id: str) -> str:
    """The workflow id in a work item's id."""
    return item_id.rsplit(":", 2)[0]


def system_queue(system: str) -> str:
    """The task queue on which the calls to one system run; its rate limit lives there."""
    return SYSTEM_QUEUE + system
