"""Starts the ERP as a process of its own."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from sandbox.erp.app import build
from sandbox.erp.arguments import existing_file, port, scale, seed, tokens_file
from sandbox.erp.system import Options, System
from sandbox.erp.wire import CuttableProtocol


class _Server(uvicorn.Server):
    """Says when it serves, and ends with exit code 0 on SIGTERM and SIGINT."""

    def __init__(self, config: uvicorn.Config, system: System) -> None:
        super().__init__(config)
        self._system = system
        self.broken: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        print(f"erp ready on http://{host}:{port}", flush=True)

    async def on_tick(self, counter: int) -> bool:
        # Without its delivery the ERP would go on and tell nobody: better to go down and say so.
        sender = self._system.sender
        self.broken = sender.failure() if sender is not None else None
        return await super().on_tick(counter) or self.broken is not None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again after its shutdown, which would make the exit code -15.
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self.handle_exit, signal_number, None)
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.erp", description="The sandbox hospital's ERP")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, required=True, help="0 takes a free one")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--seed", type=seed, default=1)
    parser.add_argument("--scale", type=scale, default=1)
    parser.add_argument("--tokens-file", type=tokens_file, required=True)
    parser.add_argument("--hooks-url")
    parser.add_argument("--hook-secret-file", type=existing_file)
    parser.add_argument("--hook-events", default="", help="only these event types, comma-separated; all by default")
    parser.add_argument("--otlp-endpoint", help="where spans go, by OTLP over HTTP; nowhere by default")
    return parser


def main() -> None:
    """Serve until told to stop."""
    parser = _parser()
    given = vars(parser.parse_args())
    given["hook_events"] = frozenset(name for name in given["hook_events"].split(",") if name)
    chosen = Options(**given)
    try:
        listener = socket.create_server((chosen.host, chosen.port), backlog=2048)
    except OSError as taken:
        parser.exit(1, f"erp cannot listen on {chosen.host}:{chosen.port}: {taken.strerror}\n")
    try:
        system = System(chosen)
    except sqlite3.Error as unusable:
        parser.exit(1, f"erp cannot use the database {chosen.database}: {unusable}\n")
    config = uvicorn.Config(
        build(system),
        http=CuttableProtocol,
        lifespan="on",
        loop="asyncio",
        ws="none",
        access_log=False,
        log_level="critical",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
    )
    server = _Server(config, system)
    server.run(sockets=[listener])
    if server.broken is not None:
        raise server.broken


if __name__ == "__main__":
    main()
