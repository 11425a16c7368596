"""Runs the real inventory process for its tests, and a real receiver for its webhooks."""

import asyncio
import base64
import json
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

ROOT = Path(__file__).parents[2]
SCOPES = ["catalog:read", "catalog:approve", "stock:read", "stock:write", "uses:read", "uses:write"]
AT_OR_1 = {"facility": "northCampus", "location": "OR-1"}
USE = AT_OR_1 | {
    "surgicalCaseNumber": "SC-1",
    "encounterNumber": "ENC-1",
    "disposition": "consumed",
    "sku": "SKU-4703",
    "performingCostCentre": "7010",
    "chargedCostCentre": "7020",
    "scannedAt": "2026-11-20T09:15:00-05:00",
}


@dataclass
class Inventory:
    """One process, and the callers that talk to it."""

    folder: Path
    hooks_url: str
    seed: int = 7
    port: int = 0
    process: Process | None = None
    caller: httpx.AsyncClient = field(init=False)
    control: httpx.AsyncClient = field(init=False)

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.inventory", "--port", str(self.port),
            "--database", str(self.folder / "inventory.db"), "--seed", str(self.seed), "--scale", "1",
            "--hooks-url", self.hooks_url, "--hook-secret-file", str(self.folder / "secret"),
            "--tokens-file", str(self.folder / "tokens.json"), cwd=ROOT, stdin=DEVNULL, stdout=PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = (await asyncio.wait_for(self.process.stdout.readline(), 30)).decode()
        assert line.startswith("inventory ready on http://"), line
        url = line.split()[-1]
        self.port = int(url.rsplit(":", 1)[1])
        self.caller = client(url, "caller")
        self.control = client(url, "controller")

    async def stop(self, *, kill: bool = False) -> int:
        assert self.process is not None
        await self.caller.aclose()
        await self.control.aclose()
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 10)

    async def close(self) -> None:
        """Whatever the test left."""
        await self.caller.aclose()
        await self.control.aclose()
        if self.process is not None and self.process.returncode is None:
            await self.stop(kill=True)

    async def fault(self, kind: str, operation: str = "book_movement", **more: Any) -> None:
        body = {"operation": operation, "kind": kind, "count": 1} | more
        answer = await self.control.post("/_control/faults", json=body)
        assert answer.status_code == 201, answer.text

    async def book(self, ref: str, **fields: Any) -> httpx.Response:
        body = {"type": "consumption", **AT_OR_1, "sku": "SKU-4703", "qty": 1, "externalRef": ref} | fields
        return await self.caller.post("/v2/movements", json=body)

    async def booked(self, ref: str) -> list[dict[str, Any]]:
        answer = await self.caller.get("/v2/movements", params={"externalRef": ref})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    async def on_hand(self, sku: str = "SKU-4703", **at: str) -> float:
        answer = await self.caller.get("/v2/lookups/use", params=AT_OR_1 | {"sku": sku} | at)
        return float(answer.json()["onHand"]["total"])

    async def requests(self, operation: str, key: str) -> list[dict[str, Any]]:
        answer = await self.control.get("/_control/requests", params={"operation": operation, "key": key})
        found: list[dict[str, Any]] = answer.json()["requests"]
        return found


def client(url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=10)


@dataclass
class Receiver:
    """A door that keeps what was delivered; answers as the list says, then 202."""

    secret: str
    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    deliveries: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    attempts: int = 0
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await _head(reader):
                headers = _headers(head)
                raw = await reader.readexactly(int(headers["content-length"]))
                Webhook(self.secret).verify(raw, headers)
                self.attempts += 1
                status, more = self.answers.pop(0) if self.answers else (202, {})
                if status == 202:
                    self.deliveries.append((headers, json.loads(raw)))
                extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
                writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: 0\r\n{extra}\r\n".encode())
                await writer.drain()
                async with self.arrived:
                    self.arrived.notify_all()
        finally:
            writer.close()
            await writer.wait_closed()

    async def wait_for(self, count: int, *, within: float = 10) -> list[dict[str, Any]]:
        async with asyncio.timeout(within), self.arrived:
            await self.arrived.wait_for(lambda: len(self.deliveries) >= count)
        return [body for _, body in self.deliveries]


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


def _headers(head: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in head.split("\r\n")[1:-2])
    return {name.lower(): value for name, _, value in lines}


async def until(holds: Callable[[], Awaitable[bool]], *, within: float = 5) -> None:
    """Asks another process again and again: it has no way to tell."""
    async with asyncio.timeout(within):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)


def make_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


@asynccontextmanager
async def receiving(secret: str) -> AsyncIterator[Receiver]:
    receiver = Receiver(secret)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks"
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def running(folder: Path, *, hooks_url: str, secret: str) -> AsyncIterator[Inventory]:
    (folder / "secret").write_text(secret)
    (folder / "tokens.json").write_text(
        json.dumps({"caller": SCOPES, "reader": ["stock:read"], "controller": ["control"]})
    )
    inventory = Inventory(folder, hooks_url)
    await inventory.start()
    try:
        yield inventory
    finally:
        await inventory.close()
