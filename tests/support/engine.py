"""A whole engine against the real sandbox processes: in this process, or as processes of its own that can be killed."""

# long because both flavours of the engine share what they are made of.
import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.notes import Notes
from canonical.documents.work_item import Decided, Decision, Resolution, WorkItem
from canonical.identity import RunName, run_of_work_item
from canonical.memory import InboxState, RunProjection
from suture.assembly import assemble, kinds
from suture.child import Child
from suture.configuration import VARIABLE, read
from suture.dispatch import Dispatcher
from suture.free_port import free_port
from suture.gateway.app import create_app
from suture.gateway.deliveries import Deliveries
from suture.gateway.serve import reached
from suture.gateway.server import listen
from suture.intake import Intake
from suture.keys import Keyring, load, make_keys
from suture.people import People, digest
from suture.serving import ROLES, queues
from suture.settings import Settings
from suture.starting import Starter
from suture.store.inbox import Waiting
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.telemetry.context import outgoing_headers
from suture.temporal.dev_server import DevServer
from suture.temporal.plugin import suture_plugin
from suture.temporal.search_attributes import register
from suture.temporal.server import Server
from tests.support.sandbox import ROOT, Sandbox, SandboxSystem
from worker import WORKFLOWS, calls

T = TypeVar("T")
PEOPLE: Mapping[str, tuple[str, ...]] = {
    "ada": ("supervisor",),
    "amir": ("supervisor",),
    "cora": ("revenue-integrity",),
    "dan": ("finance",),
    "ben": ("supply-chain",),
    "rita": ("reader",),
}
ENDED_WITHIN = 30.0


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds: one call to a system, how long a write may still be applied, one attempt of an activity."""

    call: float = 1.0
    in_flight: float = 3.0
    attempt: float = 8.0


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
        default_factory=lambda: httpx.AsyncClient(timeout=90, trust_env=False, verify=False)
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

        What a run asks is answered by a supervisor's `retry`. Answers what was asked.
        """
        asked: dict[str, WorkItem] = {}

        async def ended() -> RunProjection | None:
            run = await self.store.runs.newest(name.business_key)
            if run is None:
                return None
            for item in await self.items(RunName.parse(run.workflow_id)) if run.waiting_for else ():
                if item.blocks and item.item_id not in asked:
                    asked[item.item_id] = item
                    await self.resolve(item.item_id, Decision.retry)
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
        return await handle.execute_update(
            "resolve", resolution, id=update, result_type=Decided, rpc_timeout=timedelta(seconds=30)
        )

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


class EngineOfProcesses(Engine):
    """Gateway and worker as child processes; `temporal` is a server of their own."""

    temporal: DevServer
    gateway: Child
    worker: Child
    _starts: int = 0

    async def start_gateway(self) -> None:
        """Start the gateway, also after a kill, and wait until it serves."""
        self.gateway = await self._start("gateway", "suture.gateway", says="gateway ready on")

    async def start_worker(self) -> None:
        """Start the worker, also after a kill, and wait until it serves."""
        self.worker = await self._start("worker", "worker", says="worker ready:")

    async def _start(self, name: str, module: str, *, says: str) -> Child:
        self._starts += 1
        folder = self.settings.file.parent
        env = {**os.environ, VARIABLE: str(self.settings.file), "PYTHONDONTWRITEBYTECODE": "1"}
        child = Child([sys.executable, "-m", module], log=folder / f"{name}-{self._starts}.log", env=env, cwd=ROOT)
        child.start()

        async def ready() -> bool | None:
            if not child.running:
                raise AssertionError(f"the {name} ended with {child.returncode}:\n{child.tail()}")
            return says in child.tail(1000) or None

        await until(ready, what=f"a {name} that serves")
        return child


@asynccontextmanager
async def engine_here(folder: Path, temporal: Server, *, timing: Timing = Timing()) -> AsyncIterator[Engine]:
    """An engine in this process: gateway, dispatcher and workers, in a namespace of its own on the session's server."""
    namespace = f"chaos-{secrets.token_hex(4)}"
    await _register(temporal.address, namespace)
    async with AsyncExitStack() as stack:
        engine = await _furnished(stack, Engine, folder, temporal.address, namespace, timing)
        settings, store = engine.settings, engine.store
        assembly = assemble(settings, outgoing=outgoing_headers)
        stack.push_async_callback(assembly.close)
        notes = Notes(store.runs, store.effects, store.work_items, People(settings.people)).all()
        dead: list[BaseException] = []

        async def died(error: BaseException) -> None:
            dead.append(error)

        served = queues(ROLES, settings=settings, workflows=WORKFLOWS, notes=notes, calls=calls(assembly, store))
        for queue in served:
            await stack.enter_async_context(queue.worker(engine.client, build_id="test", on_fatal_error=died))
        deliveries = Deliveries(Dispatcher(engine.client, store, Starter(settings)))
        await stack.enter_async_context(_running(deliveries.run()))
        await stack.enter_async_context(_gateway(engine, deliveries))
        yield engine
        assert not dead


@asynccontextmanager
async def engine_of_processes(
    folder: Path,
    temporal: DevServer,
    *,
    timing: Timing = Timing(),
) -> AsyncIterator[EngineOfProcesses]:
    """An engine whose gateway and worker are child processes."""
    async with AsyncExitStack() as stack:
        engine = await _furnished(stack, EngineOfProcesses, folder, temporal.address, temporal.namespace, timing)
        engine.temporal = temporal
        try:
            await engine.start_gateway()
            await engine.start_worker()
            yield engine
        finally:
            for child in (getattr(engine, "worker", None), getattr(engine, "gateway", None)):
                if child is not None:
                    await child.stop(within=ENDED_WITHIN)


async def until(ask: Callable[[], Awaitable[T | None]], *, what: str, within: float = 30.0, every: float = 0.05) -> T:
    """Ask until there is an answer."""
    try:
        async with asyncio.timeout(within):
            while (answer := await ask()) is None:
                await asyncio.sleep(every)
            return answer
    except TimeoutError:
        raise AssertionError(f"waited {within:.0f} s in vain for {what}") from None


E = TypeVar("E", bound=Engine)


async def _furnished(
    stack: AsyncExitStack, kind: type[E], folder: Path, address: str, namespace: str, timing: Timing
) -> E:
    """Sandbox, configuration, keys, store and client: what both kinds of engine have."""
    port = free_port()
    sandbox = Sandbox(folder, gateway=f"http://127.0.0.1:{port}")
    tokens = {who: secrets.token_urlsafe(16) for who in PEOPLE}
    file = folder / "hospital.toml"
    file.write_text(_hospital(sandbox, port=port, address=address, namespace=namespace, timing=timing, tokens=tokens))
    settings = read(file)
    make_keys(settings.keys.file)
    await asyncio.to_thread(migrate, settings.store.url)
    keyring = load(settings.keys.file)
    store = await asyncio.to_thread(Store.open, settings.store.url, keyring)
    client = await connected(address, namespace, keyring)
    engine = kind(
        settings=settings,
        sandbox=sandbox,
        store=store,
        client=client,
        tokens=tokens,
        gateway_url=f"http://127.0.0.1:{port}",
    )
    stack.push_async_callback(engine.close)
    await sandbox.start()
    stack.push_async_callback(sandbox.stop)
    return engine


async def connected(address: str, namespace: str, keyring: Keyring) -> Client:
    """A client as the engine's own."""
    return await Client.connect(address, namespace=namespace, plugins=[suture_plugin(keyring)])


async def _register(address: str, namespace: str) -> None:
    client = await Client.connect(address, namespace=namespace)
    kept = Duration(seconds=86_400)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=kept)
    )
    await register(client)


@asynccontextmanager
async def _running(work: Any) -> AsyncIterator[None]:
    """Run beside the test until it ends; a failure of it fails the test."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and (failure := task.exception()) is not None:
            raise failure


class _Uvicorn(uvicorn.Server):
    """Signals stay with the test runner."""

    @contextmanager
    def capture_signals(self) -> Any:
        with nullcontext():
            yield


@asynccontextmanager
async def _gateway(engine: Engine, deliveries: Deliveries) -> AsyncIterator[None]:
    settings, store = engine.settings, engine.store
    app = create_app(
        settings,
        store=store,
        intake=Intake(store, facilities=settings.facilities),
        kinds=kinds(settings),
        register=People(settings.people),
        stored=deliveries.put,
        reach=lambda: reached(engine.client),
    )
    server = _Uvicorn(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    with listen(settings.gateway.host, settings.gateway.port) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _hospital(
    sandbox: Sandbox, *, port: int, address: str, namespace: str, timing: Timing, tokens: Mapping[str, str]
) -> str:
    parts = [_HEAD.format(address=address, namespace=namespace, port=port, attempt=timing.attempt)]
    for system in sandbox.systems:
        parts.append(
            _SYSTEM.format(
                name=system.name,
                url=system.url,
                token=system.token_file,
                secret=system.hook_secret_file,
                call=timing.call,
                in_flight=timing.in_flight,
            )
        )
    for who, roles in PEOPLE.items():
        named = ", ".join(f'"{role}"' for role in roles)
        parts.append(_PERSON.format(who=who, digest=digest(tokens[who]), roles=named))
    return "\n".join(parts)


_HEAD = """
[hospital]
name = "Mercy General"
legal_entity = "MERCY"
currency = "USD"

[facilities.NORTH]
timezone = "America/New_York"
legal_entity = "US01"
routes = [
    {{ domain = "inventory", system = "inventory", since = 2026-01-01 }},
    {{ domain = "billing", system = "billing", since = 2026-01-01 }},
    {{ domain = "finance", system = "erp", since = 2026-01-01 }},
]

[temporal]
address = "{address}"
namespace = "{namespace}"

[store]
url = "sqlite:///suture.db"

[keys]
file = "suture.keys"

[gateway]
port = {port}

[policy.attempts]
maximum = 10
first = "PT0.2S"
longest = "PT1S"
one = "PT{attempt}S"

[policy.confirmation]
look_again = "PT2S"
overdue = "PT2M"

[policy.account]
look_again = "PT1S"
overdue = "PT1M"

[policy.usage]
look_again = "PT1S"
overdue = "PT1M"
"""

_SYSTEM = """
[systems.{name}]
kind = "sandbox-{name}"
concurrency = 100
[systems.{name}.settings]
base_url = "{url}"
token_file = "{token}"
timeout = "PT{call}S"
in_flight = "PT{in_flight}S"

[sources.{name}]
system = "{name}"
secrets = ["{secret}"]
"""

_PERSON = """
[people.{who}]
name = "{who}"
token_sha256 = "{digest}"
roles = [{roles}]
"""
