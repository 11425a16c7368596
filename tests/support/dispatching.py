"""What tests of the dispatcher share: start payloads, and what a run has heard, read from its history."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter

from canonical.envelope import Envelope
from canonical.identity import RunName
from suture.dispatch import Pace
from suture.store.inbox import Waiting
from suture.store.store import Store
from suture.temporal.dev_server import DevServer
from tests.support.documents import projection, run_name

Accept = Callable[..., Awaitable[Waiting]]
"""Stores an event; the rest of an arrival by name."""

EAGER = Pace(
    stored_for=timedelta(0), started_for=timedelta(0), again_after=timedelta(0), call=timedelta(seconds=5), refusals=2
)


class Start(BaseModel):
    """A start payload."""

    workflow_id: str
    correlation_id: str
    closing: str | None


def start(name: RunName, correlation_id: str, closing: str | None, at: datetime, kept_in: str | None = None) -> Start:
    return Start(workflow_id=name.workflow_id, correlation_id=correlation_id, closing=closing)


async def connect(server: DevServer) -> Client:
    return await Client.connect(server.address, data_converter=pydantic_data_converter)


async def heard(handle: WorkflowHandle[object, object]) -> list[str]:
    """The ids of the events in a run's history."""
    history = await handle.fetch_history()
    ids = []
    for event in history.events:
        if event.HasField("workflow_execution_signaled_event_attributes"):
            signal = event.workflow_execution_signaled_event_attributes
            assert signal.signal_name == "receive"
            ids.append((await pydantic_data_converter.decode(signal.input.payloads, [Envelope]))[0].id)
    return ids


async def started_with(handle: WorkflowHandle[object, object]) -> Start:
    history = await handle.fetch_history()
    payloads = history.events[0].workflow_execution_started_event_attributes.input.payloads
    return Start.model_validate((await pydantic_data_converter.decode(payloads, [Start]))[0])


async def close(store: Store, client: Client, number: str, *, ordinal: int = 1, closing: str | None = "{}") -> None:
    """What is left of a run that has closed: Temporal refuses it, the store has its closing state."""
    await client.get_workflow_handle(run_name(number, ordinal=ordinal).workflow_id).terminate()
    if closing is not None:
        closed = projection(number, ordinal=ordinal, outcome="posted", closed=datetime.now(UTC))
        await store.runs.project(closed, closing=closing)
