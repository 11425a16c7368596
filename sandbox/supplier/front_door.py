"""The way of every request: logged, admitted, held at barriers, hit by a fault if one is set, applied, answered."""

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.supplier.connection import cut
from sandbox.supplier.errors import PROBLEM, VendorError, error_body
from sandbox.supplier.faults import Fault
from sandbox.supplier.late import Late
from sandbox.supplier.operations import find_operation
from sandbox.supplier.system import System
from sandbox.supplier.traces import STATUS
from sandbox.supplier.visit import LONGEST_BODY, Answer, Visit, kept_headers, read_body

OPEN_PATHS = ("/openapi.json", "/docs", "/healthz")


class FrontDoor:
    def __init__(self, app: ASGIApp, system: System) -> None:
        self._app = app
        self._system = system
        self._late = Late(self._apply_alone)
        system.late = self._late

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
        elif scope["path"].startswith("/_control/"):
            await self._control(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit(scope, b"", None)
        try:
            self._system.tokens.admit(visit.header("authorization"), scope="control")
        except VendorError as refusal:
            await _answer(refusal.status, refusal.body).send(send)
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        scope = {**scope, "headers": kept_headers(scope["headers"])}
        visit = Visit(scope, body or b"", find_operation(scope["method"], scope["path"]))
        entry = self._system.request_log.received(visit)
        if body is None:
            return
        with self._system.traces.serving(visit.operation_name or "unknown", scope) as (span, below):
            visit = replace(visit, scope=below)
            await self._late.arrived(visit)
            answer = self._refusal(visit)
            admitted = answer is None
            if answer is None:
                answer = await self._admitted(visit, entry)
            if answer is None:
                await cut(scope, receive)
                return
            span.set_attribute(STATUS, answer.status)
            await self._send(answer, entry, send)
        if admitted:
            await self._system.barriers.hold("answered", visit.operation_name, visit.key)

    async def _admitted(self, visit: Visit, entry: int) -> Answer | None:
        """None is a cut connection."""
        await self._system.barriers.hold("received", visit.operation_name, visit.key)
        fault = self._system.faults.take(visit.operation_name, visit.key)
        if fault is None:
            return await self._applied(visit, entry)
        self._system.request_log.note(entry, fault=fault.kind)
        return await self._struck(fault, visit, entry)

    async def _applied(self, visit: Visit, entry: int) -> Answer:
        answer = await self._apply(visit, entry)
        await self._system.barriers.hold("applied", visit.operation_name, visit.key)
        return answer

    def _refusal(self, visit: Visit) -> Answer | None:
        if len(visit.body) > LONGEST_BODY:
            return _problem(413, "body-too-long", "at most 1 MiB")
        try:
            token = self._system.tokens.admit(
                visit.header("authorization"), scope=visit.operation.scope if visit.operation else None
            )
        except VendorError as refusal:
            return _answer(refusal.status, refusal.body)
        wait = self._system.rate_limit.wait(token)
        return None if wait is None else _throttled(wait)

    async def _struck(self, fault: Fault, visit: Visit, entry: int) -> Answer | None:
        """None is a cut connection."""
        match fault.kind:
            case "apply_late":
                self._late.add(visit, entry, seconds=fault.seconds)
                return None
            case "refuse":
                detail = fault.text or f"refused by a rule of the partner: {visit.key}"
                return _problem(fault.status or 422, "refused-by-rule", detail)
            case "refuse_unauthorized":
                return _problem(401, "unauthorised", "a valid bearer token is needed")
            case "429":
                return _throttled(1 if fault.retry_after is None else fault.retry_after)
            case "500_before":
                return _broken(fault.status or 500)
            case "503":
                return _problem(503, "unavailable", "back soon", retry_after=fault.retry_after)
            case "cut_before":
                return None
            case "stall_before":
                await self._system.sleep(fault.seconds)
        answer = await self._applied(visit, entry)
        match fault.kind:
            case "stall_after":
                await self._system.sleep(fault.seconds)
            case "500":
                return _broken(fault.status or 500)
            case "malformed":
                status = 201 if visit.method == "POST" else 200
                return Answer(status, ((b"content-type", b"application/json"),), b'{"ref": "SO-')
            case "cut":
                return None
        return answer

    async def _apply(self, visit: Visit, entry: int) -> Answer:
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        try:
            await self._app(visit.scope, visit.receive(), keep)
        except Exception:
            logging.getLogger("sandbox.supplier").exception("%s failed", visit.operation_name)
            sent = []
        answer = _collected(sent) or _broken(500)
        self._system.request_log.note(entry, applied_status=answer.status)
        return answer

    async def _apply_alone(self, visit: Visit, entry: int) -> None:
        await self._apply(visit, entry)

    async def _send(self, answer: Answer, entry: int, send: Send) -> None:
        # Noted first: whoever reads the log after the answer finds the status there.
        self._system.request_log.note(entry, status=answer.status)
        await answer.send(send)
        await asyncio.sleep(0)


def _collected(messages: list[Message]) -> Answer | None:
    start = next((each for each in messages if each["type"] == "http.response.start"), None)
    if start is None:
        return None
    body = b"".join(each.get("body", b"") for each in messages if each["type"] == "http.response.body")
    return Answer(start["status"], tuple(start.get("headers", ())), body)


def _answer(status: int, body: dict[str, Any], *, retry_after: int | None = None) -> Answer:
    content = json.dumps(body).encode()
    headers = [(b"content-type", PROBLEM.encode()), (b"content-length", str(len(content)).encode())]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    return Answer(status, tuple(headers), content)


def _problem(status: int, code: str, detail: str, *, retry_after: int | None = None) -> Answer:
    return _answer(status, error_body(code, detail, status=status), retry_after=retry_after)


def _throttled(seconds: int) -> Answer:
    return _problem(429, "too-many-requests", "slow down", retry_after=seconds)


def _broken(status: int) -> Answer:
    return _problem(status, "internal", "something went wrong on our side")
