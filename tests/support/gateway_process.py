"""The gateway as a real process over a store of its own, to be killed and started again."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from re import search
from typing import Any

import httpx

from suture.child import Child
from suture.keys import Keyring, load, make_keys
from suture.store.migrate import migrate
from suture.store.store import Store
from tests.support.front_door import secret_of, signed, write_hospital
from tests.support.house import eventually

ROOT = Path(__file__).parents[2]


class GatewayProcess:
    """One gateway; `temporal` is where it looks for Temporal, by default where nobody is."""

    def __init__(
        self, folder: Path, *, store: str | None = None, temporal: str = "127.0.0.1:9", more: str = ""
    ) -> None:
        self.folder = folder
        self.url = ""
        self.store_url = store or f"sqlite:///{folder}/store.db"
        self._temporal = temporal
        self._more = more
        self._child: Child | None = None
        if not (folder / "suture.keys").exists():
            make_keys(folder / "suture.keys")
        migrate(self.store_url)

    @property
    def keyring(self) -> Keyring:
        """Its keys."""
        return load(self.folder / "suture.keys")

    @property
    def child(self) -> Child:
        """Its process."""
        if self._child is None:
            raise RuntimeError("the gateway was not started")
        return self._child

    async def start(self, *, temporal: str | None = None) -> None:
        """Start it, also again, and wait until it serves."""
        self._temporal = temporal or self._temporal
        config = write_hospital(self.folder, store=self.store_url, temporal=self._temporal, more=self._more)
        log = self.folder / "gateway.log"
        log.unlink(missing_ok=True)
        env = {**os.environ, "SUTURE_CONFIG": str(config)}
        self._child = Child([sys.executable, "-m", "suture.gateway"], log=log, env=env, cwd=ROOT)
        self._child.start()
        self.url = await eventually(self._told, within=60)

    async def _told(self) -> str | None:
        if not self.child.running:
            raise AssertionError(f"the gateway ended with {self.child.returncode}:\n{self.child.tail()}")
        said = search(r"gateway ready on (\S+)", self.child.tail(1000))
        return said[1] if said else None

    def headers(self, body: bytes, *, event_id: str) -> dict[str, str]:
        """The headers of a webhook."""
        return signed(body, secret=secret_of(self.folder), event_id=event_id)

    async def send(self, client: httpx.AsyncClient, body: bytes, *, event_id: str, **more: Any) -> httpx.Response:
        """Send a webhook; `content` may stream other bytes than those that are signed."""
        own = self.headers(body, event_id=event_id)
        return await client.post(f"{self.url}/v1/events/inventory", headers=own, **({"content": body} | more))

    async def stop(self) -> int | None:
        """End it gracefully; answers how it ended."""
        return await self._child.stop() if self._child is not None else None

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Store]:
        """Its store, opened beside it."""
        store = await asyncio.to_thread(Store.open, self.store_url, self.keyring)
        async with store:
            yield store
