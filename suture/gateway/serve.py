"""The gateway as a process: settings -> store -> client -> dispatcher -> application -> server."""

import asyncio
import os
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from suture.assembly import senders
from suture.configuration import configured_file, read
from suture.dispatch import Dispatcher
from suture.ending import ended
from suture.gateway.app import create_app
from suture.gateway.deliveries import Deliveries
from suture.gateway.server import CannotListen, Server, address_of, listen
from suture.intake import Intake
from suture.keys import load
from suture.people import People
from suture.rounds import Rounds
from suture.settings import Settings
from suture.starting import Starter
from suture.store.store import Store
from suture.telemetry.start import start_telemetry
from suture.temporal.client import connect, exit_clean
from suture.temporal.plugin import suture_plugin

_REACHED_WITHIN = timedelta(seconds=2)


def main() -> None:
    """Serve until SIGTERM or SIGINT: exit 0; 2 where the configuration or what it names does not let it serve."""

    def run() -> int:
        return asyncio.run(serve(read(configured_file(os.environ))))

    exit_clean(ended("gateway", run, known=(CannotListen,)))


async def serve(settings: Settings) -> int:
    """Open what the application needs, serve, and close it in the opposite order."""
    telemetry = start_telemetry(settings.telemetry, service="gateway", mask=settings.privacy.patient_numbers)
    async with AsyncExitStack() as stack:
        stack.callback(telemetry.stop)
        keyring = load(settings.keys.file)
        store = await stack.enter_async_context(Store.open(settings.store.url, keyring))
        client = await connect(
            settings.temporal, plugins=[suture_plugin(keyring)], runtime=telemetry.runtime, lazy=True
        )
        deliveries = Deliveries(Dispatcher(client, store, Starter(settings)))
        intake = Intake(
            store,
            facilities=settings.facilities,
            ignored={name: source.ignore_fields for name, source in settings.sources.items()},
            patient_numbers=settings.privacy.patient_numbers,
        )
        app = create_app(
            settings,
            store=store,
            intake=intake,
            senders=senders(settings),
            register=People(settings.people),
            stored=deliveries.put,
            reach=lambda: reached(client),
        )
        listening = stack.enter_context(listen(settings.gateway.host, settings.gateway.port))
        running = asyncio.gather(deliveries.run(), Rounds(client, store, settings.policy.ladder).run())
        server = Server(app, ready=lambda: print(f"gateway ready on {address_of(listening)}", flush=True))
        try:
            await server.serve(sockets=[listening])
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    print("gateway stopped", flush=True)
    return 0


async def reached(client: Client) -> bool:
    """Whether Temporal answers now."""
    try:
        return await client.service_client.check_health(timeout=_REACHED_WITHIN)
    except (RPCError, RuntimeError):
        # A lazy client that cannot connect raises RuntimeError.
        return False
