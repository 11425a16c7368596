"""The server's protocol with its transport in reach, so that a connection can really be cut."""

import asyncio
from typing import Any, cast

from starlette.types import Receive
from uvicorn.protocols.http.h11_impl import H11Protocol


class CuttableProtocol(H11Protocol):
    """Puts the transport of the connection into the state of each of its requests."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called once a connection."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(cast(asyncio.Transport, transport))


async def cut(scope: dict[str, Any], receive: Receive) -> None:
    """Close the connection without an answer, and wait until the server has noticed."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def flushed(scope: dict[str, Any]) -> None:
    """Wait until the kernel has taken all bytes of the answer, or the caller has gone."""
    transport: asyncio.Transport = scope["state"]["transport"]
    # The transport tells nobody when its buffer is empty.
    while not transport.is_closing() and transport.get_write_buffer_size():
        await asyncio.sleep(0.001)
