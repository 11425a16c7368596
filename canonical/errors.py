"""What can go wrong with a system of others. Connectors raise these leaves and nothing else.

Failure                  category   retryable   who must act
  Transient              transient  yes         nobody: refused connection, 429 and 503 with Retry-After, failed read
  Uncertain              uncertain  yes, asking nobody: bytes of a write were sent, and then 5xx, a cut, garbage, a time-out
  Rejected               rejected   no          depends on the cause:
    BusinessRefusal                             the owner of the step
    PeriodClosed                                finance
    NotPermitted                                the integration engineer (401, 403)
    Misread                                     the integration engineer (an answer that breaks the vendor's own contract)
"""

from enum import StrEnum


class Audience(StrEnum):
    """The queue of people who own what no retry can heal."""

    integration = "integration"
    supply_chain = "supply-chain"
    buyer = "buyer"
    receiving = "receiving"
    payables = "payables"
    item_master = "item-master"
    revenue_integrity = "revenue-integrity"
    finance = "finance"
    safety = "safety"


class Failure(Exception):
    """A failure of a call to a system: a constant summary, typed facts, and the vendor's text kept apart as evidence.

    `summary` never holds a value from a document or a vendor's text; `evidence` may, and goes only where it is encrypted.
    `in_doubt` is set on a refusal where an earlier attempt of the same write may still be applied.
    """

    category = "failure"
    retryable = True

    def __init__(
        self,
        summary: str,
        *,
        system: str,
        operation: str,
        audience: Audience = Audience.integration,
        evidence: str = "",
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.system = system
        self.operation = operation
        self.audience = audience
        self.evidence = evidence[:2000]
        self.status = status
        self.retry_after = retry_after
        self.in_doubt = False


class Transient(Failure):
    """Nothing was applied; the same call may be repeated, after `retry_after` seconds where the vendor named them."""

    category = "transient"


class Uncertain(Failure):
    """The write may have been applied, or may still be: it is looked up before it is sent again."""

    category = "uncertain"


class Rejected(Failure):
    """The system refused, and nothing was applied: a person decides."""

    category = "rejected"
    retryable = False


class BusinessRefusal(Rejected):
    """Refused by a rule of the trade, in the vendor's words (see `evidence`)."""

    category = "business-refusal"


class PeriodClosed(Rejected):
    """Refused because the period of the posting date is closed."""

    category = "period-closed"


class NotPermitted(Rejected):
    """401 or 403: the credential is unknown, expired or lacks a right."""

    category = "not-permitted"


class Misread(Rejected):
    """A read answered something that the vendor's own contract rules out."""

    category = "misread"
