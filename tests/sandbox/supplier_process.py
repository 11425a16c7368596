"""Runs the real order desk for its tests, with a receiver for its webhooks that keeps them apart by their event."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.sandbox.inventory_process import Receiver, receiving, until
from tests.support.sandbox import SandboxSystem

ORDER: dict[str, Any] = {
    "partner": "delta",
    "account": "70010",
    "number": "PO-1",
    "ordered-on": "2026-11-24",
    "currency": "USD",
    "lines": [
        {
            "line": 1,
            "buyer-part": "4701",
            "quantity": "4",
            "uom": "BX",
            "contains": "5",
            "price": {"amount": "250", "per": "10", "uom": "EA"},
            "price-units": "5",
            "need-by": "2026-12-01",
        },
        {"line": 2, "buyer-part": "4700", "quantity": "2", "price": {"amount": "1000"}},
    ],
}


@dataclass
class Desk:
    """One process with its callers; nothing goes on by itself, so that what a test sees is what it asked for."""

    system: SandboxSystem
    receiver: Receiver
    caller: httpx.AsyncClient

    async def send(self, to: str = "orders", /, *, key: str | None = None, **changed: Any) -> httpx.Response:
        """Send a message."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.caller.post(f"/x1/{to}", json=ORDER | changed, headers=headers)

    async def plan(self, *steps: dict[str, Any], **fits: Any) -> None:
        """What is done about the next message that fits, or about one that is there."""
        await self.system.control("POST", "plans", {"steps": steps, **fits})

    async def advance(self, number: str, *, steps: int = 100, message: str = "orders") -> list[dict[str, Any]]:
        """Let the partner carry out so many steps; answers the papers."""
        order = {"number": number, "steps": steps, "message": message}
        papers: list[dict[str, Any]] = (await self.system.control("POST", "advance", order))["papers"]
        return papers

    async def step(self, step: dict[str, Any], **about: Any) -> dict[str, Any]:
        """Carry out one step now; answers the paper."""
        answer = await self.system.control("POST", "steps", {"step": step, **about})
        paper: dict[str, Any] = answer["paper"]
        return paper

    async def told(self, paper: dict[str, Any]) -> dict[str, Any]:
        """The body of the webhook that tells of a paper."""

        async def came() -> bool:
            return any(body["document"] == paper for _, body in self.receiver.deliveries)

        await until(came)
        [body] = [body for _, body in self.receiver.deliveries if body["document"] == paper]
        return body


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    """A desk that is running, its webhooks received."""
    system = SandboxSystem("supplier", folder, hooks_url="")
    async with receiving(system.hook_secret_file.read_text()) as receiver:
        system = SandboxSystem("supplier", folder, hooks_url=receiver.url)
        receiver.secret = system.hook_secret_file.read_text()
        await system.start()
        caller = httpx.AsyncClient(
            base_url=system.url, headers={"authorization": f"Bearer {system.token}"}, timeout=10, trust_env=False
        )
        try:
            await system.control("POST", "pace", {"seconds": None})
            yield Desk(system, receiver, caller)
        finally:
            await caller.aclose()
            await system.stop()
