"""One request on its way through the front door, and the answer the system gives to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from sandbox.supplier.operations import Operation

KEY_HEADER = "Idempotency-Key"
LONGEST_BODY = 1024 * 1024
_GO_ON = (b"x-correlation-id", b"traceparent")
_LONGEST_MARK = 200


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body})


@dataclass(frozen=True)
class Visit:
    scope: Scope
    body: bytes
    operation: Operation | None

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        return printable(str(self.scope["path"]))

    @property
    def query(self) -> str:
        return bytes(self.scope["query_string"]).decode("latin-1")

    @property
    def operation_name(self) -> str | None:
        return self.operation.name if self.operation else None

    @property
    def key(self) -> str | None:
        if self.operation is None:
            return None
        named = self.header(KEY_HEADER.lower())
        return named or self.operation.key(path=self.path, query=self.query, body=self.body)

    def header(self, name: str) -> str | None:
        wanted = name.encode()
        found = (value for key, value in self.scope["headers"] if key == wanted)
        first = next(found, None)
        return None if first is None else bytes(first).decode("latin-1")

    def receive(self) -> Receive:
        """Gives the body that was read already to the application."""
        messages: list[Message] = [{"type": "http.request", "body": self.body, "more_body": False}]

        async def receive() -> Message:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        return receive


def printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def kept_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without a correlation id or trace that is no short plain text: it could not go on with an event."""
    return [(name, value) for name, value in headers if name not in _GO_ON or _plain(value)]


def _plain(value: bytes) -> bool:
    return len(value) <= _LONGEST_MARK and all(0x20 <= byte <= 0x7E for byte in value)


async def read_body(receive: Receive) -> bytes | None:
    """Not read further once it is too long; None if the caller has gone."""
    body = bytearray()
    while True:
        message: dict[str, Any] = dict(await receive())
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY or not message.get("more_body"):
            return bytes(body)
