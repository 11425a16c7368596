"""The Temporal server to work with: the one that is named, else one of our own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from re import fullmatch

from temporalio.service import RPCError

from suture.tables import Temporal
from suture.temporal.client import TemporalUnreachable, connect
from suture.temporal.dev_server import DevServer, ServerFailed
from suture.temporal.patience import Say, to_stderr
from suture.temporal.search_attributes import register
from suture.temporal.server_binary import find_binary

VARIABLE = "SUTURE_TEMPORAL_ADDRESS"
NAMED_ANSWERS_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True)
class Server:
    """A server that serves; `own` is its process where it is ours, and may then be restarted."""

    address: str
    namespace: str
    ui_url: str | None
    own: DevServer | None = None


def named_address(environ: Mapping[str, str]) -> str:
    """The address of the server to use, where one is named; else nothing."""
    address = environ.get(VARIABLE, "").strip()
    if address and not fullmatch(r"[^\s:\"\\]+:\d{1,5}", address):
        raise ServerFailed(f"{VARIABLE}: expected host:port, for example 127.0.0.1:7233")
    return address


@asynccontextmanager
async def temporal_server(
    folder: Path,
    *,
    environ: Mapping[str, str],
    namespace: str = "default",
    port: int | None = None,
    ui_port: int | None = None,
    ui_codec_endpoint: str | None = None,
    dynamic_config: Mapping[str, object] | None = None,
    say: Say = to_stderr,
) -> AsyncIterator[Server]:
    """The server at `SUTURE_TEMPORAL_ADDRESS`, with our search attributes; else our own, its files in `folder`."""
    if address := named_address(environ):
        await _prepare(address, namespace)
        yield Server(address=address, namespace=namespace, ui_url=None)
        return
    own = DevServer(
        await find_binary(environ=environ, say=say),
        database=folder / "temporal.db",
        log=folder / "temporal.log",
        port=port,
        ui_port=ui_port,
        ui_codec_endpoint=ui_codec_endpoint,
        namespace=namespace,
        dynamic_config=dynamic_config,
    )
    async with own:
        yield Server(address=own.address, namespace=own.namespace, ui_url=own.ui_url, own=own)


async def _prepare(address: str, namespace: str) -> None:
    """Give the namespace of a named server our search attributes; `ServerFailed` where that cannot be."""
    where = f"the Temporal server at {address}"
    try:
        temporal = Temporal(address=address, namespace=namespace)
        await register(await connect(temporal, plugins=[], patience=NAMED_ANSWERS_WITHIN))
    except TemporalUnreachable:
        raise ServerFailed(f"{where} does not answer", do=f"start it, or correct {VARIABLE}") from None
    except RPCError as refused:
        told = f"{where} answered {refused.status.name} for namespace {namespace}"
        raise ServerFailed(told, do="make the namespace, or register the search attributes in it") from None
