"""A whole engine against the real sandbox processes: in this process, or as processes of its own that can be killed."""

# long because both flavours of the engine share what they are made of.
import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from suture.assembly import assemble, senders
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
from suture.people import People
from suture.serving import ROLES, queues
from suture.starting import Starter
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.telemetry.context import outgoing_headers
from suture.temporal.dev_server import DevServer
from suture.temporal.plugin import suture_plugin
from suture.temporal.search_attributes import register
from suture.temporal.server import Server
from tests.support.engine import Engine, until
from tests.support.engine_hospital import PEOPLE, Timing, hospital_of
from tests.support.sandbox import ROOT, Sandbox
from worker import WORKFLOWS, calls, own_calls

ENDED_WITHIN = 30.0
QUICK = Timing()


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
        env = {**os.environ, VARIABLE: str(self.settings.file)}
        child = Child([sys.executable, "-m", module], log=folder / f"{name}-{self._starts}.log", env=env, cwd=ROOT)
        child.start()

        async def ready() -> bool | None:
            if not child.running:
                raise AssertionError(f"the {name} ended with {child.returncode}:\n{child.tail()}")
            return says in child.tail(1000) or None

        await until(ready, what=f"a {name} that serves")
        return child


@asynccontextmanager
async def engine_here(
    folder: Path, temporal: Server, *, timing: Timing = QUICK, workers: int = 1, moves: date | None = None
) -> AsyncIterator[Engine]:
    """An engine in this process: gateway, dispatcher and workers, in a namespace of its own on the session's server.

    `workers`: how many share each queue. `moves`: the day on which a facility moves to another ERP.
    """
    namespace = f"chaos-{secrets.token_hex(4)}"
    await register_namespace(temporal.address, namespace)
    async with AsyncExitStack() as stack:
        engine = await _furnished(stack, Engine, folder, temporal.address, namespace, timing, moves=moves)
        settings, store = engine.settings, engine.store
        assembly = assemble(settings, outgoing=outgoing_headers)
        stack.push_async_callback(assembly.close)
        notes = own_calls(settings, engine.client, store)
        dead: list[BaseException] = []

        async def died(error: BaseException) -> None:
            dead.append(error)

        served = queues(
            ROLES,
            settings=settings,
            workflows=WORKFLOWS,
            notes=notes,
            calls=calls(assembly, store),
            bears=assembly.bears,
        )
        others = [await connected(temporal.address, namespace, load(settings.keys.file)) for _ in range(workers - 1)]
        for client in (engine.client, *others):
            for queue in served:
                await stack.enter_async_context(queue.worker(client, build_id="test", on_fatal_error=died))
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
    timing: Timing = QUICK,
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


E = TypeVar("E", bound=Engine)


async def _furnished(
    stack: AsyncExitStack,
    kind: type[E],
    folder: Path,
    address: str,
    namespace: str,
    timing: Timing,
    *,
    moves: date | None = None,
) -> E:
    """Sandbox, configuration, keys, store and client: what both kinds of engine have."""
    port = free_port()
    sandbox = Sandbox(folder, gateway=f"http://127.0.0.1:{port}", moves=moves is not None)
    tokens = {who: secrets.token_urlsafe(16) for who in PEOPLE}
    file = folder / "hospital.toml"
    served = {"port": port, "address": address, "namespace": namespace}
    file.write_text(hospital_of(sandbox, **served, timing=timing, tokens=tokens, moves=moves))
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


async def register_namespace(address: str, namespace: str) -> None:
    """A namespace of an engine's own, with its search attributes."""
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
        senders=senders(settings),
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
