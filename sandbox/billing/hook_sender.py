"""Delivers the outbox in order, signed as Standard Webhooks say, until each webhook is taken or refused for good."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from sandbox.billing.hooks import Outbox

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_IDLE = 1.0


class HookSender:
    """A background task; at least once, also over a restart."""

    def __init__(self, *, outbox: Outbox, url: str, secret: str) -> None:
        self._outbox = outbox
        self._url = url
        self._webhook = Webhook(secret)
        self._failures = 0

    async def run(self) -> None:
        """Send until cancelled."""
        async with httpx.AsyncClient(timeout=10.0, trust_env=False) as client:
            while True:
                self._outbox.filled.clear()
                due = self._outbox.next_due()
                if due is None:
                    await self._wait()
                    continue
                pause = await self._deliver(client, due)
                if pause > 0:
                    await asyncio.sleep(pause)

    async def _wait(self) -> None:
        moment = self._outbox.next_moment()
        seconds = _IDLE if moment is None else min(_IDLE, max(0.01, moment - time.time()))
        try:
            await asyncio.wait_for(self._outbox.filled.wait(), seconds)
        except TimeoutError:
            # A delayed webhook may have become due meanwhile.
            return

    async def _deliver(self, client: httpx.AsyncClient, hook: sqlite3.Row) -> float:
        """Send one webhook; answers the seconds to wait before the next attempt."""
        status: int | None = None
        retry_after: str | None = None
        try:
            for _ in range(int(hook["copies"])):
                answer = await client.post(self._url, content=hook["body"], headers=self._headers(hook))
                status, retry_after = answer.status_code, answer.headers.get("retry-after")
        except httpx.HTTPError as error:
            logging.getLogger(__name__).info("webhook not delivered: %s", type(error).__name__)
            status = None
        if status is not None and 200 <= status < 300:
            self._failures = 0
            self._outbox.attempted(int(hook["seq"]), status=status, final="sent")
            return 0.0
        if status is not None and status != 429 and 400 <= status < 500:
            self._failures = 0
            self._outbox.attempted(int(hook["seq"]), status=status, final="failed")
            return 0.0
        self._failures += 1
        self._outbox.attempted(int(hook["seq"]), status=status, final=None)
        if retry_after is not None and retry_after.isdigit():
            return float(retry_after)
        return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._failures - 1, 10)))

    def _headers(self, hook: sqlite3.Row) -> dict[str, str]:
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": str(hook["evt_id"]),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(str(hook["evt_id"]), now, str(hook["body"])),
        }
        if hook["traceparent"]:
            headers["traceparent"] = str(hook["traceparent"])
        if hook["correlation_id"]:
            headers["X-Correlation-Id"] = str(hook["correlation_id"])
        return headers
