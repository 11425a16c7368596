"""Serves the interface: a connection that can be cut, a ready line, a clean stop on SIGTERM and SIGINT."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from sandbox.billing.app import build
from sandbox.billing.interface import TRANSPORT
from sandbox.billing.system import System

_GRACE = 3


class _CuttableProtocol(H11Protocol):
    """Hands the transport to the application, so that a connection can be closed without an answer."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        application = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = self.transport
            await application(scope, receive, send)

        self.app = with_transport


class _Server(uvicorn.Server):
    def __init__(self, config: Config, *, system: System, url: str) -> None:
        super().__init__(config)
        self._system = system
        self._url = url
        self.broken: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"billing ready on {self._url}", flush=True)

    async def on_tick(self, counter: int) -> bool:
        # A background task that died would leave charges pending for ever: better to go down and say so.
        self.broken = self._system.failed_task()
        return await super().on_tick(counter) or self.broken is not None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._system.stopping.ask()
        await super().shutdown(sockets)


def serve(system: System, *, host: str, listener: socket.socket) -> None:
    """Serve until a signal asks to stop."""
    config = Config(
        build(system),
        http=_CuttableProtocol,
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config, system=system, url=f"http://{host}:{listener.getsockname()[1]}")

    def stop(_: int, __: object) -> None:
        server.should_exit = True

    # uvicorn raises the signals it caught once more after its own clean stop; here they mean exit code 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.run(sockets=[listener])
    if server.broken is not None:
        raise server.broken
