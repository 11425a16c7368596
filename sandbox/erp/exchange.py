"""One request on its way through the door: what it asks for, by which key, and the answer it gets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Message

from sandbox.erp.operations import Operation, operation_of

LONGEST_BODY = 1_048_576
KEPT_TEXT = 400
_GO_ON = (b"x-correlation-id", b"traceparent")
_LONGEST_MARK = 200


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A whole answer: status, headers and body."""

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = ((b"content-type", b"application/json"),)

    def messages(self) -> tuple[Message, Message]:
        """The answer as the server wants it."""
        names = {name.lower() for name, _ in self.headers}
        length = [] if b"content-length" in names else [(b"content-length", str(len(self.body)).encode())]
        start = {"type": "http.response.start", "status": self.status, "headers": [*self.headers, *length]}
        return start, {"type": "http.response.body", "body": self.body, "more_body": False}


@dataclass(kw_only=True)
class Exchange:
    """A request that was received whole."""

    scope: dict[str, Any]
    body: bytes
    operation: Operation | None
    key: str
    reference: str
    correlation_id: str
    traceparent: str
    token: str
    sequence: int = 0

    @property
    def name(self) -> str:
        """The operation's name; a dash where no operation is known there."""
        return self.operation.name if self.operation else "-"

    def go_on_below(self, traceparent: str) -> None:
        """Let what this request causes name another span as its cause; the log keeps what the caller said."""
        kept = [(name, value) for name, value in self.scope["headers"] if name != b"traceparent"]
        self.scope["headers"] = [*kept, (b"traceparent", traceparent.encode())]

    def mentions(self, part: str | None) -> bool:
        """Whether the key or the external reference contains a text; every request contains none."""
        return part is None or part in self.key or part in self.reference

    def same_call(self, other: "Exchange") -> bool:
        """Whether another request is a repeat of this one: same operation, and same key or reference."""
        if self.name != other.name:
            return False
        return bool(self.key and self.key == other.key) or bool(self.reference and self.reference == other.reference)


def exchange_of(scope: dict[str, Any], body: bytes) -> Exchange:
    """Read from a request what the door needs to know of it."""
    scope["headers"] = _kept_headers(scope["headers"])
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return Exchange(
        scope=scope,
        body=body,
        operation=operation_of(scope["method"], scope["path"]),
        key=headers.get("x-request-key", "")[:KEPT_TEXT],
        reference=_reference(scope, body)[:KEPT_TEXT],
        correlation_id=headers.get("x-correlation-id", ""),
        traceparent=headers.get("traceparent", ""),
        token=token.strip() if scheme.lower() == "bearer" else "",
    )


def _reference(scope: dict[str, Any], body: bytes) -> str:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    if "REF_DOC_NO" in query:
        return ",".join(query["REF_DOC_NO"])
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    head = content.get("HEADER", content) if isinstance(content, dict) else {}
    reference = head.get("REF_DOC_NO", "") if isinstance(head, dict) else ""
    # A lone surrogate is valid in JSON text, but has no UTF-8 form that the log could hold.
    return reference.encode("utf-8", "replace").decode() if isinstance(reference, str) else ""


def _kept_headers(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without a correlation id or trace that is no short plain text: it could not go on with an event."""
    return [(name, value) for name, value in headers if name not in _GO_ON or _plain(value)]


def _plain(value: bytes) -> bool:
    return len(value) <= _LONGEST_MARK and all(0x20 <= byte <= 0x7E for byte in value)
