"""Sends the outbox to the one hooks URL: one at a time, signed, again with backoff until it is taken or refused."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from sandbox.supplier.outbox import Outbox

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
LONGEST_RETRY_AFTER = 60.0
IDLE = 0.05


class Delivery:
    def __init__(self, outbox: Outbox, *, url: str, secret: str) -> None:
        self._outbox = outbox
        self._url = url
        self._webhook = Webhook(secret)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def failure(self) -> BaseException | None:
        """Why it has ended although nobody stopped it."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    async def _run(self) -> None:
        """Until cancelled. What was sent but not yet noted is sent again after a restart, under the same id."""
        async with httpx.AsyncClient(timeout=httpx.Timeout(10.0), trust_env=False) as client:
            while True:
                row = self._outbox.next()
                if row is None:
                    await asyncio.sleep(IDLE)
                else:
                    await self._send_until_settled(client, row)

    async def _send_until_settled(self, client: httpx.AsyncClient, row: dict[str, Any]) -> None:
        """Holds back all later events meanwhile: order is kept."""
        pause = FIRST_PAUSE
        while True:
            answer = await self._send(client, row)
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                self._outbox.sent(row, answered=answer.status_code)
                return
            self._outbox.not_sent(row, answered=answer.status_code if answer is not None else None)
            await asyncio.sleep(_retry_after(answer) or pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _send(self, client: httpx.AsyncClient, row: dict[str, Any]) -> httpx.Response | None:
        sent_at = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": row["event_id"],
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": self._webhook.sign(row["event_id"], sent_at, row["body"]),
        }
        passed_on = {"traceparent": row["traceparent"], "X-Correlation-Id": row["correlation_id"]}
        headers |= {name: value for name, value in passed_on.items() if value is not None}
        try:
            return await client.post(self._url, content=row["body"].encode(), headers=headers)
        except httpx.HTTPError:
            return None


def _retry_after(answer: httpx.Response | None) -> float | None:
    said = answer.headers.get("retry-after", "") if answer is not None else ""
    return min(float(said), LONGEST_RETRY_AFTER) if said.isdecimal() else None
