"""The one place where a failure of a system becomes what Temporal retries, and where nobody else builds such an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from canonical.errors import Failure, Transient
from canonical.evidence import Evidence


@contextmanager
def failures_cross() -> Iterator[None]:
    """Raise each leaf of `canonical.errors` as the `ApplicationError` that a workflow and Temporal understand.

    The type is the leaf's category, the details its `Evidence`, and a vendor's `Retry-After` the next retry delay.
    """
    try:
        yield
    except Failure as failure:
        raise ApplicationError(
            failure.summary,
            Evidence(
                category=failure.category,
                summary=failure.summary,
                system=failure.system,
                operation=failure.operation,
                audience=failure.audience,
                status=failure.status,
                in_doubt=failure.in_doubt,
                text=failure.evidence,
            ),
            type=failure.category,
            non_retryable=not failure.retryable,
            next_retry_delay=None if failure.retry_after is None else timedelta(seconds=failure.retry_after),
            category=(
                ApplicationErrorCategory.BENIGN
                if isinstance(failure, Transient)
                else ApplicationErrorCategory.UNSPECIFIED
            ),
        ) from None
