"""What a test holds of an engine that runs: its hospital, its store, a client with its keys, and what people do."""

# long because both flavours of the engine share what they are made of.
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from canonical.documents.work_item import Decided, Decision, Resolution, WorkItem
from canonical.identity import RunName, run_of_work_item
from canonical.memory import InboxState, RunProjection
from suture.people import digest
from suture.settings import Settings
from suture.store.inbox import Waiting
from suture.store.store import Store
from tests.support.sandbox import Sandbox, SandboxSystem

T = TypeVar("T")


@dataclass(kw_only=True)
class Engine:
    """What a test holds of an engine: its hospital, its store, and a client with its keys."""

    settings: Settings
    sandbox: Sandbox
    store: Store
    client: Client
    tokens: dict[str, str]
    gateway_url: str
    http: httpx.AsyncClient = field(
        # A connection kept for later may be closed by the server just as it is used again.
        default_factory=lambda: httpx.AsyncClient(
            timeout=90, trust_env=False, verify=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
    )

    async def capture(self, body: Mapping[str, Any]) -> None:
        """Have the point of care report a use."""
        await self._to_inventory("/v2/uses", body)

    async def correct(self, number: str, body: Mapping[str, Any]) -> None:
        """Have the point of care say that a use did not happen as recorded."""
        await self._to_inventory(f"/v2/uses/{number}/corrections", body)

    async def barrier(self, system: SandboxSystem, operation: str, at: str, wire: str) -> str:
        """Hold the next such request under this key where it is `received`, `applied` or `answered`."""
        made = await self.order(system, "barriers", {"operation": operation, "at": at, "key_contains": wire})
        return f"barriers/{made['barrier']}"

    async def reached(self, system: SandboxSystem, barrier: str) -> None:
        """Wait until a request has come to the barrier."""
        if not (await self.order(system, f"{barrier}?wait=30", method="GET"))["reached"]:
            raise AssertionError(f"no request came to {barrier} of {system.name}")

    async def order(self, system: SandboxSystem, path: str, body: object | None = None, *, method: str = "POST") -> Any:
        """Call a control endpoint of a sandbox system; answers its JSON."""
        headers = {"Authorization": f"Bearer {system.control_token}"}
        answer = await self.http.request(method, f"{system.url}/_control/{path}", json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()

    async def run(self, name: RunName) -> RunProjection | None:
        """Where a run stands."""
        found = await self.store.runs.find(workflow_id=name.workflow_id)
        return found[0] if found else None

    async def items(self, name: RunName) -> tuple[WorkItem, ...]:
        """The open work items of a run."""
        listed = await self.store.work_items.of(workflow_id=name.workflow_id)
        return tuple(one.item for one in listed if one.closed_at is None)

    async def waits_for_people(self, name: RunName, count: int = 1) -> tuple[WorkItem, ...]:
        """The open work items of a run, once there are so many."""

        async def asked() -> tuple[WorkItem, ...] | None:
            items = await self.items(name)
            return items if len(items) == count else None

        return await until(asked, what=f"{count} open work items of {name.workflow_id}")

    async def to_rest(self, name: RunName, *, reports: int = 1, within: float = 60.0) -> tuple[WorkItem, ...]:
        """Wait until so many reports and corrections of a use are recorded and its newest run has ended.

        What a run asks is answered by a supervisor's `retry`, or acknowledged. Answers what was asked.
        """
        asked: dict[str, WorkItem] = {}

        async def ended() -> RunProjection | None:
            run = await self.store.runs.newest(name.business_key)
            if run is None:
                return None
            for item in await self.items(RunName.parse(run.workflow_id)) if run.waiting_for else ():
                if item.item_id not in asked:
                    asked[item.item_id] = item
                    await self.resolve(item.item_id, Decision.retry if item.blocks else Decision.acknowledge)
            if run.closed is None:
                return None
            # A run whose projection is closed goes on where a document comes at the last moment, or another one starts.
            told = await self.documents(run.correlation_id)
            recorded = {event.workflow_id for event in told if event.state is InboxState.recorded}
            if len(told) < reports or any(event.state is not InboxState.recorded for event in told):
                return None
            for workflow_id in recorded | {run.workflow_id}:
                if workflow_id is None:
                    return None
                if await self.status(workflow_id) is WorkflowExecutionStatus.RUNNING:
                    return None
            return run

        await until(ended, within=within, every=0.25, what=f"the end of {name.business_key}")
        return tuple(asked.values())

    async def status(self, workflow_id: str) -> WorkflowExecutionStatus | None:
        """How Temporal knows a run; none where it does not."""
        try:
            return (await self.client.get_workflow_handle(workflow_id).describe()).status
        except RPCError as refused:
            if refused.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def documents(self, correlation_id: str) -> list[Waiting]:
        """The reports and corrections of a transaction, as the inbox has them."""
        told = await self.store.inbox.of_correlation(correlation_id)
        return [event for event in told if event.envelope.type.startswith("usage.")]

    async def resolve(
        self, item_id: str, decision: Decision, *, who: str = "ada", update: str | None = None, **given: Any
    ) -> Decided:
        """Decide an item as the person with this token."""
        resolution = Resolution(item_id=item_id, decision=decision, credential=digest(self.tokens[who]), **given)
        handle = self.client.get_workflow_handle(run_of_work_item(item_id))
        decided: Decided = await handle.execute_update(
            "resolve", resolution, id=update, result_type=Decided, rpc_timeout=timedelta(seconds=30)
        )
        return decided

    async def close(self) -> None:
        """Give back what the test's side holds."""
        await self.http.aclose()
        await self.store.close()

    async def _to_inventory(self, path: str, body: Mapping[str, Any]) -> None:
        inventory = self.sandbox.inventory
        headers = {"Authorization": f"Bearer {inventory.token}"}
        answer = await self.http.post(f"{inventory.url}{path}", json=dict(body), headers=headers)
        if answer.status_code != 201:
            raise AssertionError(f"inventory answered {answer.status_code}: {answer.text}")


async def until(ask: Callable[[], Awaitable[T | None]], *, what: str, within: float = 30.0, every: float = 0.05) -> T:
    """Ask until there is an answer."""
    try:
        async with asyncio.timeout(within):
            while (answer := await ask()) is None:
                await asyncio.sleep(every)
            return answer
    except TimeoutError:
        raise AssertionError(f"waited {within:.0f} s in vain for {what}") from None
