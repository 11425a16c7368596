"""What the wheel installs carries a use through: its own commands and worker, against Temporal and the sandbox systems."""

import asyncio
import json
from pathlib import Path
from typing import Any

from canonical.memory import RunProjection
from suture.child import Child
from suture.configuration import read
from suture.free_port import free_port
from suture.keys import load, make_keys
from suture.store.store import Store
from suture.up.folder import Home, furnish
from suture.up.hospital import Ports
from tests.conftest import StartTemporal
from tests.package.conftest import Installed
from tests.support.house import eventually
from tests.support.sandbox import Sandbox

USE = {
    "facility": "NORTH",
    "number": "WHEEL-1",
    "occurred": "2026-11-20T15:00:00Z",
    "act": "act-WHEEL-1",
    "surgical_case": "C-2026-0003",
    "account": "A100003",
    "location": "OR-2",
    "performing_cost_centre": "4110",
    "charged_cost_centre": "4110",
    "item": "4731",
    "quantity": "1",
    "unit": "each",
    "disposition": "consumed",
}


async def test_an_installed_wheel_carries_one_use_into_three_ledgers(
    installed: Installed, start_temporal: StartTemporal, sandbox: Sandbox, tmp_path: Path
) -> None:
    temporal = await start_temporal()
    home = _home(tmp_path / "hospital", sandbox, temporal=temporal.address)
    await _suture(installed, home, "store", "migrate")
    settings = read(home.config)
    # Somewhere else than in the tree: nothing but what is installed can be imported.
    env = {"SUTURE_CONFIG": str(home.config), "PATH": str(installed.environment / "bin"), "HOME": str(home.folder)}
    worker = Child([str(installed.python), "-m", "worker"], log=home.log("worker"), env=env, cwd=home.folder)
    worker.start()
    try:
        document = home.folder / "use.json"
        document.write_text(json.dumps(USE))
        started = await _suture(
            installed, home, "start", "usage-to-charge", "--file", str(document), "--source", "inventory", "--json"
        )
        assert started["delivered"] and not started["duplicate"]
        async with await asyncio.to_thread(Store.open, settings.store.url, load(settings.keys.file)) as store:

            async def closed() -> RunProjection | None:
                assert worker.running, worker.tail()
                run = await store.runs.newest(started["business_key"])
                return run if run is not None and run.closed is not None else None

            assert (await eventually(closed, within=60)).outcome == "posted"
        story = await _suture(installed, home, "show", started["correlation_id"], "--json")
    finally:
        ended = await worker.stop(within=40)
    assert ended == 0, worker.tail()
    effects = {effect["intent"]["domain"]: effect for effect in story["effects"]}
    assert {domain: effect["state"] for domain, effect in effects.items()} == dict.fromkeys(
        ("inventory", "billing", "finance"), "applied"
    )
    for system, domain, operation in (
        (sandbox.inventory, "inventory", "book_movement"),
        (sandbox.billing, "billing", "post_charge"),
        (sandbox.erp, "finance", "post_journal"),
    ):
        requests = await system.control("GET", "requests", operation=operation, key=effects[domain]["wire_key"])
        logged = requests if isinstance(requests, list) else next(iter(requests.values()))
        assert [request["status"] // 100 for request in logged] == [2], operation


def _home(folder: Path, sandbox: Sandbox, *, temporal: str) -> Home:
    """A hospital's folder, for a Temporal server and sandbox systems that run already."""
    ports = Ports(
        **{name: free_port() for name in ("temporal", "ui", "gateway", "codec", "gateway_metrics", "worker_metrics")},
        **{system.name: system.port for system in sandbox.systems},
    )
    home = furnish(folder, ports, temporal=temporal)
    make_keys(home.folder / "suture.keys")
    for system in sandbox.systems:
        home.system_token(system.name).write_text(system.token)
    return home


async def _suture(installed: Installed, home: Home, *words: str) -> dict[str, Any]:
    """A command as an operator types it; its JSON, nothing where it prints none."""
    env = {"SUTURE_CONFIG": str(home.config)}
    ran = await asyncio.to_thread(installed.run, "suture", *words, cwd=home.folder, env=env)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) if "--json" in words else {}
