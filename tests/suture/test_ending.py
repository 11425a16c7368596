"""Whatever keeps a process from serving is one line on stderr and an exit code; its text is told only where it is ours."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from suture.ending import ended
from suture.keys import KeysError, make_keys
from tests.support.hospital import write_hospital

ROOT = Path(__file__).parents[2]
PLANT = "MRN-77001"


class Unfit(Exception):
    """Words of the service itself."""


def failing(error: Exception) -> Callable[[], int]:
    def serve() -> int:
        raise error

    return serve


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (KeysError("no keys"), 2, "gateway: no keys"),
        (Unfit("does not fit"), 2, "gateway: does not fit"),
        (ExceptionGroup("several", [ExceptionGroup("more", [Unfit("first")]), ValueError()]), 2, "gateway: first"),
        (PermissionError(13, "Permission denied", "store.db"), 2, "gateway: store.db: Permission denied"),
        (ValueError(PLANT), 1, "gateway: a fault of suture itself: ValueError at suture/test_ending.py:"),
        (OSError(PLANT), 1, "gateway: a fault of suture itself: OSError at suture/test_ending.py:"),
    ],
)
def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str], error: Exception, code: int, told: str) -> None:
    assert ended("gateway", failing(error), known=(Unfit,)) == code
    line = capsys.readouterr().err
    assert line.startswith(told)
    assert line.count("\n") == 1
    assert PLANT not in line


def test_what_ends_well_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("gateway", lambda: 0) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("module", "broken", "told"),
    [
        ("suture.gateway", "store", "gateway: [store] url: the file is not a readable database"),
        ("worker", "store", "worker: [store] url: the file is not a readable database"),
        ("suture.gateway", "configuration", "gateway: "),
        ("worker", "configuration", "worker: "),
        ("suture.codec_server", "configuration", "codec: "),
    ],
)
async def test_a_process_that_cannot_serve_says_why_in_one_line(
    tmp_path: Path, module: str, broken: str, told: str
) -> None:
    make_keys(tmp_path / "suture.keys")
    file = write_hospital(tmp_path)
    (tmp_path / "suture.db").write_bytes(b"no database at all" * 1000)
    if broken == "configuration":
        file.write_text("a = " + "[" * 5000)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        cwd=ROOT,
        env={**os.environ, "SUTURE_CONFIG": str(file)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    assert len(err.decode().splitlines()) == 1
    assert err.decode().startswith(told)
