"""A Tryton of the tests' own: its server, its database on a PostgreSQL of ours, and the login of the engine."""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import make_url

from suture.child import Child
from suture.free_port import free_port
from tests.support.postgresql import postgresql_server
from tests.support.sandbox import ROOT

_READY_WITHIN = 60.0
_INSTALLED_WITHIN = 900.0


class TrytonServer:
    """One server; the first on a machine installs and seeds it, which takes minutes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = "suture"
        self.password_file = folder / "engine.password"
        self.password_file.touch(mode=0o600)
        self.password_file.write_text("engine-secret-1")

    async def start(self) -> None:
        """Install where needed, and start it on a fresh copy of the seeded hospital."""
        installing = Child(
            [sys.executable, "-m", "sandbox.peers.tryton", "--install"], log=self._folder / "install.log", cwd=ROOT
        )
        installing.start()
        if await installing.ended(within=_INSTALLED_WITHIN) != 0:
            raise RuntimeError(f"Tryton cannot be installed:\n{installing.tail()}")
        postgresql = await self._stack.enter_async_context(postgresql_server(os.environ))
        server = make_url(postgresql.create_database()).set(drivername="postgresql", database=None)
        options = {
            "--port": self.port,
            "--database": self.database,
            "--postgresql": server.render_as_string(hide_password=False),
        }
        words = [str(word) for pair in options.items() for word in pair]
        argv = [sys.executable, "-m", "sandbox.peers.tryton", *words]
        self._process = Child(argv, log=self._folder / "tryton.log", cwd=ROOT)
        await self.again(within=_INSTALLED_WITHIN)

    async def again(self, *, within: float = _READY_WITHIN) -> None:
        """Start it on the database as it is, and wait until it serves."""
        self._process.start()
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            async with asyncio.timeout(within):
                while not await self._serves(client):
                    if not self._process.running:
                        raise RuntimeError(f"Tryton ended:\n{self._process.tail()}")
                    await asyncio.sleep(0.1)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()

    async def stop(self) -> None:
        """End it, and its PostgreSQL."""
        self._process.kill()
        await self._stack.aclose()

    async def _serves(self, client: httpx.AsyncClient) -> bool:
        """Whether the database is open: its models are loaded by the first who asks, and that takes seconds."""
        # Another name each time: Tryton makes who is refused wait longer and longer, and at last refuses to say.
        nobody = {
            "id": 0,
            "method": "common.db.login",
            "params": [f"nobody-{uuid4().hex[:12]}", {"password": ""}, "en"],
        }
        try:
            return (await client.post(f"{self.url}/{self.database}/rpc/", json=nobody)).status_code == 401
        except httpx.TransportError:
            return False


_running: list[TrytonServer] = []


async def running_server(folder: Path) -> TrytonServer:
    """The one server of this session, started in the folder by the first who asks for it."""
    if not _running:
        server = TrytonServer(folder)
        await server.start()
        _running.append(server)
    return _running[0]


async def end_server() -> None:
    """End it, if it was started."""
    while _running:
        await _running.pop().stop()
