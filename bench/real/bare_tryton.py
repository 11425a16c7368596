"""Tryton by bare calls: the creates and buttons of our connector over plain HTTP, with nothing looked up between."""

import asyncio
import base64
import random
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from bench.real.peers import DATABASE, LOGIN, PASSWORD
from bench.real.wire import Wire, Write

Change = Callable[[str, dict[str, Any]], dict[str, Any]]
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class BareTryton:
    """One session. A call that met a locked number series is sent again, as whoever speaks to Tryton must."""

    def __init__(self, url: str) -> None:
        self.wire = Wire()
        self._http = httpx.AsyncClient(base_url=f"{url}/{DATABASE}/", transport=self.wire, timeout=60, trust_env=False)
        self._header: dict[str, str] = {}
        self._context: dict[str, Any] = {}

    async def open(self) -> None:
        """Log in."""
        user, token, *_ = await self.call("common.db.login", LOGIN, {"password": PASSWORD}, "en", context=False)
        told = base64.b64encode(f"{LOGIN}:{user}:{token}".encode()).decode()
        self._header = {"authorization": f"Session {told}"}
        self._context = await self.call("model.res.user.get_preferences", True)

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()

    async def call(self, method: str, *params: Any, context: bool | dict[str, Any] = True) -> Any:
        """One call; `context` is added to the session's own."""
        more = [] if context is False else [{**self._context, **(context if isinstance(context, dict) else {})}]
        body = {"id": 0, "method": method, "params": [*params, *more]}
        for wait in (*_WAITS, None):
            answer = await self._http.post("rpc/", json=body, headers=self._header)
            if answer.status_code != 503 or wait is None:
                break
            await asyncio.sleep(wait * (1 + random.random()))
        answer.raise_for_status()
        told = answer.json()
        if "error" not in told:
            return told["result"]
        if told["error"][0] != "UserWarning":
            raise RuntimeError(f"{method}: {told['error']}")
        await self.call("model.res.user.warning.skip", told["error"][1][0], False)
        return await self.call(method, *params, context=context)

    async def rows(self, model: str, domain: list[Any], fields: list[str], **context: Any) -> list[dict[str, Any]]:
        """Records of a model."""
        found: list[dict[str, Any]] = await self.call(
            f"model.{model}.search_read", domain, 0, None, None, fields, context=context
        )
        return found

    async def replay(self, writes: Sequence[Write], change: Change) -> int:
        """Make these writes anew, each created record changed as told; answers the id of the last one made."""
        record = 0
        for write in writes:
            if write.values is not None:
                values = change(write.model, write.values)
                [record] = await self.call(f"model.{write.model}.create", [values])
            else:
                await self.call(f"model.{write.model}.{write.method}", [record])
        return record
