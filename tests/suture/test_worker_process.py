"""The worker's end: at once where it is told to before it serves, in one line where its polling dies."""

import asyncio
import os
import signal
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from suture.configuration import read
from suture.free_port import free_port
from suture.keys import make_keys
from suture.store.migrate import migrate
from suture.temporal.server import Server
from suture.up.folder import Home, furnish
from suture.up.hospital import Ports
from worker import run_all

ROOT = Path(__file__).parents[2]
NOBODY = "127.0.0.1:1"
SAYS_ITS_HANDLERS_ARE_SET = (
    "import worker\n"
    "connecting = worker.connect\n"
    "async def told(*given, **named):\n"
    "    print('connecting', flush=True)\n"
    "    return await connecting(*given, **named)\n"
    "worker.connect = told\n"
    "worker.main()\n"
)


def _home(folder: Path, *, temporal: str) -> Home:
    home = furnish(folder, Ports(**{port.name: free_port() for port in fields(Ports)}), temporal=temporal)
    make_keys(folder / "suture.keys")
    migrate(read(home.config).store.url)
    return home


async def _start(home: Home, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, *words),
        cwd=ROOT,
        env=os.environ | {"SUTURE_CONFIG": str(home.config)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_told_to_stop_while_it_still_connects_it_ends_at_once_and_clean(tmp_path: Path) -> None:
    process = await _start(_home(tmp_path, temporal=NOBODY), "-c", SAYS_ITS_HANDLERS_ARE_SET)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"connecting\n"
    process.send_signal(signal.SIGTERM)
    # It would try for 30 s.
    async with asyncio.timeout(10):
        assert (await process.communicate(), process.returncode) == ((b"", b""), 0)


async def test_polling_that_dies_is_one_line_and_an_exit_code(tmp_path: Path, temporal: Server) -> None:
    home = _home(tmp_path, temporal=temporal.address)
    config = home.config.read_text().replace("[temporal]\n", '[temporal]\nnamespace = "absent"\n')
    home.config.write_text(config)
    process = await _start(home, "-m", "worker")
    async with asyncio.timeout(60):
        _, told = await process.communicate()
    lines = [line for line in told.decode().splitlines() if line.startswith("worker: ")]
    assert process.returncode == 1
    assert lines and all("polling died" in line and "absent" in line for line in lines)
    assert "Traceback" not in told.decode()


async def test_a_worker_of_transactions_reads_no_credential_of_a_system(tmp_path: Path, temporal: Server) -> None:
    home = _home(tmp_path, temporal=temporal.address)
    for token in (tmp_path / "systems").glob("*.token"):
        token.unlink()
    process = await _start(home, "-m", "worker", "--role", "transactions")
    assert process.stdout is not None
    async with asyncio.timeout(60):
        served = [(await process.stdout.readline()).decode() for _ in range(2)]
        process.terminate()
        await process.communicate()
    assert served[0] == "worker serves transactions\n" and served[1].startswith("worker ready: transactions; ")
    assert process.returncode == 0


@activity.defn(name="nothing")
async def nothing() -> None:
    """Does nothing."""


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_whichever_of_several_dies_the_others_are_stopped_and_it_is_told_of_what(
    temporal: Server, place: int
) -> None:
    namespaces = [temporal.namespace] * 3
    namespaces[place] = "absent"
    workers = [
        Worker(
            await Client.connect(temporal.address, namespace=namespace),
            task_queue=f"queue-{number}",
            activities=[nothing],
        )
        for number, namespace in enumerate(namespaces)
    ]
    async with asyncio.timeout(30):
        (died,) = await run_all(workers, asyncio.Event())
    assert "absent" in str(died)
    assert not any(worker.is_running for worker in workers)
