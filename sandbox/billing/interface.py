"""The front of the interface: log, token, rate limit, barriers and faults around every request, before the application.

The application is called with the whole body and its answer is kept back, so that a fault can act at any point:
before anything is applied, after it is applied, or instead of the answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.billing.errors import VendorError, error_bytes
from sandbox.billing.faults import Fault
from sandbox.billing.operations import key_of, recognise
from sandbox.billing.stopping import ConnectionCut
from sandbox.billing.system import System
from sandbox.billing.traces import STATUS

TRANSPORT = "billing.transport"
CONTROL = "/_control"
_UNGUARDED = frozenset({"/openapi.json"})
_LARGEST_BODY = 256 * 1024
_GO_ON = (b"x-correlation-id", b"traceparent")
_LONGEST_MARK = 200
_JSON = [(b"content-type", b"application/json")]


@dataclass(frozen=True)
class Answer:
    """An answer that has not been sent yet."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True)
class Request:
    """A request as the front sees it."""

    scope: Scope
    body: bytes
    operation: str
    key: str
    seq: int


class Interface:
    """The ASGI application that the server runs."""

    def __init__(self, *, system: System, vendor: ASGIApp, control: ASGIApp) -> None:
        self._system = system
        self._vendor = vendor
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNGUARDED:
            await self._vendor(scope, receive, send)
            return
        try:
            if scope["path"] == CONTROL or scope["path"].startswith(CONTROL + "/"):
                await self._serve_control(scope, receive, send)
            else:
                await self._serve(scope, receive, send)
        except ConnectionCut:
            await _cut(scope, receive)

    async def _serve_control(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._system.tokens.admit(_header(scope, b"authorization"), scope="control")
        except VendorError as refused:
            await _send(send, _refusal(refused))
            return
        await self._control(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        system = self._system
        body, whole = await _read(receive)
        scope = {**scope, "headers": _kept_headers(scope["headers"])}
        query = scope["query_string"].decode("latin-1")
        operation = recognise(method=scope["method"], path=scope["path"])
        key = key_of(operation, path=scope["path"], query=query, body=body)
        seq = system.log.arrived(
            method=scope["method"],
            path=scope["path"],
            query=query,
            operation=operation.name,
            key=key,
            correlation_id=_header(scope, b"x-correlation-id"),
            traceparent=_header(scope, b"traceparent"),
        )
        if not whole:
            raise ConnectionCut
        with system.traces.serving(operation.name, scope) as (span, below):
            request = Request(below, body, operation.name, key, seq)
            await system.late.repeat_arrived(operation=operation.name, key=key)
            refusal = self._refused(request, scope_needed=operation.scope)
            answer = refusal or await self._admitted(request)
            span.set_attribute(STATUS, answer.status)
            await self._answer(request, answer, send)
        if refusal is None:
            await system.barriers.hold("answered", operation=operation.name, key=key)

    def _refused(self, request: Request, *, scope_needed: str | None) -> Answer | None:
        """The refusal of a caller without the right token, or with too many requests."""
        try:
            token = self._system.tokens.admit(_header(request.scope, b"authorization"), scope=scope_needed)
        except VendorError as refused:
            return _refusal(refused)
        wait = self._system.limit.take(token)
        return _too_many(wait) if wait else None

    async def _admitted(self, request: Request) -> Answer:
        await self._system.barriers.hold("received", operation=request.operation, key=request.key)
        fault = self._system.faults.take(operation=request.operation, key=request.key)
        return await self._handle(request, fault)

    async def _handle(self, request: Request, fault: Fault | None) -> Answer:
        """The answer to send, after the fault has had its way; ConnectionCut where there is to be none."""
        if fault is None:
            return await self._applied(request)
        self._system.log.faulted(request.seq, fault.kind)
        match fault.kind:
            case "refuse" | "refuse_unauthorized" | "429" | "503" | "500_before":
                return _instead(fault, whose=self._system.charges.whose(request.scope["path"], request.body))
            case "cut_before":
                raise ConnectionCut
            case "apply_late":
                self._system.late.park(
                    operation=request.operation,
                    key=request.key,
                    seconds=fault.seconds,
                    apply=lambda: self._apply(request),
                )
                raise ConnectionCut
            case "stall_before":
                await self._system.stopping.sleep(1.0 if fault.seconds is None else fault.seconds)
                return await self._applied(request)
        answer = await self._applied(request)
        match fault.kind:
            case "stall_after":
                await self._system.stopping.sleep(1.0 if fault.seconds is None else fault.seconds)
            case "500":
                return Answer(fault.status or 500, _JSON, error_bytes(code="B500", text="Internal error"))
            case "malformed":
                return Answer(answer.status, _JSON, answer.body[: len(answer.body) // 2] + b"\x00{")
            case "cut":
                raise ConnectionCut
        return answer

    async def _applied(self, request: Request) -> Answer:
        answer = await self._apply(request)
        await self._system.barriers.hold("applied", operation=request.operation, key=request.key)
        return answer

    async def _apply(self, request: Request) -> Answer:
        """Run the application to its end, whether or not the caller is still there."""
        if len(request.body) > _LARGEST_BODY:
            answer = Answer(413, _JSON, error_bytes(code="B005", text="Body is larger than 256 KiB"))
        else:
            answer = await _call(self._vendor, request)
        self._system.log.applied(request.seq, answer.status)
        return answer

    async def _answer(self, request: Request, answer: Answer, send: Send) -> None:
        # Written first: whoever has the answer can rely on finding it in the log.
        self._system.log.answered(request.seq, answer.status)
        await _send(send, answer)


async def _read(receive: Receive) -> tuple[bytes, bool]:
    """The body, and whether all of it came before the caller left; what exceeds the limit by far is not kept."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts), False
        part = message.get("body", b"")
        if size <= _LARGEST_BODY:
            parts.append(part)
        size += len(part)
        if not message.get("more_body", False):
            return b"".join(parts), True


async def _call(app: ASGIApp, request: Request) -> Answer:
    """The answer of the application to a request."""
    status = 500
    headers: list[tuple[bytes, bytes]] = []
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.extend(message.get("headers", []))
        else:
            parts.append(message.get("body", b""))

    scope: dict[str, Any] = {**request.scope, "state": {}}
    try:
        await app(scope, receive, send)
    except Exception:
        logging.getLogger(__name__).exception("request %s failed inside the system", request.seq)
        return Answer(500, _JSON, error_bytes(code="B500", text="Internal error"))
    return Answer(status, headers, b"".join(parts))


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name, value) for name, value in answer.headers if name.lower() != b"content-length"]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _cut(scope: Scope, receive: Receive) -> None:
    """Close the connection without a byte of an answer, and wait until the server has noticed."""
    transport: asyncio.Transport = scope[TRANSPORT]
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue


def _instead(fault: Fault, *, whose: str) -> Answer:
    """The answer of a fault that applies nothing."""
    retry = [(b"retry-after", str(1 if fault.retry_after is None else fault.retry_after).encode())]
    match fault.kind:
        case "refuse":
            text = f"Refused: hold on {whose}; see the account supervisor"
            return Answer(fault.status or 422, _JSON, error_bytes(code="B180", text=text, loc="acct_no"))
        case "refuse_unauthorized":
            return Answer(401, _JSON, error_bytes(code="B401", text="Access token is missing or unknown"))
        case "429":
            return Answer(429, _JSON + retry, error_bytes(code="B429", text="Too many requests"))
        case "503":
            return Answer(503, _JSON + retry, error_bytes(code="B503", text="Interface is down"))
    return Answer(fault.status or 500, _JSON, error_bytes(code="B500", text="Internal error"))


def _too_many(wait: int) -> Answer:
    headers = [*_JSON, (b"retry-after", str(wait).encode())]
    return Answer(429, headers, error_bytes(code="B429", text="Too many requests"))


def _refusal(refused: VendorError) -> Answer:
    headers = [*_JSON, (b"www-authenticate", b"Bearer")] if refused.status == 401 else _JSON
    return Answer(refused.status, headers, json.dumps(refused.body).encode())


def _header(scope: Scope, name: bytes) -> str | None:
    for each, value in scope["headers"]:
        if each == name:
            return bytes(value).decode("latin-1")
    return None


def _kept_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without a correlation id or trace that is no short plain text: it could not go on with an event."""
    return [(name, value) for name, value in headers if name not in _GO_ON or _plain(value)]


def _plain(value: bytes) -> bool:
    return len(value) <= _LONGEST_MARK and all(0x20 <= byte <= 0x7E for byte in value)
