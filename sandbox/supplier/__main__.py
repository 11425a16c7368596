"""Runs the order desk as its own process: python -m sandbox.supplier --port N --database FILE ..."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from sandbox.supplier.app import make_app
from sandbox.supplier.arguments import existing_file, port, scale, seed, tokens_file
from sandbox.supplier.connection import CuttableProtocol
from sandbox.supplier.system import System


class Server(uvicorn.Server):
    """Says when it serves, and ends with 0 when told to stop (uvicorn itself would raise the signal again)."""

    def __init__(self, config: uvicorn.Config, system: System) -> None:
        super().__init__(config)
        self.system = system
        self.broken: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"supplier ready on http://{self.config.host}:{port}", flush=True)

    async def on_tick(self, counter: int) -> bool:
        # Without its delivery or its player the system would go on and tell nobody: better to go down and say so.
        self.broken = self.system.failure()
        return await super().on_tick(counter) or self.broken is not None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.system.stop()
        self.should_exit = True


def main() -> None:
    parser = _parser()
    arguments = parser.parse_args()
    try:
        listener = socket.create_server((arguments.host, arguments.port), backlog=2048)
    except OSError as taken:
        parser.exit(1, f"supplier cannot listen on {arguments.host}:{arguments.port}: {taken.strerror}\n")
    try:
        system = System(
            file=arguments.database,
            seed=arguments.seed,
            scale=arguments.scale,
            hooks_url=arguments.hooks_url,
            hook_secret_file=arguments.hook_secret_file,
            tokens_file=arguments.tokens_file,
            otlp_endpoint=arguments.otlp_endpoint,
        )
    except sqlite3.Error as unusable:
        parser.exit(1, f"supplier cannot use the database {arguments.database}: {unusable}\n")
    asyncio.run(_serve(system, arguments.host, listener))


async def _serve(system: System, host: str, listener: socket.socket) -> None:
    config = uvicorn.Config(
        make_app(system),
        host=host,
        http=CuttableProtocol,
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    server = Server(config, system)
    await server.serve(sockets=[listener])
    if server.broken is not None:
        raise server.broken


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.supplier", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, required=True, help="0 takes a free one")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--seed", type=seed, required=True)
    parser.add_argument("--scale", type=scale, default=1)
    parser.add_argument("--hooks-url", required=True)
    parser.add_argument("--hook-secret-file", type=existing_file, required=True)
    parser.add_argument("--tokens-file", type=tokens_file, required=True)
    parser.add_argument("--otlp-endpoint", help="where spans go, by OTLP over HTTP; nowhere by default")
    return parser


if __name__ == "__main__":
    main()
