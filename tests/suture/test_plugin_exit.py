"""Leaving: a process that has used Temporal ends with the code it chose, with all it printed, every time."""

import asyncio
import sys
from pathlib import Path

from suture.temporal.server import Server

ROOT = Path(__file__).parents[2]
SHORT = """
import asyncio, sys
from suture.keys import Keyring
from suture.tables import Temporal
from suture.temporal.client import connect, exit_clean
from suture.temporal.plugin import suture_plugin

async def main():
    client = await connect(Temporal(address=sys.argv[1]), plugins=[suture_plugin(Keyring.make())])
    print("found", [run async for run in client.list_workflows("WorkflowId = 'nobody'")])

asyncio.run(main())
exit_clean(int(sys.argv[2]))
"""


async def _short(temporal: Server, code: int) -> tuple[int | None, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SHORT, temporal.address, str(code)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out, err


async def test_short_processes_end_with_their_code_and_output(temporal: Server) -> None:
    codes = (0, 3) * 3
    ended = await asyncio.gather(*(_short(temporal, code) for code in codes))
    assert ended == [(code, b"found []\n", b"") for code in codes]


async def test_a_reader_that_has_left_is_an_exit_code_and_no_traceback(temporal: Server) -> None:
    process = await asyncio.create_subprocess_shell(
        f'{sys.executable} -c "$SCRIPT" {temporal.address} 0 | true; exit ${{PIPESTATUS[0]}}',
        executable="/bin/bash",
        cwd=ROOT,
        env={"SCRIPT": SHORT, "PATH": "/usr/bin:/bin"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert (process.returncode, err) == (1, b"")
