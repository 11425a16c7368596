"""A proxy of our tests between a connector and a real system: it lets the next call of a kind meet with trouble."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.connectors.contract.trouble import STALLS, WAIT_SECONDS, Trouble

Matches = Callable[[str], bool]
"""Whether a call is of a kind, by its name."""


@dataclass
class Request:
    """One call as it came: the head without `Connection`, which belongs to each hop."""

    method: str
    path: str
    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        """What is sent on."""
        return self.head + b"connection: close\r\n\r\n" + self.body


def by_path(request: Request) -> str:
    """The name of a call where the path says what is done: `GET /orders?number=7`."""
    return f"{request.method} {request.path}"


@dataclass
class Fault:
    """Trouble that waits for its call; a late one keeps the call until one like it comes."""

    matches: Matches
    trouble: Trouble
    kept: Request | None = field(default=None)


class FaultProxy:
    """Listens on a port of loopback, and sends on to another; each connection carries one call.

    `refusal` is the vendor's no, with its status; `forbidden` its status for a missing right, `asks_to_wait`
    the seconds after which one that is away wants to be asked again; `met` counts calls by name.
    """

    def __init__(
        self,
        *,
        port: int,
        to: int,
        refusal: dict[str, Any],
        status: int = 422,
        forbidden: int = 401,
        asks_to_wait: int = WAIT_SECONDS,
        name: Callable[[Request], str] = by_path,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.met: Counter[str] = Counter()
        self._port, self._to, self._name = port, to, name
        self._asks_to_wait = asks_to_wait
        self._refusal, self._status, self._forbidden = json.dumps(refusal).encode(), status, forbidden
        self._faults: list[Fault] = []
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def stop(self) -> None:
        """Listen no more, and drop whoever waits."""
        self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """Drop every call that is under way, as the death of the system behind would."""
        calls = [call for call in self._calls if call is not asyncio.current_task()]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    def next(self, matches: Matches, trouble: Trouble) -> None:
        """Let the next call of a kind meet with trouble."""
        self._faults.append(Fault(matches, trouble))

    @property
    def waiting(self) -> bool:
        """Whether trouble waits for its call yet."""
        return bool(self._faults)

    def calm(self) -> None:
        """No more trouble."""
        self._faults.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._calls.add(task)
        try:
            answer = await self._answer(await _read(reader))
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._calls.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, request: Request) -> bytes:
        name = self._name(request)
        self.met[name] += 1
        for fault in self._faults:
            if fault.matches(name):
                return await self._troubled(fault, request)
        return await self._sent_on(request)

    async def _troubled(self, fault: Fault, request: Request) -> bytes:
        if fault.kept is not None:
            self._faults.remove(fault)
            await self._sent_on(fault.kept)
            return await self._sent_on(request)
        if fault.trouble is Trouble.late:
            fault.kept = request
            return b""
        self._faults.remove(fault)
        match fault.trouble:
            case Trouble.refused:
                return _response(self._status, self._refusal)
            case Trouble.not_permitted:
                return _response(self._forbidden)
            case Trouble.slowed_down | Trouble.away:
                return _response(429 if fault.trouble is Trouble.slowed_down else 503, wait=self._asks_to_wait)
            case Trouble.broken_before:
                return _response(500)
            case Trouble.cut_before:
                return b""
            case Trouble.stalled_before:
                await asyncio.sleep(STALLS[fault.trouble])
                return await self._sent_on(request)
        answer = await self._sent_on(request)
        match fault.trouble:
            case Trouble.broken_after:
                return _response(500)
            case Trouble.cut_after:
                return answer[:40]
            case Trouble.garbled:
                return _response(200, b"<html>")
            case Trouble.stalled_after:
                await asyncio.sleep(STALLS[fault.trouble])
        return answer

    async def _sent_on(self, request: Request) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._to)
        try:
            writer.write(request.raw)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    method, path, _ = lines[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(":") for line in lines[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    kept = [line for line in lines if not line.lower().startswith("connection:")]
    return Request(method, path, "".join(f"{line}\r\n" for line in kept).encode("latin-1"), body)


def _response(status: int, body: bytes = b"{}", *, wait: int | None = None) -> bytes:
    asked = "" if wait is None else f"retry-after: {wait}\r\n"
    head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\n{asked}content-length: {len(body)}\r\n"
    return f"{head}connection: close\r\n\r\n".encode() + body
