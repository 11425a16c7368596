"""The wire to a real system, counted: calls, those answered 503, how many are under way, and what is written."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

_NO_WRITES = ("", "search_read", "on_change", "get_preferences", "login", "skip")


@dataclass(frozen=True)
class Write:
    """A call of Tryton's that changes something: of which model, which method, and the values of a new record."""

    model: str
    method: str
    values: dict[str, Any] | None = None


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """A transport that counts; `writes` is filled while `recording`."""

    connections: int = 64
    calls: int = 0
    busy: int = 0
    under_way: int = 0
    most: int = 0
    recording: bool = False
    writes: list[Write] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        most = self.connections
        self._through = httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=most, max_keepalive_connections=most)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count, and send."""
        self.calls += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            answer = await self._through.handle_async_request(request)
            # Under way until the whole answer is here.
            await answer.aread()
        finally:
            self.under_way -= 1
        self.busy += answer.status_code == 503
        if self.recording and request.method in ("POST", "PUT") and request.content:
            self._keep(json.loads(request.content))
        return answer

    async def aclose(self) -> None:
        """Give back the connections."""
        await self._through.aclose()

    def _keep(self, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        model, _, method = str(body.get("method", "")).removeprefix("model.").rpartition(".")
        if method in _NO_WRITES:
            return
        values = body["params"][0][0] if method == "create" else None
        write = Write(model, method, values)
        # A button that was pressed twice had a warning between.
        if not self.writes or self.writes[-1] != write:
            self.writes.append(write)
