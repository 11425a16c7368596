"""Cuts a connection for real: the transport is closed with nothing (more) written, as when a network drops it."""

import asyncio

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol


class CuttableProtocol(H11Protocol):
    """Puts the transport where the application can reach it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


async def cut(scope: Scope, receive: Receive) -> None:
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.abort()
    # Returning before the server has seen the loss would make it write an answer of its own.
    while (await receive())["type"] != "http.disconnect":
        pass
