"""Runs the sandbox's billing system as its own process, and a subscriber that receives its webhooks."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ALL_SCOPES = ["acct.read", "cdm.read", "chg.read", "chg.write"]


@dataclass
class Delivery:
    """A webhook as it arrived."""

    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found


@dataclass
class Subscriber:
    """Receives webhooks on a real socket; `answers` are used up before 200 is answered."""

    deliveries: list[Delivery] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                subscriber.deliveries.append(Delivery(headers, raw))
                status, extra = subscriber.answers.pop(0) if subscriber.answers else (200, {})
                self.send_response(status)
                for name, value in {"content-length": "0", **extra}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hooks"

    def bodies(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [each.body for each in list(self.deliveries) if kind is None or each.body["evt_typ"] == kind]


class BillingProcess:
    """The billing system on a free port; `start` again after `kill` or `stop` to have it on the same database."""

    def __init__(self, folder: Path, *, hooks_url: str = "", scale: int = 1, seed: int = 7) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database = folder / "billing.db"
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        self.token, self.control_token, self.reader_token = (secrets.token_urlsafe(16) for _ in range(3))
        self._hooks_url, self._scale, self._seed = hooks_url, scale, seed
        (folder / "hook-secret").write_text(self.secret)
        (folder / "tokens.json").write_text(
            json.dumps({self.token: ALL_SCOPES, self.control_token: ["control"], self.reader_token: ["chg.read"]})
        )
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> Self:
        """Start it and wait for its ready line."""
        with (self.folder / "stderr.log").open("a") as stderr:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "sandbox.billing", "--port", "0", "--database", str(self.database)),
                    *("--seed", str(self._seed), "--scale", str(self._scale), "--hooks-url", self._hooks_url),
                    *("--hook-secret-file", str(self.folder / "hook-secret")),
                    *("--tokens-file", str(self.folder / "tokens.json")),
                ],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("billing ready on http://127.0.0.1:"), line + self.stderr()
        self.url = line.removeprefix("billing ready on ").strip()
        return self

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; answers the exit code."""
        return self._end(signal.SIGTERM)

    def interrupt(self) -> int:
        """SIGINT; answers the exit code."""
        return self._end(signal.SIGINT)

    def stderr(self) -> str:
        return (self.folder / "stderr.log").read_text()

    def client(self, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=15.0, **options)

    async def control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One request to the control endpoints."""
        async with self.client(self.control_token) as client:
            answer = await client.request(method, f"/_control{path}", json=body)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def reset(self) -> None:
        """Back to good behaviour between tests."""
        await self.control("DELETE", "/faults")
        await self.control("POST", "/batch/settings", {"interval_sec": 0.05})
        await self.control("POST", "/rate", {"per_second": 500, "burst": 1000})
        await self.control("POST", "/clock", {"offset_seconds": 0})

    async def requests(self, **asked: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        found: list[dict[str, Any]] = (await self.control("GET", f"/requests?{query}"))["requests"]
        return found

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        process.send_signal(number)
        code = process.wait(15)
        assert process.stdout is not None
        process.stdout.close()
        self._process = None
        return code


def charge(charge_id: str, **changed: Any) -> dict[str, Any]:
    """A charge that the batch posts, unless something is changed."""
    good = {
        "charge_id": charge_id,
        "acct_no": "A100001",
        "case_no": "C-2026-0001",
        "dos": "11/20/2026",
        "cdm_code": "27004702",
        "units": 2,
        "amt": 2 * PRICE_4702,
        "hcpcs": None,
        "modifiers": ["LT"],
    }
    return {**good, **changed}


PRICE_4702 = (1500 + 4702 * 37 % 9000) * 3


async def until(holds: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Wait for a condition; AssertionError when it does not come true in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "condition did not come true in time"
        await asyncio.sleep(0.01)


async def standing(client: httpx.AsyncClient, charge_id: str, *, seconds: float = 10.0) -> dict[str, Any]:
    """The charge once the batch is through with it."""
    end = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = (await client.get(f"/charges/{charge_id}")).json()
        if found.get("status") not in (None, "PEND"):
            return found
        assert time.monotonic() < end, f"charge did not settle: {found}"
        await asyncio.sleep(0.01)
