"""The gateway under many clients at once: events accepted per second, and how long each waited for its 202."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.figures import Flood
from bench.hospital import Place
from bench.measured_worker import ROOT
from bench.senders import Sent
from suture.child import Child
from suture.configuration import VARIABLE

READY_WITHIN = 60.0
TOLD = re.compile(r"gateway ready on (\S+)")


class GatewayEnded(Exception):
    """The gateway ended, or did not serve in time; the message holds the end of its log."""


async def flood(place: Place, *, events: int, clients: int, dispatching: bool) -> Flood:
    """Start a gateway, flood it from a process of its own, and stop it again."""
    async with _gateway(place) as url:
        words = [url, str(place.secret), str(events), str(clients)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.senders", *words, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise GatewayEnded(f"the senders ended with {process.returncode}")
    sent = Sent.model_validate_json(output)
    return Flood(
        dispatching=dispatching,
        clients=clients,
        events=events,
        accepted_per_second=round(sent.accepted / sent.seconds, 1),
        latency=sent.latency,
        refused=events - sent.accepted,
    )


@asynccontextmanager
async def _gateway(place: Place) -> AsyncIterator[str]:
    log = place.folder / "gateway.log"
    log.unlink(missing_ok=True)
    environment = dict(os.environ) | {VARIABLE: str(place.config)}
    child = Child([sys.executable, "-m", "suture.gateway"], log=log, env=environment)
    child.start()
    try:
        yield await _address(child)
    finally:
        await child.stop()


async def _address(child: Child) -> str:
    try:
        async with asyncio.timeout(READY_WITHIN):
            while (told := TOLD.search(child.tail(1000))) is None:
                if not child.running:
                    raise GatewayEnded(child.tail())
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise GatewayEnded(child.tail()) from None
    return told[1]
