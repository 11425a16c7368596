"""Calls: how a run calls activities, by the policy it carries: on a system's queue, or at the engine's own store."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypedDict, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.mailing import Mailing
from activities.notes import Notes
from canonical.policy import Attempts
from canonical.run import Leg


class CallOptions(TypedDict):
    """The keyword arguments of `workflow.execute_activity` that every call to a system gives."""

    task_queue: str
    summary: str
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: workflow.ActivityCancellationType


def system_call(leg: Leg, attempts: Attempts, *, summary: str) -> CallOptions:
    """Options of a call to the system on this leg.

    A cancelled run waits for the outcome of what it has sent: nothing is undone while a sibling is still under way.
    """
    return CallOptions(
        task_queue=leg.queue,
        summary=summary,
        start_to_close_timeout=attempts.one,
        retry_policy=RetryPolicy(
            initial_interval=attempts.first,
            backoff_coefficient=attempts.factor,
            maximum_interval=attempts.longest,
            maximum_attempts=attempts.maximum,
        ),
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )


STORE_TIMEOUT = timedelta(seconds=30)
STORE_RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=30))
"""The engine's own short ledger calls are repeatable, and repeated until the store is back."""

Own = TypeVar("Own", Notes, Mailing)
Order = TypeVar("Order")
Answer = TypeVar("Answer")


async def ask_store(method: Callable[[Own, Order], Awaitable[Answer]], order: Order, *, summary: str) -> Answer:
    """Call one method of `Notes` or `Mailing` as a local activity."""
    return await workflow.execute_local_activity_method(
        method, order, summary=summary, start_to_close_timeout=STORE_TIMEOUT, retry_policy=STORE_RETRIES
    )
