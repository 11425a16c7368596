"""Systems that nobody here wrote, as part of a household: installed, started, and asked whether they serve."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg

from suture.child import Child
from suture.free_port import free_port
from suture.settings import Settings
from suture.trouble import CannotGoOn
from suture.up.folder import Home

Say = Callable[[str], None]
Run = Callable[[str, Sequence[str], Mapping[str, str]], Child]
"""Starts a process of the household, by its name, command and environment."""
Until = Callable[[str, Callable[[], Awaitable[bool]]], Awaitable[None]]
"""Waits until such a process serves."""

ADMINISTRATOR = "admin"
"""The login, and its password, of whoever looks after the peer's Tryton; it listens on this machine alone."""
_INSTALLED_WITHIN = 1800.0


class Peers:
    """Tryton, with a PostgreSQL of its own, and a HAPI FHIR server, each where the configuration has it."""

    def __init__(self, settings: Settings, home: Home, *, say: Say) -> None:
        self._home = home
        self._say = say
        self._urls: Mapping[str, str] = {
            name: str(settings.systems[name].settings["base_url"]) for name in ("tryton", "fhir")
        }
        self._database = str(settings.systems["tryton"].settings["database"])

    async def install(self) -> None:
        """Have both in the cache folder; what is done is told line by line, as it takes minutes at the first time."""
        began = monotonic()
        await asyncio.gather(*(self._install(name) for name in self._urls))
        self._say(f"{' and '.join(self._urls)} are installed ({monotonic() - began:.0f} s)")

    async def start(self, run: Run, until: Until, stack: AsyncExitStack, environment: Mapping[str, str]) -> None:
        """Start them, the database first, which goes with the household."""
        # Not in our folder, which is ours alone: PostgreSQL runs as somebody else where we are root.
        folder = Path(mkdtemp(prefix="suture-postgresql-"))
        stack.callback(shutil.rmtree, folder)
        port = str(free_port())
        self._postgresql = f"postgresql://suture@127.0.0.1:{port}/"
        run("postgresql", _python("postgresql", "--port", port, "--folder", str(folder)), environment)
        files = ("--database", str(self._home.folder / "systems" / "fhir"))
        token = ("--token-file", str(self._home.system_token("fhir")))
        run("fhir", _python("fhir", "--port", _port(self._urls["fhir"]), *files, *token), environment)
        await until("postgresql", self._keeps_databases)
        told = ("--database", self._database, "--postgresql", self._postgresql)
        argv = _python("tryton", "--port", _port(self._urls["tryton"]), *told)
        # What it makes for itself at each start goes with its database.
        run("tryton", argv, {**environment, "TMPDIR": str(folder)})

    async def serves(self, name: str) -> bool:
        """Whether it answers; Tryton loads its models for the first who asks, and that takes seconds."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            try:
                if name == "fhir":
                    return (await client.get(f"{self._urls[name]}/metadata")).status_code < 500
                # Another name each time: Tryton makes who is refused wait longer and longer, and at last refuses to say.
                nobody = {
                    "id": 0,
                    "method": "common.db.login",
                    "params": [f"nobody-{uuid4().hex[:12]}", {"password": ""}, "en"],
                }
                asked = await client.post(f"{self._urls[name]}/{self._database}/rpc/", json=nobody)
                return asked.status_code == 401
            except httpx.TransportError:
                return False

    async def _keeps_databases(self) -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(f"{self._postgresql}postgres", connect_timeout=2)
        except psycopg.OperationalError:
            return False
        await connection.close()
        return True

    async def _install(self, name: str) -> None:
        installing = await asyncio.create_subprocess_exec(
            *_python(name, "--install"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        last = ""
        try:
            async with asyncio.timeout(_INSTALLED_WITHIN):
                assert installing.stderr is not None
                async for line in installing.stderr:
                    last = line.decode(errors="replace").rstrip()
                    self._say(f"{name:<9} {last}")
                code = await installing.wait()
        finally:
            if installing.returncode is None:
                # With what it has started: pip, Maven, a PostgreSQL for the seeding.
                os.killpg(installing.pid, signal.SIGKILL)
                await installing.wait()
        if code != 0:
            raise CannotGoOn(f"{name} cannot be installed: {last}")


def _python(peer: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"sandbox.peers.{peer}", *words)


def _port(url: str) -> str:
    return str(urlsplit(url).port)
