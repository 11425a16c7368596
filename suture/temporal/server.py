"""The Temporal server to work with: the one that is named, else one of our own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from suture.temporal.dev_server import DevServer
from suture.temporal.patience import Say, to_stderr
from suture.temporal.search_attributes import register
from suture.temporal.server_binary import find_binary

VARIABLE = "SUTURE_TEMPORAL_ADDRESS"


@dataclass(frozen=True)
class Server:
    """A server that serves; `own` is its process where it is ours, and may then be restarted."""

    address: str
    namespace: str
    ui_url: str | None
    own: DevServer | None = None


@asynccontextmanager
async def temporal_server(
    folder: Path,
    *,
    environ: Mapping[str, str],
    port: int | None = None,
    ui_port: int | None = None,
    ui_codec_endpoint: str | None = None,
    dynamic_config: Mapping[str, object] | None = None,
    say: Say = to_stderr,
) -> AsyncIterator[Server]:
    """The server at `SUTURE_TEMPORAL_ADDRESS`, with our search attributes; else our own, its files in `folder`."""
    address = environ.get(VARIABLE, "").strip()
    if address:
        await register(await Client.connect(address))
        yield Server(address=address, namespace="default", ui_url=None)
        return
    own = DevServer(
        await find_binary(environ=environ, say=say),
        database=folder / "temporal.db",
        log=folder / "temporal.log",
        port=port,
        ui_port=ui_port,
        ui_codec_endpoint=ui_codec_endpoint,
        dynamic_config=dynamic_config,
    )
    async with own:
        yield Server(address=own.address, namespace=own.namespace, ui_url=own.ui_url, own=own)
