"""The real systems under measurement, each a process of its own on a fresh database: Tryton on PostgreSQL, HAPI FHIR."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import httpx

from sandbox.peers.postgresql import short_lived
from suture.child import Child
from suture.free_port import free_port
from suture.trouble import CannotGoOn

ROOT = Path(__file__).parents[2]
DATABASE, LOGIN, PASSWORD = "suture", "engine", "engine-secret-1"
Asking = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
_INSTALLED_WITHIN, _READY_WITHIN = 1800.0, 400.0


@dataclass(frozen=True)
class Peer:
    """Where one serves, and the file with the secret that it takes."""

    url: str
    secret_file: Path


async def install(which: str, *, log: Path) -> None:
    """Have it in the cache folder; the first on a machine takes minutes."""
    installing = Child([sys.executable, "-m", f"sandbox.peers.{which}", "--install"], log=log, cwd=ROOT)
    installing.start()
    if await installing.ended(within=_INSTALLED_WITHIN) != 0:
        raise CannotGoOn(f"{which} cannot be installed", log=log)


@asynccontextmanager
async def tryton() -> AsyncIterator[Peer]:
    """A Tryton with the seeded hospital."""
    folder = Path(mkdtemp(prefix="suture-bench-tryton-"))
    await install("tryton", log=folder / "install.log")
    async with AsyncExitStack() as stack:
        postgresql = stack.enter_context(short_lived())
        peer = Peer(f"http://127.0.0.1:{free_port()}", _secret(folder / "password", PASSWORD))
        port = peer.url.rpartition(":")[2]
        argv = [sys.executable, "-m", "sandbox.peers.tryton", "--port", port, "--database", DATABASE]
        server = _started([*argv, "--postgresql", postgresql], folder)
        stack.callback(server.kill)
        nobody = {"id": 0, "method": "common.db.login", "params": ["nobody", {"password": ""}, "en"]}
        # The first who asks has the models loaded, and that takes seconds.
        await _serving(server, lambda http: http.post(f"{peer.url}/{DATABASE}/rpc/", json=nobody), 401)
        yield peer


@asynccontextmanager
async def fhir() -> AsyncIterator[Peer]:
    """A HAPI FHIR with nothing in it."""
    folder = Path(mkdtemp(prefix="suture-bench-fhir-"))
    await install("fhir", log=folder / "install.log")
    port = free_port()
    peer = Peer(f"http://127.0.0.1:{port}/fhir", _secret(folder / "token", secrets.token_urlsafe(24)))
    argv = [sys.executable, "-m", "sandbox.peers.fhir", "--port", str(port)]
    server = _started([*argv, "--database", str(folder / "fhir"), "--token-file", str(peer.secret_file)], folder)
    try:
        credential = {"authorization": f"Bearer {peer.secret_file.read_text()}"}
        await _serving(server, lambda http: http.get(f"{peer.url}/metadata", headers=credential), 200)
        yield peer
    finally:
        server.kill()


def _secret(file: Path, content: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(content)
    return file


def _started(argv: list[str], folder: Path) -> Child:
    server = Child(argv, log=folder / "server.log", cwd=ROOT)
    server.start()
    return server


async def _serving(server: Child, ask: Asking, status: int) -> None:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http, asyncio.timeout(_READY_WITHIN):
        while not await _answers(ask, http, status):
            if not server.running:
                raise CannotGoOn("a real system has ended", log=server.log)
            await asyncio.sleep(0.2)


async def _answers(ask: Asking, http: httpx.AsyncClient, status: int) -> bool:
    try:
        return (await ask(http)).status_code == status
    except httpx.TransportError:
        return False
