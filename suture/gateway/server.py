"""The HTTP server around the application: bound by us, stopped by SIGTERM or SIGINT, finishing what it has in hand."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_FINISHES_WITHIN = 10
_BACKLOG = 2048
# Longer than common clients keep an idle connection: else ours may close just as the next request is on its way.
_KEPT_ALIVE = 75


class CannotListen(Exception):
    """The configured address cannot be had."""


class Server(uvicorn.Server):
    """uvicorn's server, which would end the process by the signal that stopped it; ours returns."""

    def __init__(self, app: FastAPI, *, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                backlog=_BACKLOG,
                timeout_keep_alive=_KEPT_ALIVE,
                timeout_graceful_shutdown=_FINISHES_WITHIN,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; at once on the second one."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that accepts connections at this address; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise CannotListen(f"[gateway] cannot listen on {host}, port {port}: {error.strerror or error}") from None


def address_of(listening: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if listening.family == socket.AF_INET6 else f"http://{host}:{port}"
