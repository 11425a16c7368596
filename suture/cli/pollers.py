"""Which workers poll the task queues that the configuration needs, and which of the queues nobody polls."""

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

from canonical.identity import TRANSACTIONS_QUEUE, system_queue
from canonical.model import Frozen
from suture.settings import Settings

POLLS_WITHIN = timedelta(seconds=90)
"""A worker that has nothing to do polls again every minute."""
TAKEN_WITHIN = timedelta(seconds=20)

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


class Poller(Frozen):
    """A worker process as it names itself, `<process id>@<machine>`, and its version where the server tells it."""

    identity: str
    version: str

    def __str__(self) -> str:
        return f"{self.identity} version {self.version}" if self.version else self.identity


async def pollers(client: Client, settings: Settings, *, within: timedelta) -> dict[str, tuple[Poller, ...]]:
    """The workers that serve each queue."""
    needed = {TRANSACTIONS_QUEUE: WORKFLOWS} | {system_queue(name): ACTIVITIES for name in settings.systems}
    polled = await asyncio.gather(*(_on(client, queue, kind, within) for queue, kind in needed.items()))
    return dict(zip(needed, polled, strict=True))


async def unserved(client: Client, settings: Settings, *, within: timedelta) -> list[str]:
    """The queues without a worker."""
    found = await pollers(client, settings, within=within)
    return [queue for queue, polled in found.items() if not polled]


async def _on(client: Client, queue: str, kind: TaskQueueType.ValueType, within: timedelta) -> tuple[Poller, ...]:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind, report_stats=True
    )
    answer = await client.workflow_service.describe_task_queue(request, timeout=within)
    return serving(answer, kind, now=datetime.now(UTC))


def serving(answer: DescribeTaskQueueResponse, kind: TaskQueueType.ValueType, *, now: datetime) -> tuple[Poller, ...]:
    """Who serves a queue. The server names a worker for minutes after its last poll, also one that was killed since.

    Tasks of runs that nobody takes say so at once; calls to a system may just as well wait for its rate limit.
    """
    if kind == WORKFLOWS and answer.stats.approximate_backlog_age.ToTimedelta() > TAKEN_WITHIN:
        return ()
    return tuple(
        Poller(identity=one.identity, version=one.worker_version_capabilities.build_id)
        for one in answer.pollers
        if now - one.last_access_time.ToDatetime(UTC) < POLLS_WITHIN
    )
