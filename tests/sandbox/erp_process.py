"""Starts the sandbox ERP as a real process, and receives what it sends."""

import asyncio
import base64
import json
import secrets
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

ROOT = Path(__file__).parents[2]
RIGHTS = {
    "erp-all": ["FI_POST", "FI_DISP", "MM_DISP", "control"],
    "erp-read": ["FI_DISP", "MM_DISP"],
    "erp-second": ["FI_POST", "FI_DISP", "MM_DISP"],
}


@dataclass(frozen=True, kw_only=True)
class Received:
    """One webhook as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass(kw_only=True)
class Receiver:
    """A small HTTP server that keeps what is posted to it; `answers` are used up first, then 202."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Received]:
        async with self.news, asyncio.timeout(seconds):
            await self.news.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            status, extra = self.answers.pop(0) if self.answers else (202, {})
            more = "".join(f"{name}: {value}\r\n" for name, value in extra.items())
            writer.write(f"HTTP/1.1 {status} X\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
            async with self.news:
                self.received.append(Received(headers=headers, body=body))
                self.news.notify_all()
        finally:
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    box = Receiver()
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
    box.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks"
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


@dataclass(kw_only=True)
class Erp:
    """One ERP with its files; it can be stopped, killed and started again."""

    folder: Path
    hooks_url: str | None = None
    seed: int = 7
    scale: int = 1
    more: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    url: str = ""

    @property
    def database(self) -> Path:
        return self.folder / "erp.db"

    @property
    def secret(self) -> str:
        return (self.folder / "hook.secret").read_text()

    async def start(self) -> None:
        tokens = self.folder / "erp-tokens.json"
        tokens.write_text(json.dumps(RIGHTS))
        secret = self.folder / "hook.secret"
        if not secret.exists():
            secret.write_text("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
        command = [sys.executable, "-m", "sandbox.erp", "--port", "0", "--database", str(self.database)]
        command += ["--seed", str(self.seed), "--scale", str(self.scale), "--tokens-file", str(tokens), *self.more]
        if self.hooks_url:
            command += ["--hooks-url", self.hooks_url, "--hook-secret-file", str(secret)]
        self.process = await asyncio.to_thread(
            subprocess.Popen,
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = await asyncio.to_thread(self.process.stdout.readline)
        assert line.startswith("erp ready on http://127.0.0.1:"), line
        self.url = line.split()[-1]

    async def end(self, signal_number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(signal_number)
        code = await asyncio.to_thread(self.process.wait, 10)
        self.process.stdout.close()
        self.process = None
        return code

    def client(self, token: str = "erp-all", *, timeout: float = 10.0) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url, headers={"authorization": f"Bearer {token}"}, timeout=timeout, trust_env=False
        )

    async def control(self, method: str, path: str, **body: Any) -> Any:
        async with self.client(timeout=70) as http:
            answer = await http.request(method, f"/_control/{path}", json=body if method == "POST" else None)
        assert answer.is_success, answer.text
        return answer.json()

    async def requests(self, *, operation: str | None = None, key: str | None = None) -> list[dict[str, Any]]:
        asked = {name: value for name, value in (("operation", operation), ("key", key)) if value}
        async with self.client() as http:
            answer = await http.get("/_control/requests", params=asked)
        found: list[dict[str, Any]] = answer.json()["requests"]
        return found

    async def until(self, *, operation: str, key: str, column: str) -> None:
        """Wait until the first such request in the log has a value in a column."""
        async for attempt in AsyncRetrying(stop=stop_after_delay(10), wait=wait_fixed(0.02), reraise=True):
            with attempt:
                assert (await self.requests(operation=operation, key=key))[0][column] is not None

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the ERP's own database, not its API."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()


@asynccontextmanager
async def running(folder: Path, **options: Any) -> AsyncIterator[Erp]:
    """An ERP that runs, and is stopped whatever happens."""
    erp = Erp(folder=folder, **options)
    await erp.start()
    try:
        yield erp
    finally:
        if erp.process is not None:
            await erp.end(signal.SIGKILL if erp.process.poll() is not None else signal.SIGTERM)


def journal(
    reference: str = "REF", *, cents: int = 4807, quantity: str = "1.000", posting: str = "20261122", **head: Any
) -> dict[str, Any]:
    """A balanced use of material 4711 in the operating room of plant 1000."""
    amount = f"{cents // 100}.{cents % 100:02d}"
    goods = {
        "AMOUNT_DC": amount,
        "COST_CTR": "1000411000",
        "PLANT": "1000",
        "STGE_LOC": "OR01",
        "MATERIAL": "000000000000004711",
        "QUANTITY": quantity,
        "BASE_UOM": "EA",
    }
    return {
        "HEADER": {
            "COMP_CODE": "US01",
            "DOC_TYPE": "WA",
            "REF_DOC_NO": reference,
            "HEADER_TXT": "ISSUE",
            "SERV_DATE": "20261122",
            "PSTNG_DATE": posting,
            "CURRENCY": "USD",
            **head,
        },
        "ITEMS": [
            {"POSTING_KEY": "40", "GL_ACCOUNT": "0000520000", **goods},
            {"POSTING_KEY": "50", "GL_ACCOUNT": "0000131000", **goods},
        ],
    }
