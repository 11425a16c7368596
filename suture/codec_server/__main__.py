"""Serves the codec endpoint: `python -m suture.codec_server`, by the tables `[codec]`, `[keys]` and `[people]`.

`SUTURE_CODEC_PATH` is the secret path segment for the development server's Web UI; without it only tokens open.
"""

import asyncio
import os
import signal
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from suture.codec_server.app import create_codec_app, is_loopback
from suture.configuration import configured_file, read
from suture.ending import ended
from suture.keys import load
from suture.people import People
from suture.settings import Settings
from suture.telemetry.logs import start_logs
from suture.temporal.client import exit_clean

PATH = "SUTURE_CODEC_PATH"
_SERVICE = "suture-codec"


class Misplaced(Exception):
    """The path for the Web UI must not be served like this."""


def app_of(settings: Settings, *, ui_secret: str) -> Starlette:
    """The application that this configuration asks for."""
    if ui_secret and not is_loopback(settings.codec.host):
        raise Misplaced(f"[codec] host: expected a loopback address while {PATH} is set, or {PATH} unset")
    keyring = load(settings.keys.file)
    try:
        return create_codec_app(
            keyring,
            register=People(settings.people),
            ui_secret=ui_secret or None,
            ui_origin=origin_of(settings.temporal.ui_url),
        )
    except ValueError as unfit:
        raise Misplaced(f"{PATH}: {unfit}") from None


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, as a browser sends them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def serve(settings: Settings, *, ui_secret: str) -> int:
    """Serve until a signal says to stop."""
    host, port = settings.codec.host, settings.codec.port
    server = uvicorn.Server(
        uvicorn.Config(
            app_of(settings, ui_secret=ui_secret),
            host=host,
            port=port,
            # The path is the credential of the Web UI: it belongs in no log.
            access_log=False,
            log_config=None,
            server_header=False,
            # A header must not make a caller from elsewhere seem to be on this machine.
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
    )
    # uvicorn raises the signal that stopped it once more when it is done: here it finds somebody who lets it pass.
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, lambda: None)
    await server.serve()
    return 0


def main() -> int:
    """Run the server; errors of configuration in one line."""
    start_logs(_SERVICE)

    def run() -> int:
        settings = read(configured_file(os.environ))
        start_logs(_SERVICE, mask=settings.privacy.patient_numbers)
        return asyncio.run(serve(settings, ui_secret=os.environ.get(PATH, "").strip()))

    return ended("codec", run, known=(Misplaced,))


if __name__ == "__main__":
    exit_clean(main())
