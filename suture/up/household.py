"""The household: everything that a hospital on one machine runs, started in order and stopped always."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from secrets import token_urlsafe
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from suture.child import Child
from suture.configuration import VARIABLE as CONFIG
from suture.configuration import read
from suture.keys import KeysError, make_keys
from suture.store.migrate import migrate, revision
from suture.temporal.server import VARIABLE as ADDRESS
from suture.temporal.server import Server, named_address, temporal_server
from suture.trouble import CannotGoOn
from suture.up.folder import SCOPES, Home, alone, clear, furnish
from suture.up.hospital import Ports
from suture.up.peers import Peers
from suture.up.plan import SANDBOX, Plan
from suture.up.sandbox import SandboxAddress, sandbox_system

READY_WITHIN = 60.0
PEER_READY_WITHIN = 300.0
LOOKS_EVERY = 0.1
LOOPBACK = ("127.0.0.1", "localhost")
CODEC_PATH = "SUTURE_CODEC_PATH"
Say = Callable[[str], None]


Prepare = Callable[["Household"], Awaitable[None]]


class Household:
    """Temporal with its Web UI, gateway, worker and codec endpoint, for one folder; the sandbox systems where they are its own.

    Use as `async with Household(folder) as house:`; whatever happens inside, every process is stopped at the end. A
    `fresh` one begins with an empty folder. `prepare` is what is done in the systems before the engine begins.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fresh: bool = False,
        say: Say = print,
        plan: Plan = SANDBOX,
        prepare: Prepare | None = None,
    ) -> None:
        self._folder = folder
        self._fresh = fresh
        self.say = say
        self._plan = plan
        self._prepare = prepare
        self._away: set[str] = set()
        self._stack = AsyncExitStack()
        self.children: dict[str, Child] = {}
        self.systems: dict[str, SandboxAddress] = {}
        self.home = Home(folder.absolute())

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def gateway_url(self) -> str:
        """The front door."""
        return f"http://{self.settings.gateway.host}:{self.settings.gateway.port}"

    async def losses(self) -> AsyncIterator[CannotGoOn]:
        """Tell of each process once, when it has ended though nobody stopped it."""
        running = {name: child for name, child in self._processes().items() if child.running}
        while True:
            for name, child in tuple(running.items()):
                if not child.running and name not in self._away:
                    del running[name]
                    yield CannotGoOn(f"{name} {child.ending}", log=child.log)
            await asyncio.sleep(LOOKS_EVERY)

    async def crash(self, name: str) -> None:
        """End a process at once, as a crash would."""
        self._away.add(name)
        self.children[name].kill()

    async def again(self, name: str) -> None:
        """Start it again on what it has kept, and wait until it serves."""
        self.children[name].start()
        await self._peer_serves(name)
        self._away.discard(name)

    def _processes(self) -> dict[str, Child]:
        temporal = self.server.own
        return self.children | ({"temporal": temporal.child} if temporal is not None else {})

    async def _start(self) -> None:
        self._stack.enter_context(alone(self._folder))
        if self._fresh:
            clear(self._folder)
        self.home = furnish(self._folder, Ports.choose(), temporal=named_address(os.environ), plan=self._plan)
        self.settings = read(self.home.config)
        self._first_keys()
        await asyncio.to_thread(migrate, self.settings.store.url)
        codec_path = token_urlsafe(24)
        if self._plan.peers:
            self.peers = Peers(self.settings, self.home, say=self.say)
            await self.peers.install()
        self.server = await self._temporal(codec_path)
        self.ui_url = self.server.ui_url or self.settings.temporal.ui_url
        environment = dict(os.environ) | {CONFIG: str(self.home.config), CODEC_PATH: codec_path}
        began = monotonic()
        if self._plan.peers:
            self.say(f"starting {' and '.join(self._plan.peers)}, which takes half a minute or more")
            await self.peers.start(self._run, self._until, self._stack, environment)
        await self._start_sandbox(environment)
        for name in self._plan.peers:
            await self._peer_serves(name)
            url = self.settings.systems[name].settings["base_url"]
            self.say(f"{name:<9} {url} ({monotonic() - began:.0f} s)")
        if self._prepare is not None:
            await self._prepare(self)
        self._run("gateway", [sys.executable, "-m", "suture.gateway"], environment)
        self._run("worker", [sys.executable, "-m", "worker"], environment)
        self._run("codec", [sys.executable, "-m", "suture.codec_server"], environment)
        await self._until("gateway", self._answers("GET", f"{self.gateway_url}/readyz"))
        self.say(f"gateway   {self.gateway_url}")
        await self._until("worker", self._worker_is_ready)
        await self._until("codec", self._answers("OPTIONS", f"{self._codec_url(codec_path)}/decode"))
        self.say(f"web ui    {self.ui_url}")

    def _first_keys(self) -> None:
        """Make the keys at the very first start; new ones in place of lost ones would open nothing that is there."""
        keys, store = self.settings.keys.file, self.settings.store.url
        if keys.exists():
            return
        if revision(store) is not None or self._history.exists():
            raise KeysError(f"keys: {keys} is missing, and what is stored can be read with it only: restore its copy")
        make_keys(keys)
        self.say(f"keys      {keys}: keep a copy, nothing can be read without it")

    @property
    def _history(self) -> Path:
        return self.home.folder / "temporal" / "temporal.db"

    def _codec_url(self, codec_path: str) -> str:
        return f"http://{self.settings.codec.host}:{self.settings.codec.port}/{codec_path}"

    async def _temporal(self, codec_path: str) -> Server:
        temporal = self.settings.temporal
        host, _, port = temporal.address.rpartition(":")
        environ = dict(os.environ)
        if named_address(environ) not in ("", temporal.address):
            self.say(f"{ADDRESS} is set: hospital.toml names {temporal.address}, and that is what counts")
            environ.pop(ADDRESS)
        if host not in LOOPBACK:
            # Only a server on this machine can be one of our own.
            environ[ADDRESS] = temporal.address
        return await self._stack.enter_async_context(
            temporal_server(
                self._history.parent,
                environ=environ,
                namespace=temporal.namespace,
                port=int(port),
                ui_port=urlsplit(temporal.ui_url).port,
                ui_codec_endpoint=self._codec_url(codec_path),
                say=self.say,
            )
        )

    async def _start_sandbox(self, environment: dict[str, str]) -> None:
        own = [name for name in SCOPES if name in self.settings.systems and self.home.tokens_table(name).exists()]
        for name in own:
            url = str(self.settings.systems[name].settings["base_url"])
            collector = self.settings.telemetry.otlp_endpoint
            argv = sandbox_system(name, self.home, url=url, gateway_url=self.gateway_url, collector=collector)
            self._run(name, argv, environment)
            self.systems[name] = SandboxAddress(
                url=url,
                token=self.home.system_token(name).read_text().strip(),
                control_token=self.home.control_token(name).read_text().strip(),
            )
        for name, system in self.systems.items():
            await self._until(name, self._answers("GET", f"{system.url}/openapi.json"))
            self.say(f"{name:<9} {system.url}")

    def _run(self, name: str, argv: Sequence[str], environment: Mapping[str, str]) -> Child:
        child = Child(argv, log=self.home.log(name), env=environment)
        child.start()
        self._stack.push_async_callback(child.stop)
        self.children[name] = child
        return child

    async def _peer_serves(self, name: str) -> None:
        async def serves() -> bool:
            return await self.peers.serves(name)

        await self._until(name, serves, within=PEER_READY_WITHIN)

    async def _worker_is_ready(self) -> bool:
        # It has no door to ask at, and Temporal remembers for minutes those who polled before.
        return self.children["worker"].said("worker ready")

    def _answers(self, method: str, url: str) -> Callable[[], Awaitable[bool]]:
        async def look() -> bool:
            async with httpx.AsyncClient(trust_env=False) as client:
                try:
                    return (await client.request(method, url)).is_success
                except httpx.TransportError:
                    return False

        return look

    async def _until(self, name: str, serves: Callable[[], Awaitable[bool]], *, within: float = READY_WITHIN) -> None:
        """Wait until a process serves."""
        child = self.children[name]
        for _ in range(int(within / LOOKS_EVERY)):
            if not child.running:
                raise CannotGoOn(f"{name} {child.ending} at its start", log=child.log)
            if await serves():
                return
            await asyncio.sleep(LOOKS_EVERY)
        raise CannotGoOn(f"{name} does not serve within {within:.0f} s", log=child.log)
