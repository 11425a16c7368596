"""A proxy between a connector and a real system that troubles one call: what it does, the system never sees as a fault."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.connectors.contract.trouble import STALLS, WAIT_SECONDS, Trouble

Answer = tuple[int, Mapping[str, str], bytes]
_ASKED = {"retry-after": str(WAIT_SECONDS)}


@dataclass
class Meddler:
    """Calls are told apart by the `method` of their JSON-RPC body; `refusal` is how the vendor says no, `met` counts them."""

    upstream: str
    refusal: bytes
    met: Counter[str] = field(default_factory=Counter)
    _planned: dict[str, Trouble] = field(default_factory=dict)
    _held: dict[str, list[tuple[str, Mapping[str, str], bytes]]] = field(default_factory=dict)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _work: set["asyncio.Task[None]"] = field(default_factory=set)

    async def start(self, port: int) -> None:
        """Listen on this machine alone."""
        # A connection of its own for each: one that the system closes while it is kept would be a trouble nobody planned.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(base_url=self.upstream, timeout=120, limits=limits, trust_env=False)
        self._server = await asyncio.start_server(self._met, "127.0.0.1", port)

    async def stop(self) -> None:
        """Hang up on everybody."""
        self._server.close()
        await self.hang_up()
        await self._http.aclose()

    def plan(self, method: str, trouble: Trouble) -> None:
        """The next call of this method meets with it."""
        self._planned[method] = trouble

    @property
    def waiting(self) -> bool:
        """Whether trouble waits for its call yet."""
        return bool(self._planned)

    def calm(self) -> None:
        """Nothing is planned, nothing held."""
        self._planned.clear()
        self._held.clear()

    async def hang_up(self) -> None:
        """Every connection is cut, as where the system behind has died."""
        for task in tuple(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        for writer in tuple(self._open):
            writer.close()

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                answer = await self._answered(first.split(" ")[1], headers, body)
                if answer is None:
                    return
                writer.write(_bytes(answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answered(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        method = json.loads(body)["method"] if body else ""
        self.met[method] += 1
        for late in self._held.pop(method, []):
            await self._forwarded(*late)
        trouble = self._planned.pop(method, None)
        match trouble:
            case Trouble.refused:
                return 200, {}, self.refusal
            case Trouble.not_permitted:
                return 403, {}, b"{}"
            case Trouble.slowed_down:
                return 429, _ASKED, b"{}"
            case Trouble.away:
                return 503, _ASKED, b"{}"
            case Trouble.broken_before:
                return 500, {}, b"{}"
            case Trouble.cut_before:
                return None
            case Trouble.late:
                self._held[method] = [(path, headers, body)]
                return None
            case Trouble.stalled_before:
                await asyncio.sleep(STALLS[trouble])
        answer = await self._forwarded(path, headers, body)
        match trouble:
            case Trouble.broken_after:
                return 500, {}, b"{}"
            case Trouble.cut_after:
                return None
            case Trouble.garbled:
                return 200, {}, b'{"result": <'
            case Trouble.stalled_after:
                await asyncio.sleep(STALLS[trouble])
        return answer

    async def _forwarded(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        kept = {name: value for name, value in headers.items() if name in ("authorization", "content-type")}
        # Not "identity": Tryton 8.2 says of every answer over 1400 bytes that it is compressed, whether it is or not.
        answer = await self._http.post(path, content=body, headers={**kept, "accept-encoding": "gzip"})
        return answer.status_code, {"content-type": answer.headers.get("content-type", "text/plain")}, answer.content


def _bytes(answer: Answer) -> bytes:
    status, headers, body = answer
    told = {**headers, "content-length": str(len(body))}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
