"""Temporal's development server as our child, its history in a file: for demo, tests and benchmark."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.client import Client
from temporalio.service import RPCError

from suture.child import Child
from suture.free_port import free_port, is_free
from suture.temporal.search_attributes import TYPES, missing
from suture.trouble import CannotGoOn

DYNAMIC_CONFIG: Mapping[str, object] = {
    # The one shard of this server polls its queue 20 times a second by default: 550 ms for 5 activities, 156 with this.
    "history.transferProcessorMaxPollRPS": 2000,
    "system.enableActivityEagerExecution": True,
    # Who serves a queue, for `doctor`.
    "frontend.WorkerHeartbeatsEnabled": True,
    "frontend.ListWorkersEnabled": True,
}
FAIRNESS: Mapping[str, object] = {"matching.useNewMatcher": True, "matching.enableFairness": True}
"""For runs with priority or a fairness key, ignored otherwise. It costs throughput: give it as `dynamic_config`."""
_SERVES_WITHIN = 45.0
_HOST = "127.0.0.1"


class ServerFailed(CannotGoOn):
    """The server ended, did not serve in time, or cannot be used."""


class DevServer:
    """One server on one file and one port: `restart` and `start` after `kill` find both again.

    A port that is not given is chosen at the first start. Without a `ui_port` it is headless.
    """

    def __init__(
        self,
        binary: Path,
        *,
        database: Path,
        log: Path,
        port: int | None = None,
        ui_port: int | None = None,
        ui_codec_endpoint: str | None = None,
        namespace: str = "default",
        dynamic_config: Mapping[str, object] | None = None,
    ) -> None:
        self._binary = binary
        self._database = database
        self._log = log
        self._port = port
        self._ui_port = ui_port
        self._ui_codec_endpoint = ui_codec_endpoint
        self._dynamic_config = {**DYNAMIC_CONFIG, **(dynamic_config or {})}
        self._child: Child | None = None
        self.namespace = namespace

    @property
    def address(self) -> str:
        """Where clients reach it; `RuntimeError` before the first start."""
        if self._port is None:
            raise RuntimeError("the Temporal server was not started")
        return f"{_HOST}:{self._port}"

    @property
    def ui_url(self) -> str | None:
        """Its Web UI; none where it is headless."""
        return f"http://{_HOST}:{self._ui_port}" if self._ui_port else None

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._child is not None and self._child.running

    @property
    def child(self) -> Child:
        """Its process; `RuntimeError` before the first start."""
        if self._child is None:
            raise RuntimeError("the Temporal server was not started")
        return self._child

    async def start(self) -> None:
        """Start it and wait until it serves; a server that fails to is stopped again."""
        if self.running:
            raise RuntimeError("the Temporal server is running already")
        if self._port is None:
            self._port = free_port()
        for port in filter(None, (self._port, self._ui_port)):
            # Else somebody else's server would answer there, and ours would seem to serve.
            if not is_free(port, _HOST):
                raise ServerFailed(
                    f"the Temporal server cannot start: port {port} is in use",
                    do="stop what listens there, or name that server in SUTURE_TEMPORAL_ADDRESS",
                )
        self._database.parent.mkdir(parents=True, exist_ok=True)
        self._child = Child(self._command(), log=self._log)
        self._child.start()
        try:
            await self._serving(self._child)
        except BaseException:
            self._child.kill()
            raise

    async def stop(self) -> None:
        """End it gracefully, or else at once."""
        if self._child is not None:
            await self._child.stop()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._child is not None:
            self._child.kill()

    async def restart(self) -> None:
        """Stop it and start it again on the same file and port."""
        await self.stop()
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _command(self) -> list[str]:
        command = [str(self._binary), "server", "start-dev", "--ip", _HOST, "--port", str(self._port)]
        command += ["--ui-port", str(self._ui_port)] if self._ui_port else ["--headless"]
        if self._ui_codec_endpoint:
            command += ["--ui-codec-endpoint", self._ui_codec_endpoint]
        command += ["--db-filename", str(self._database), "--log-level", "warn", "--namespace", self.namespace]
        command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]
        for key, value in self._dynamic_config.items():
            command += ["--dynamic-config-value", f"{key}={json.dumps(value)}"]
        for name, kind in TYPES.items():
            command += ["--search-attribute", f"{name}={kind}"]
        return command

    async def _serving(self, child: Child) -> None:
        """Ask until it answers for the namespace with our search attributes."""
        try:
            async with asyncio.timeout(_SERVES_WITHIN):
                while not await self._answers():
                    if not child.running:
                        raise ServerFailed(f"the Temporal server {child.ending}", log=child.log)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            within = f"within {_SERVES_WITHIN:.0f} s"
            raise ServerFailed(f"the Temporal server did not serve {within}", log=child.log) from None

    async def _answers(self) -> bool:
        try:
            client = await Client.connect(self.address, namespace=self.namespace)
            return not await missing(client)
        except (RPCError, RuntimeError):
            return False
