"""Delivers the outbox: in order, signed, again after a failure; at least once over any restart."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime

import httpx
from standardwebhooks.webhooks import Webhook

from sandbox.erp.database import Database

BACKOFF_FIRST, BACKOFF_LAST = 0.2, 10.0


class Sender:
    """The background task that empties the outbox towards one address."""

    def __init__(self, database: Database, *, url: str, secret: str, only: frozenset[str]) -> None:
        self._database = database
        self._url = url
        self._only = only
        self._webhook = Webhook(secret)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin delivering."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop where it is; what was not answered will be sent again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def failure(self) -> BaseException | None:
        """Why the delivery has ended although nobody stopped it."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    def wake(self) -> None:
        """Something was queued or released."""
        self._news.set()

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=10.0, trust_env=False) as http:
            while True:
                self._news.clear()
                wait = await self._deliver_next(http)
                await asyncio.sleep(0)
                if wait is None or wait > 0:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), wait)

    async def _deliver_next(self, http: httpx.AsyncClient) -> float | None:
        """Send the event whose turn it is; answers how long to wait then (None: until there is news)."""
        now = time.time()
        # Only an event that is kept back by order is overtaken; one that was tried in vain holds back all later ones.
        row = self._database.row(
            "SELECT * FROM OUTBOX WHERE STAT = 'WAIT' AND (NOT_BEFORE <= ? OR ATTEMPTS > 0) ORDER BY SEQ LIMIT 1", now
        )
        if row is not None and row["NOT_BEFORE"] <= now:
            return await self._deliver(http, dict(row))
        kept_back = self._database.row(
            "SELECT NOT_BEFORE FROM OUTBOX WHERE STAT = 'WAIT' AND NOT_BEFORE > ? ORDER BY NOT_BEFORE LIMIT 1", now
        )
        return None if kept_back is None else float(kept_back["NOT_BEFORE"] - now)

    async def _deliver(self, http: httpx.AsyncClient, row: dict[str, object]) -> float:
        seq = row["SEQ"]
        if self._only and row["EVENT_TYPE"] not in self._only:
            self._update("STAT = 'SENT'", seq=seq)
            return 0
        status, pause = await self._post(http, row)
        if status is not None and 200 <= status < 300 and row["TREATMENT"] == "repeat":
            status, pause = await self._post(http, row)
        if status is not None and 200 <= status < 300:
            self._update("STAT = 'SENT', ANSWERED = ?, ATTEMPTS = ATTEMPTS + 1", status, seq=seq)
            self._after_overtaking(seq)
            return 0
        if status is not None and status < 500 and status != 429:
            self._update("STAT = 'FAIL', ANSWERED = ?, ATTEMPTS = ATTEMPTS + 1", status, seq=seq)
            self._after_overtaking(seq)
            return 0
        attempts = int(str(row["ATTEMPTS"]))
        delay = pause if pause is not None else min(BACKOFF_LAST, BACKOFF_FIRST * 2 ** min(attempts, 10))
        self._update("ANSWERED = ?, ATTEMPTS = ATTEMPTS + 1, NOT_BEFORE = ?", status, time.time() + delay, seq=seq)
        return delay

    async def _post(self, http: httpx.AsyncClient, row: dict[str, object]) -> tuple[int | None, float | None]:
        body, moment = str(row["BODY"]), datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": str(row["EVENT_ID"]),
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._webhook.sign(msg_id=str(row["EVENT_ID"]), timestamp=moment, data=body),
        }
        for name, header in (("CORRELATION_ID", "x-correlation-id"), ("TRACEPARENT", "traceparent")):
            if row[name]:
                headers[header] = str(row[name])
        try:
            answer = await http.post(self._url, content=body, headers=headers)
        except httpx.RequestError:
            return None, None
        named = answer.headers.get("retry-after", "")
        return answer.status_code, float(named) if named.isdigit() else None

    def _after_overtaking(self, seq: object) -> None:
        """An event that let this one pass has been swapped with it, and now goes at once."""
        with self._database.transaction() as change:
            change.execute(
                "UPDATE OUTBOX SET TREATMENT = '', NOT_BEFORE = 0"
                " WHERE STAT = 'WAIT' AND TREATMENT = 'reorder' AND SEQ < ?",
                (seq,),
            )

    def _update(self, assignments: str, *values: object, seq: object) -> None:
        with self._database.transaction() as change:
            change.execute(f"UPDATE OUTBOX SET {assignments} WHERE SEQ = ?", (*values, seq))
