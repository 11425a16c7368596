"""The four sandbox systems as real processes, with what a test needs to talk to them and to break them."""

import asyncio
import base64
import json
import secrets
import sys
from pathlib import Path
from typing import Any

import httpx

from suture.child import Child
from suture.free_port import free_port

ROOT = Path(__file__).parents[2]
SCOPES = {
    "erp": ["FI_DISP", "FI_POST", "MM_DISP"],
    "inventory": ["catalog:read", "catalog:approve", "stock:read", "stock:write", "uses:read", "uses:write"],
    "billing": ["acct.read", "cdm.read", "chg.read", "chg.write"],
    "supplier": ["trade", "inquire"],
}
NEXT_ERP = "erp2"
"""What the ERP is called to which a facility moves."""
_READY_WITHIN = 30.0


class SandboxSystem:
    """One system: its process, its address, its database, and the files that hold its secrets.

    `called` is its name in the configuration, where a hospital has two of a kind.
    """

    def __init__(
        self, name: str, folder: Path, *, hooks_url: str, seed: int = 1, scale: int = 1, called: str = ""
    ) -> None:
        self.name = name
        self.called = called or name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = folder / f"{name}.db"
        self.token = secrets.token_urlsafe(24)
        self.control_token = secrets.token_urlsafe(24)
        self.token_file = _secret(folder / f"{name}.token", self.token)
        hook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        self.hook_secret_file = _secret(folder / f"{name}.hook-secret", hook_secret)
        tokens = json.dumps({self.token: SCOPES[name], self.control_token: ["control"]})
        tokens_file = _secret(folder / f"{name}.tokens.json", tokens)
        options = {
            "--port": self.port,
            "--database": self.database,
            "--seed": seed,
            "--scale": scale,
            "--hooks-url": hooks_url,
            "--hook-secret-file": self.hook_secret_file,
            "--tokens-file": tokens_file,
        }
        words = [str(word) for pair in options.items() for word in pair]
        argv = [sys.executable, "-m", f"sandbox.{name}", *words]
        self.process = Child(argv, log=folder / f"{name}.log", cwd=ROOT)

    async def start(self) -> None:
        """Start it, also again on the same database and port, and wait until it serves."""
        self.process.start()
        async with httpx.AsyncClient() as client:
            try:
                async with asyncio.timeout(_READY_WITHIN):
                    while not await _serves(client, self.url):
                        if not self.process.running:
                            raise RuntimeError(f"sandbox {self.name} ended:\n{self.process.tail()}")
                        await asyncio.sleep(0.05)
            except BaseException:
                self.process.kill()
                raise

    async def stop(self) -> None:
        """End it gracefully."""
        await self.process.stop()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()

    async def control(self, method: str, path: str, body: object | None = None, **query: str) -> Any:
        """Call a control endpoint, for example `control("POST", "faults", {...})`; answers its JSON, none if empty."""
        async with httpx.AsyncClient(timeout=90, headers={"Authorization": f"Bearer {self.control_token}"}) as client:
            answer = await client.request(method, f"{self.url}/_control/{path}", json=body, params=query)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def fault(self, operation: str, kind: str, *, count: int = 1, **more: object) -> None:
        """Queue a fault for the next requests of an operation."""
        await self.control("POST", "faults", {"operation": operation, "kind": kind, "count": count, **more})


class Sandbox:
    """The four systems together, and the ERP that follows the first one where a facility is to move."""

    def __init__(self, folder: Path, *, gateway: str, seed: int = 1, scale: int = 1, moves: bool = False) -> None:
        def system(name: str, folder: Path = folder, *, called: str = "") -> SandboxSystem:
            hooks = f"{gateway}/v1/events/{called or name}"
            return SandboxSystem(name, folder, hooks_url=hooks, seed=seed, scale=scale, called=called)

        self.erp = system("erp")
        self.inventory = system("inventory")
        self.billing = system("billing")
        self.supplier = system("supplier")
        self.next_erp: SandboxSystem | None = None
        if moves:
            (folder / NEXT_ERP).mkdir()
            self.next_erp = system("erp", folder / NEXT_ERP, called=NEXT_ERP)

    @property
    def systems(self) -> tuple[SandboxSystem, ...]:
        """All of them."""
        four = (self.erp, self.inventory, self.billing, self.supplier)
        return four if self.next_erp is None else (*four, self.next_erp)

    async def start(self) -> None:
        """Start all at once; if one fails, none stays."""
        try:
            async with asyncio.TaskGroup() as group:
                for system in self.systems:
                    group.create_task(system.start())
        except BaseException:
            self.kill()
            raise

    async def stop(self) -> None:
        """End all gracefully."""
        await asyncio.gather(*(system.stop() for system in self.systems))

    def kill(self) -> None:
        """End all at once."""
        for system in self.systems:
            system.kill()

    async def calm(self) -> None:
        """Clear the faults, held webhooks and barriers that a test left."""
        await asyncio.gather(*(system.control("DELETE", "faults") for system in self.systems))


def _secret(file: Path, content: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(content)
    return file


async def _serves(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/openapi.json")).status_code < 500
    except httpx.TransportError:
        return False
