"""REST over JSON: sends a call once, and says of every outcome whether anything can have been applied.

A read that failed is `Transient`. A write of which no byte was sent is `Transient`; once bytes were sent, only an
answer that the vendor meant as a refusal (4xx, or 503 with Retry-After) says that nothing was applied; all else is
`Uncertain`.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
from opentelemetry import trace
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from canonical.errors import Failure, Rejected, Transient, Uncertain
from connectors.protocols.answer import GARBAGE, Answer, parsed

# httpx logs whole URLs at INFO: a query may hold a device serial, which identifies a patient.
logging.getLogger("httpx").setLevel(logging.WARNING)

NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOT_FORMED = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL)
Params = Mapping[str, str] | Sequence[tuple[str, str]]


class RestClient:
    """One system's door: its address, its credential, and the headers of the moment (correlation id, trace)."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        token: str = "",
        outgoing: Callable[[], Mapping[str, str]] = dict,
        timeout: timedelta = timedelta(seconds=10),
        connect_timeout: timedelta = timedelta(seconds=3),
        max_connections: int = 50,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.system = system
        self._outgoing = outgoing
        self._tracer = trace.get_tracer("suture.connectors")
        connecting = connect_timeout.total_seconds()
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}),
            timeout=httpx.Timeout(timeout.total_seconds(), connect=connecting, pool=connecting),
            limits=httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections),
            transport=transport,
            trust_env=False,
        )

    async def read(
        self,
        operation: str,
        path: str,
        *,
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        also: Collection[int] = (),
    ) -> Answer:
        """GET; answers a 2xx, or a status named in `also`, and raises a leaf for everything else."""
        return await self._call(operation, "GET", path, params=params, headers=headers, also=also, is_write=False)

    async def ask(
        self,
        operation: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        bare: Collection[int] = (),
        within: timedelta | None = None,
    ) -> Answer:
        """A POST that changes nothing, for a vendor whose every call is one; `bare` statuses say all by themselves."""
        return await self._call(
            operation,
            "POST",
            path,
            params=(),
            body=json,
            headers=headers,
            also=(),
            bare=bare,
            is_write=False,
            within=within,
        )

    async def write(
        self,
        operation: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        params: Params = (),
        also: Collection[int] = (),
        bare: Collection[int] = (),
    ) -> Answer:
        """A call that changes something; answers a 2xx, or a status named in `also`, and raises a leaf otherwise.

        The body is `json`, or `content` as it is, with its type among the headers. A status named in `bare` is answered
        whatever comes with it, be it no JSON.
        """
        return await self._call(
            operation,
            method,
            path,
            params=params,
            body=json,
            content=content,
            headers=headers,
            also=also,
            bare=bare,
            is_write=True,
        )

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()

    async def _call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        params: Params,
        also: Collection[int],
        is_write: bool,
        bare: Collection[int] = (),
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        within: timedelta | None = None,
    ) -> Answer:
        with self._tracer.start_as_current_span(
            f"{self.system} {operation}",
            kind=trace.SpanKind.CLIENT,
            attributes={"suture.system": self.system, "suture.operation": operation, "http.request.method": method},
            # The text of an exception may quote the vendor; spans carry operational identifiers only.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                response = await self._send(
                    self._http.build_request(
                        method,
                        path,
                        params=httpx.QueryParams(dict(params) if isinstance(params, Mapping) else list(params)),
                        json=body,
                        content=content,
                        headers={**self._outgoing(), **(headers or {})},
                        timeout=within.total_seconds() if within else httpx.USE_CLIENT_DEFAULT,
                    )
                )
            except NOTHING_SENT as cause:
                raise self._broken(Transient, "the system cannot be reached", operation, cause) from cause
            except NOT_FORMED as cause:
                raise self._broken(Rejected, "the call cannot be formed", operation, cause) from cause
            except httpx.RequestError as cause:
                kind = Uncertain if is_write else Transient
                raise self._broken(kind, "the call broke off without an answer", operation, cause) from cause
            span.set_attribute("http.response.status_code", response.status_code)
        answer = Answer(
            system=self.system,
            operation=operation,
            is_write=is_write,
            status=response.status_code,
            body=parsed(response.text),
            text=response.text,
            headers=response.headers,
        )
        if answer.status in bare or (answer.body is not GARBAGE and (answer.ok or answer.status in also)):
            return answer
        raise answer.as_failure()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        # Repeated here only while not a byte was sent; every longer wait belongs to Temporal's retry policy.
        quickly = AsyncRetrying(
            stop=stop_after_attempt(3),
            wait=wait_random_exponential(multiplier=0.05, max=0.3),
            retry=retry_if_exception_type(NOTHING_SENT),
            reraise=True,
        )
        return await quickly(self._http.send, request)

    def _broken(self, kind: type[Failure], summary: str, operation: str, cause: Exception) -> Failure:
        return kind(summary, system=self.system, operation=operation, evidence=f"{type(cause).__name__}: {cause}")
