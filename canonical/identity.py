"""Every string that two sides must agree on, each with its inverse: workflow ids, keys, queues, search attributes."""

from base64 import b32encode
from datetime import date
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

LONGEST_ID = 64

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


USE_PROCESS = "usage-to-charge"
ORDER_PROCESS = "receipt-to-invoice"
INVOICE_PROCESS = "supplier-invoice"
REQUEST_PROCESS = "replenishment-request"
BASKET_PROCESS = "replenishment-approval"
SWEEP_PROCESS = "par-sweep"

OWN_DOCUMENTS = {
    USE_PROCESS: "usage",
    ORDER_PROCESS: "order",
    INVOICE_PROCESS: "invoice",
    REQUEST_PROCESS: "par-level",
    BASKET_PROCESS: "basket",
}
"""What a run's own document is called in lineage, by its process."""


def order_run(facility: str, order: str) -> RunName:
    """The run of a purchase order: `receipt-to-invoice:<facility>:order:<order number>`."""
    return RunName(process=ORDER_PROCESS, facility=facility, source="order", number=order)


def stray_run(facility: str, kind: str, number: str) -> RunName:
    """The run of a document that came without an order: `receipt-to-invoice:<facility>:<kind>:<its own number>`."""
    return RunName(process=ORDER_PROCESS, facility=facility, source=kind, number=number)


def invoice_run(facility: str, supplier: str, normalised: str) -> RunName:
    """The run of an invoice: a transaction of its own by supplier and normalised number (domain rule 13)."""
    return RunName(process=INVOICE_PROCESS, facility=facility, source=supplier, number=normalised)


def request_run(facility: str, location: str, item: str) -> RunName:
    """The run of a need: an item at a location that fell below par."""
    return RunName(process=REQUEST_PROCESS, facility=facility, source=location, number=item)


def basket_run(facility: str, basket: str) -> RunName:
    """The run of a basket: what is ordered from one supplier at one cut-off, or for one surgical case."""
    return RunName(process=BASKET_PROCESS, facility=facility, source="basket", number=basket)


def sweep_run(facility: str) -> RunName:
    """The sweep of a facility's par levels."""
    return RunName(process=SWEEP_PROCESS, facility=facility, source="schedule", number="par")


LONGEST_ORDER = LONGEST_ID - 8
"""What is numbered after an order, such as its receipts, adds a few characters to its number."""


def _within(name: str, room: int) -> str:
    """A name as it is where it has room, else what stands for it; never parsed, only made again."""
    return name if len(name) <= room else wire_key(name)[:room]


def basket_code(supplier: str, cut_off: date) -> str:
    """The basket in which a supplier's goods are ordered at the cut-off of a day: at most 32 characters."""
    return f"{_within(supplier, 23)}-{cut_off:%Y%m%d}"


def request_number(run: RunName, ordinal: int) -> str:
    """The number of the n-th request of the run of a need."""
    return f"RQ-{wire_key(run.workflow_id)[:16]}-{ordinal}"


ORDER_NUMBER = "PO-"


def order_number(basket: RunName, ordinal: int) -> str:
    """The number of the n-th order that a basket becomes; two facilities may have baskets of the same name."""
    plain = f"{ORDER_NUMBER}{basket.facility}-{basket.number}-{ordinal}"
    return plain if len(plain) <= LONGEST_ORDER else f"{_orders_of(basket.facility)}{basket.number}-{ordinal}"


def _orders_of(facility: str) -> str:
    return f"{ORDER_NUMBER}{_within(facility, 16)}-"


def basket_of_order(facility: str, order: str) -> str | None:
    """The basket that an order of a facility came of; none for an order that somebody else has made."""
    for ours in (f"{ORDER_NUMBER}{facility}-", _orders_of(facility)):
        basket, dash, ordinal = order.removeprefix(ours).rpartition("-")
        if order.startswith(ours) and dash and basket and ordinal.isdecimal():
            return basket
    return None


def case_basket(supplier: str, surgical_case: str) -> str:
    """The basket of what a supplier's own goods were used for in one surgical case; the token does not show in it."""
    return f"{_within(supplier, 14)}-B{wire_key(surgical_case)[:16]}"


def order_subject(facility: str, order: str) -> str:
    """What news of an order are about, for whoever waits for them."""
    subject = f"{facility}/{order}"
    return subject if len(subject) <= LONGEST_ID else wire_key(subject)


def write_key(workflow_id: str, step: str, revision: int) -> str:
    """The idempotency key of a write: `<workflow id>:<step>:<revision>`."""
    return f"{workflow_id}:{step}:{revision}"


def run_of_write(key: str) -> str:
    """The workflow id in the idempotency key of a write, or of its undo."""
    parts = key.split(":")
    # No step is named by a number alone: that is the ordinal of a later run.
    return ":".join(parts[:5] if len(parts) > 5 and parts[4].isdecimal() else parts[:4])


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
