"""Serving: which workers a process runs for its roles, and what each of them serves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from temporalio.client import Client
from temporalio.worker import Worker

from canonical.identity import TRANSACTIONS_QUEUE, system_queue
from suture.settings import Settings

Role = Literal["transactions", "systems", "heavy"]
ROLES: tuple[Role, ...] = ("transactions", "systems", "heavy")
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One task queue to serve: the workflows and activities on it, and the limits of the system behind it."""

    name: str
    workflows: Sequence[type] = ()
    activities: Sequence[Any] = ()
    rate_per_second: float | None = None
    concurrency: int = 100

    def worker(
        self, client: Client, *, build_id: str, on_fatal_error: Callable[[BaseException], Awaitable[None]]
    ) -> Worker:
        """The worker that serves this queue; `on_fatal_error` is told when its polling dies."""
        return Worker(
            client,
            task_queue=self.name,
            workflows=self.workflows,
            activities=self.activities,
            build_id=build_id,
            max_concurrent_activities=self.concurrency,
            max_task_queue_activities_per_second=self.rate_per_second,
            graceful_shutdown_timeout=GRACE,
            on_fatal_error=on_fatal_error,
        )


def queues(
    roles: Sequence[Role],
    *,
    settings: Settings,
    workflows: Sequence[type],
    notes: Sequence[Any],
    calls: Mapping[str, Sequence[Any]],
    bears: Mapping[str, int],
) -> tuple[Queue, ...]:
    """The queues of these roles: transactions carry the workflows and the store's notes, each system its own calls.

    `bears` is how many calls at once each system declares that it bears, where the configuration does not say.
    No process has heavy work yet, so the role `heavy` alone serves nothing.
    """
    served: list[Queue] = []
    if "transactions" in roles:
        served.append(Queue(name=TRANSACTIONS_QUEUE, workflows=workflows, activities=notes))
    if "systems" in roles:
        for name, activities in calls.items():
            system = settings.systems[name]
            served.append(
                Queue(
                    name=system_queue(name),
                    activities=activities,
                    rate_per_second=system.rate_per_second,
                    concurrency=system.concurrency or bears[name],
                )
            )
    return tuple(served)
