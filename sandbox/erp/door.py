"""The door of the ERP: every request is logged, admitted, held, struck by a fault, applied, answered, in this order."""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.erp.answers import Refusal, encoded
from sandbox.erp.exchange import LONGEST_BODY, Answer, Exchange, exchange_of
from sandbox.erp.faults import FaultOrder
from sandbox.erp.operations import CONTROL
from sandbox.erp.system import System
from sandbox.erp.traces import STATUS
from sandbox.erp.wire import cut, flushed

OPEN_PATHS = ("/openapi.json", "/docs")
BROKEN_JSON = b'{"HEADER": {"DOC_NO": "51000'


class Door:
    """Pure ASGI around the application: it alone can leave a caller without an answer."""

    def __init__(self, app: ASGIApp, *, system: System) -> None:
        self._app = app
        self._system = system
        system.late.bind(self._apply_late)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        body, whole = await _body(receive)
        exchange = exchange_of(dict(scope), body)
        if scope["path"].startswith("/_control/"):
            if whole:
                await self._control(exchange, send)
            return
        exchange.sequence = self._system.log.open(exchange)
        if not whole:
            return
        with self._system.traces.serving(exchange) as span:
            try:
                answer = await self._answer(exchange)
            except asyncio.CancelledError:
                # The server stops: a request that was held or stalled goes without an answer, as in a real shutdown.
                answer = None
            if answer is None:
                await cut(exchange.scope, receive)
                return
            span.set_attribute(STATUS, answer.status)
            self._system.log.close(exchange.sequence, answer.status)
            for message in answer.messages():
                await send(message)
            await flushed(exchange.scope)
        await self._system.barriers.pass_by(exchange, "answered")

    async def _control(self, exchange: Exchange, send: Send) -> None:
        try:
            self._system.tokens.require(exchange.token, CONTROL)
            answer = await self._apply(exchange)
        except Refusal as refusal:
            answer = refused(refusal)
        for message in answer.messages():
            await send(message)

    async def _answer(self, exchange: Exchange) -> Answer | None:
        """The answer to a logged request, None to cut the connection."""
        system = self._system
        try:
            if len(exchange.body) > LONGEST_BODY:
                raise Refusal(413, "00", "059", "Request is too large")
            system.tokens.require(exchange.token, exchange.operation.right if exchange.operation else "")
            system.limits.take(exchange.token)
            await system.late.arrived(exchange)
            if exchange.operation is None or exchange.operation.method == "GET" or not exchange.key:
                return await self._work(exchange)
            with system.keys.working_on(exchange.key):
                return await self._work(exchange)
        except Refusal as refusal:
            return refused(refusal)

    async def _work(self, exchange: Exchange) -> Answer | None:
        system = self._system
        await system.barriers.pass_by(exchange, "received")
        fault = system.faults.take(exchange)
        if fault is None:
            answer = await self._apply(exchange)
            await system.barriers.pass_by(exchange, "applied")
            return answer
        system.log.note_fault(exchange.sequence, fault.kind)
        return await self._struck(exchange, fault)

    async def _struck(self, exchange: Exchange, fault: FaultOrder) -> Answer | None:
        seconds = 1.0 if fault.seconds is None else fault.seconds
        match fault.kind:
            case "refuse":
                raise Refusal(fault.status or 422, "F5", "999", "Posting is blocked by substitution rule Z-017")
            case "refuse_unauthorized":
                raise Refusal(401, "S#", "011", "Logon failed: token is missing or unknown")
            case "429":
                wait = 1 if fault.retry_after is None else fault.retry_after
                raise Refusal(429, "RL", "001", "Call quota is exhausted", retry_after=wait)
            case "503":
                wait = 1 if fault.retry_after is None else fault.retry_after
                raise Refusal(503, "SY", "503", "System is being updated", retry_after=wait)
            case "500_before":
                raise Refusal(fault.status or 500, "SY", "500", "Short dump MESSAGE_TYPE_X")
            case "cut_before":
                return None
            case "apply_late":
                self._system.late.add(exchange, seconds=fault.seconds)
                return None
            case "stall_before":
                await asyncio.sleep(seconds)
        answer = await self._apply(exchange)
        await self._system.barriers.pass_by(exchange, "applied")
        match fault.kind:
            case "stall_after":
                await asyncio.sleep(seconds)
            case "500":
                raise Refusal(fault.status or 500, "SY", "500", "Short dump MESSAGE_TYPE_X")
            case "malformed":
                return Answer(status=answer.status, body=BROKEN_JSON)
            case "cut":
                return None
        return answer

    async def _apply(self, exchange: Exchange) -> Answer:
        """Let the application work on the request, with or without a caller."""
        parts: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": exchange.body, "more_body": False}

        async def collect(message: Message) -> None:
            parts.append(message)

        try:
            await self._app(dict(exchange.scope), receive, collect)
        except Exception:
            logging.getLogger("sandbox.erp").exception("%s failed", exchange.name)
            return refused(Refusal(500, "SY", "500", "Short dump UNCAUGHT_EXCEPTION"))
        body = b"".join(part.get("body", b"") for part in parts[1:])
        return Answer(status=parts[0]["status"], headers=parts[0]["headers"], body=body)

    async def _apply_late(self, exchange: Exchange) -> None:
        await self._apply(exchange)
        self._system.log.note_late(exchange.sequence)


def refused(refusal: Refusal) -> Answer:
    """A refusal as an answer."""
    named = [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
    return Answer(
        status=refusal.status,
        body=encoded(refusal.body),
        headers=[(b"content-type", b"application/json"), *named],
    )


async def _body(receive: Receive) -> tuple[bytes, bool]:
    """The body, and whether all of it came before the caller left; what is beyond the limit is read but not kept."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts), False
        if size <= LONGEST_BODY:
            parts.append(message.get("body", b""))
            size += len(parts[-1])
        if not message.get("more_body", False):
            return b"".join(parts), True
