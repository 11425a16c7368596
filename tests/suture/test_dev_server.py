"""The Temporal dev server: one module finds, starts, restarts and ends it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from temporalio.client import Client

from suture.free_port import free_port, is_free
from suture.temporal.dev_server import DevServer, ServerFailed
from suture.temporal.search_attributes import TYPES, missing
from suture.temporal.server import Server, temporal_server
from suture.temporal.server_binary import find_binary
from tests.conftest import StartTemporal

WORKFLOW = "nobody-serves-this"


async def test_the_server_knows_our_search_attributes(temporal: Server) -> None:
    client = await Client.connect(temporal.address, namespace=temporal.namespace)
    assert await missing(client) == []
    assert "WaitingFor" in TYPES


async def test_history_survives_a_restart_and_a_crash(start_temporal: StartTemporal) -> None:
    server = await start_temporal()
    address = server.address
    client = await Client.connect(address)
    await client.start_workflow(WORKFLOW, id="kept", task_queue="nobody")
    await server.restart()
    assert server.address == address
    assert (await client.get_workflow_handle("kept").describe()).id == "kept"
    server.kill()
    assert not server.running
    await server.start()
    assert (await client.get_workflow_handle("kept").describe()).id == "kept"


async def test_a_server_that_cannot_serve_says_why(tmp_path: Path, temporal: Server) -> None:
    taken = int(temporal.address.rsplit(":", 1)[1])
    binary = await find_binary(environ=os.environ)
    server = DevServer(binary, database=tmp_path / "db", log=tmp_path / "log", port=taken)
    with pytest.raises(ServerFailed, match="in use"):
        await server.start()
    assert not server.running


async def test_it_is_stopped_when_its_user_fails(tmp_path: Path) -> None:
    class UserFailed(Exception):
        pass

    binary = await find_binary(environ=os.environ)
    server = DevServer(binary, database=tmp_path / "db", log=tmp_path / "log")
    with pytest.raises(UserFailed):
        async with server:
            assert server.running
            raise UserFailed
    assert not server.running


async def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    program = (
        "import asyncio, os, pathlib\n"
        "from suture.temporal.server import temporal_server\n"
        "async def main():\n"
        f"    async with temporal_server(pathlib.Path({str(tmp_path)!r}), environ=os.environ, port={port}):\n"
        "        print('serving', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    environ = {key: value for key, value in os.environ.items() if key != "SUTURE_TEMPORAL_ADDRESS"}
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, env=environ
    )
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"serving\n"
    parent.send_signal(signal.SIGKILL)
    await parent.communicate()
    async with asyncio.timeout(10):
        while not is_free(port):
            await asyncio.sleep(0.02)


async def test_a_named_server_is_used_and_given_what_it_lacks(tmp_path: Path, temporal: Server) -> None:
    environ = {"SUTURE_TEMPORAL_ADDRESS": temporal.address}
    async with temporal_server(tmp_path, environ=environ) as server:
        assert server.own is None
        assert server.address == temporal.address
    assert list(tmp_path.iterdir()) == []
