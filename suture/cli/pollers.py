"""Which task queues the configuration needs a worker on, and which of them nobody polls."""

import asyncio
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from canonical.identity import TRANSACTIONS_QUEUE, system_queue
from suture.settings import Settings

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


async def unserved(client: Client, settings: Settings, *, within: timedelta) -> list[str]:
    """The queues without a worker. The server forgets a worker some minutes after its last poll."""
    needed = [(TRANSACTIONS_QUEUE, WORKFLOWS), *((system_queue(name), ACTIVITIES) for name in settings.systems)]
    polled = await asyncio.gather(*(_polled(client, queue, kind, within) for queue, kind in needed))
    return [queue for (queue, _), served in zip(needed, polled, strict=True) if not served]


async def _polled(client: Client, queue: str, kind: TaskQueueType.ValueType, within: timedelta) -> bool:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
    )
    answer = await client.workflow_service.describe_task_queue(request, timeout=within)
    return bool(answer.pollers)
