"""The household: everything that a hospital on one machine runs, started in order and stopped always."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from types import TracebackType
from typing import Self

import httpx

from suture.child import Child
from suture.configuration import VARIABLE as CONFIG
from suture.configuration import read
from suture.keys import make_keys
from suture.store.migrate import migrate
from suture.temporal.server import VARIABLE as ADDRESS
from suture.temporal.server import Server, temporal_server
from suture.up.folder import SCOPES, Home, furnish
from suture.up.hospital import Ports

READY_WITHIN = 60.0
CODEC_PATH = "SUTURE_CODEC_PATH"
Say = Callable[[str], None]


@dataclass(frozen=True)
class SandboxAddress:
    """Where a sandbox system answers, with the engine's credential and the one that sets faults."""

    url: str
    token: str
    control_token: str


class Household:
    """Temporal with its Web UI, gateway, worker and codec endpoint, for one folder; the sandbox systems where they are its own.

    Use as `async with Household(folder) as house:`; whatever happens inside, every process is stopped at the end.
    """

    def __init__(self, folder: Path, *, say: Say = print) -> None:
        self._folder = folder
        self._say = say
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

    async def _start(self) -> None:
        self.home = furnish(self._folder, Ports.choose())
        self.settings = read(self.home.config)
        if not self.settings.keys.file.exists():
            make_keys(self.settings.keys.file)
            self._say(f"keys     {self.settings.keys.file}: keep a copy, nothing can be read without it")
        await asyncio.to_thread(migrate, self.settings.store.url)
        codec_path = token_urlsafe(24)
        self.server = await self._temporal(codec_path)
        self.ui_url = self.server.ui_url or self.settings.temporal.ui_url
        environment = dict(os.environ) | {CONFIG: str(self.home.config), CODEC_PATH: codec_path}
        await self._start_sandbox(environment)
        self._run("gateway", [sys.executable, "-m", "suture.gateway"], environment)
        self._run("worker", [sys.executable, "-m", "worker"], environment)
        self._run("codec", [sys.executable, "-m", "suture.codec_server"], environment)
        await self._until(f"{self.gateway_url}/readyz", "gateway")
        self._say(f"gateway  {self.gateway_url}")
        self._say(f"web ui   {self.ui_url}")

    async def _temporal(self, codec_path: str) -> Server:
        temporal = self.settings.temporal
        port = temporal.address.rsplit(":", 1)[1]
        environ = dict(os.environ)
        codec = f"http://{self.settings.codec.host}:{self.settings.codec.port}/{codec_path}"
        if environ.get(ADDRESS, "").strip() not in ("", temporal.address):
            self._say(f"{ADDRESS} is set: hospital.toml names {temporal.address}, and that is what counts")
            environ.pop(ADDRESS)
        return await self._stack.enter_async_context(
            temporal_server(
                self.home.folder / "temporal",
                environ=environ,
                port=int(port),
                ui_port=int(temporal.ui_url.rsplit(":", 1)[1]),
                ui_codec_endpoint=codec,
                say=self._say,
            )
        )

    async def _start_sandbox(self, environment: dict[str, str]) -> None:
        own = [name for name in SCOPES if name in self.settings.systems and self.home.tokens_table(name).exists()]
        for name in own:
            url = str(self.settings.systems[name].settings["base_url"])
            options = {
                "--port": url.rsplit(":", 1)[1],
                "--database": self.home.folder / "systems" / f"{name}.db",
                "--seed": 1,
                "--scale": 1,
                "--hooks-url": f"{self.gateway_url}/v1/events/{name}",
                "--hook-secret-file": self.home.hook_secret(name),
                "--tokens-file": self.home.tokens_table(name),
            }
            words = [str(word) for pair in options.items() for word in pair]
            # The ERP tells of every posting, and only news of materials concern a run.
            words += ["--hook-events", "material.approved"] if name == "erp" else []
            self._run(name, [sys.executable, "-m", f"sandbox.{name}", *words], environment)
            self.systems[name] = SandboxAddress(
                url=url,
                token=self.home.system_token(name).read_text().strip(),
                control_token=self.home.control_token(name).read_text().strip(),
            )
        for name, system in self.systems.items():
            await self._until(f"{system.url}/openapi.json", name)
            self._say(f"{name:<8} {system.url}")

    def _run(self, name: str, argv: list[str], environment: dict[str, str]) -> None:
        child = Child(argv, log=self.home.log(name), env=environment)
        child.start()
        self._stack.push_async_callback(child.stop)
        self.children[name] = child

    async def _until(self, url: str, name: str) -> None:
        """Wait until a process answers; its log's end is in the error."""
        child = self.children[name]
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(int(READY_WITHIN / 0.1)):
                if not child.running:
                    raise RuntimeError(f"{name} ended at its start; see {child.log}\n{child.tail()}")
                try:
                    if (await client.get(url)).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError(f"{name} does not answer at {url}; see {child.log}\n{child.tail()}")


def clear(folder: Path) -> None:
    """Remove the folder of an earlier demonstration; refuses one that does not look like one."""
    if not folder.exists():
        return
    if not (folder / "hospital.toml").exists() and any(folder.iterdir()):
        raise RuntimeError(f"{folder} is no folder of a demonstration: move it away, or choose another one")
    shutil.rmtree(folder)
