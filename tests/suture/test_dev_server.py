"""The Temporal dev server: one module finds, starts, restarts and ends it."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from suture.free_port import free_port, is_free
from suture.temporal import server as named
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


async def test_a_named_server_is_given_what_it_lacks_in_the_namespace_that_is_served(
    tmp_path: Path, temporal: Server
) -> None:
    client = await Client.connect(temporal.address)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace="of-its-own", workflow_execution_retention_period=Duration(seconds=86_400))
    )
    served = await Client.connect(temporal.address, namespace="of-its-own")
    async with asyncio.timeout(30):
        while not await _lacks(served):
            await asyncio.sleep(0.05)
    environ = {"SUTURE_TEMPORAL_ADDRESS": temporal.address}
    async with temporal_server(tmp_path, environ=environ, namespace="of-its-own") as server:
        assert server.namespace == "of-its-own"
        async with asyncio.timeout(30):
            while await missing(served):
                await asyncio.sleep(0.05)


async def _lacks(client: Client) -> list[str]:
    """What it lacks; nothing while the namespace is not known everywhere yet."""
    try:
        return await missing(client)
    except RPCError as error:
        assert error.status is RPCStatusCode.NOT_FOUND
        return []


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (
            "127.0.0.1:1",
            "the Temporal server at 127.0.0.1:1 does not answer; start it, or correct SUTURE_TEMPORAL_ADDRESS",
        ),
        ("nonsense", "SUTURE_TEMPORAL_ADDRESS: expected host:port, for example 127.0.0.1:7233"),
    ],
)
async def test_a_named_server_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, told: str
) -> None:
    monkeypatch.setattr(named, "NAMED_ANSWERS_WITHIN", timedelta(seconds=0.3))
    with pytest.raises(ServerFailed) as caught:
        async with temporal_server(tmp_path, environ={"SUTURE_TEMPORAL_ADDRESS": address}):
            pass
    assert str(caught.value) == told


async def test_a_namespace_that_a_named_server_does_not_have_is_told_in_one_line(
    tmp_path: Path, temporal: Server
) -> None:
    environ = {"SUTURE_TEMPORAL_ADDRESS": temporal.address}
    with pytest.raises(ServerFailed, match="answered NOT_FOUND for namespace absent; make the namespace"):
        async with temporal_server(tmp_path, environ=environ, namespace="absent"):
            pass
