"""A hospital of real processes that is watched: a collector for its spans, a Prometheus endpoint for each process."""

import asyncio
import os
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from canonical.identity import RunName
from canonical.memory import RunProjection
from suture.demo.vendors import Vendors
from suture.free_port import free_port
from suture.keys import load
from suture.store.store import Store
from suture.store.work_items import Listed
from suture.temporal.server import VARIABLE as TEMPORAL_ADDRESS
from suture.up.folder import furnish
from suture.up.hospital import Ports
from suture.up.household import Household
from tests.support.collector import Collector, collecting
from tests.support.house import eventually

ROOT = Path(__file__).parents[2]
PROCESSES = ("gateway", "worker", "codec")
_ORDERS_AT_ONCE = {'every = "PT15S"': 'every = "PT1S"', 'sweep_every = "P1D"': 'sweep_every = "P300D"'}
"""Of the policy that a new folder is furnished with: nothing waits for a cut-off, and no sweep comes between."""
WITHIN = 60.0
"""Seconds: everything here takes a few; the machine may be busy."""


class InClear(Household):
    """The same household with gateway and worker started in clear."""

    def _run(self, name: str, argv: list[str], environment: dict[str, str]) -> None:
        clear = [sys.executable, "-m", "tests.support.in_clear", name]
        super()._run(name, clear if name in ("gateway", "worker") else argv, environment)


@dataclass
class Observed:
    """One hospital, whoever watches it, and what its command line has printed so far."""

    house: Household
    vendors: Vendors
    store: Store
    collector: Collector
    prometheus: dict[str, str]
    printed: bytes = b""
    answered: bytes = b""
    _environ: dict[str, str] = field(default_factory=dict)

    async def capture(self, use: dict[str, Any], *, traceparent: str = "") -> None:
        """Enter a use at the point of care; the vendor sends it on by itself."""
        headers = {"authorization": f"Bearer {self.house.systems['inventory'].token}"}
        headers |= {"traceparent": traceparent} if traceparent else {}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            answer = await client.post(f"{self.house.systems['inventory'].url}/v2/uses", json=use, headers=headers)
        if answer.is_error:
            raise AssertionError(f"the sandbox answered {answer.status_code}: {answer.text}")

    def name(self, number: str, *, source: str = "inventory") -> RunName:
        """The first run of a use in NORTH."""
        return RunName(process="usage-to-charge", facility="NORTH", source=source, number=number)

    async def closed(self, number: str, *, ordinal: int = 1) -> RunProjection:
        """The run of a use, once it is closed."""

        async def look() -> RunProjection | None:
            found = await self.store.runs.newest(self.name(number).business_key)
            return found if found is not None and found.closed is not None and found.ordinal == ordinal else None

        return await eventually(look, within=WITHIN)

    async def asked(self, number: str, *, step: str = "") -> Listed:
        """The open work item of a use, at this step if one is named, once there is one."""
        run = self.name(number).workflow_id

        async def look() -> Listed | None:
            open_items = await self.store.work_items.open_items()
            own = (one for one in open_items if one.item.workflow_id == run and step in ("", one.item.step))
            return next(own, None)

        return await eventually(look, within=WITHIN)

    async def metrics(self, process: str) -> str:
        """What a process exposes to Prometheus."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"http://{self.prometheus[process]}/metrics")).text

    async def requests(self, system: str) -> list[dict[str, Any]]:
        """The log of every request that a sandbox system received."""
        address = self.house.systems[system]
        headers = {"authorization": f"Bearer {address.control_token}"}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            answer = (await client.get(f"{address.url}/_control/requests", headers=headers)).json()
        requests: list[dict[str, Any]] = answer if isinstance(answer, list) else next(iter(answer.values()))
        return requests

    async def typed(self, *words: str, code: int = 0) -> None:
        """Type a command that ends with this exit code; what it prints is kept."""
        module = ["tests.support.in_clear", "cli"] if isinstance(self.house, InClear) else ["suture.cli.main"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module, *words),
            env=self._environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        self.printed += out
        if process.returncode != code:
            raise AssertionError(f"suture {words[0]} ended with {process.returncode}:\n{out.decode()}")


def signing_secret(hospital: Observed, system: str) -> bytes:
    """The bytes with which a system signs its webhooks."""
    text = hospital.house.home.hook_secret(system).read_text().strip()
    return b64decode(text.removeprefix("whsec_"))


@asynccontextmanager
async def observed_hospital(folder: Path, *, in_clear: bool = False) -> AsyncIterator[Observed]:
    """Start it, on ports and a Temporal server of its own."""
    ports = Ports(**{port.name: free_port() for port in fields(Ports)})
    home = furnish(folder, ports)
    prometheus = {"gateway": f"127.0.0.1:{ports.gateway_metrics}", "worker": f"127.0.0.1:{ports.worker_metrics}"}
    with collecting() as collector, patch.dict(os.environ, _environ(home.config)):
        os.environ.pop(TEMPORAL_ADDRESS, None)
        written = home.config.read_text()
        for furnished, here in _ORDERS_AT_ONCE.items():
            assert furnished in written
            written = written.replace(furnished, here)
        home.config.write_text(f'{written}\n[telemetry]\notlp_endpoint = "{collector.url}"\n')
        household = (InClear if in_clear else Household)(folder, say=lambda _: None)
        async with household as house, Vendors(house) as vendors:
            store = await asyncio.to_thread(Store.open, house.settings.store.url, load(house.settings.keys.file))
            async with store:
                yield Observed(house, vendors, store, collector, prometheus, _environ=dict(os.environ))


def _environ(config: Path) -> dict[str, str]:
    return {"SUTURE_CONFIG": str(config), "PYTHONPATH": str(ROOT)}
