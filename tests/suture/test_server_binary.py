"""The Temporal server's program is found, or got, in one order; a clear error says what was tried."""

import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from suture.temporal import server_binary
from suture.temporal.patience import Waited, held, run_watched
from suture.temporal.server_binary import TemporalMissing, find_binary


def _program(path: Path, body: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


async def test_the_named_one_comes_first_then_path_then_the_cache(tmp_path: Path) -> None:
    named = _program(tmp_path / "named")
    on_path = _program(tmp_path / "path" / "temporal")
    cached = _program(tmp_path / "cache" / "suture" / "bin" / "temporal")
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": str(on_path.parent)}
    assert await find_binary(environ={**environ, "SUTURE_TEMPORAL_BINARY": str(named)}) == named
    assert await find_binary(environ=environ) == on_path
    assert await find_binary(environ={**environ, "PATH": ""}) == cached


async def test_a_named_one_that_cannot_run_is_an_error_and_no_other_is_taken(tmp_path: Path) -> None:
    with pytest.raises(TemporalMissing, match="SUTURE_TEMPORAL_BINARY"):
        await find_binary(environ={"SUTURE_TEMPORAL_BINARY": str(tmp_path / "absent"), "PATH": os.environ["PATH"]})


async def test_where_it_cannot_be_had_the_error_says_what_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_binary, "_download", _no_way_out)
    environ = {"XDG_CACHE_HOME": str(tmp_path), "PATH": ""}
    with pytest.raises(TemporalMissing) as caught:
        await find_binary(environ=environ, say=lambda line: None)
    message = str(caught.value)
    for words in ("on PATH (not there)", "own download (no way out)", "no `go` on PATH", "SUTURE_TEMPORAL_ADDRESS"):
        assert words in message
    assert "\n" not in message
    assert [path.name for path in (tmp_path / "suture" / "bin").iterdir()] == ["temporal.lock"]


async def test_two_processes_do_not_build_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_binary, "_download", _no_way_out)
    tools = tmp_path / "tools"
    _program(tools / "go", f'echo built >> {tmp_path}/builds; /bin/sleep 0.5; /bin/cp {tools}/go "$GOBIN/temporal"')
    environ = {"XDG_CACHE_HOME": str(tmp_path), "PATH": str(tools)}
    said: list[str] = []
    found = await asyncio.gather(*(find_binary(environ=environ, say=said.append) for _ in range(3)))
    assert set(found) == {tmp_path / "suture" / "bin" / "temporal"}
    assert (tmp_path / "builds").read_text() == "built\n"
    assert any("waiting for another process" in line for line in said)


async def test_a_download_without_a_first_byte_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(Waited, match="nothing arrived within"):
        await run_watched(
            ["/bin/sleep", "60"],
            env={},
            what="downloading",
            within=60,
            begun=(lambda: any(tmp_path.iterdir()), 0.2),
            say=lambda line: None,
        )


async def test_work_that_takes_too_long_is_ended_and_work_that_fails_tells_its_last_line() -> None:
    with pytest.raises(Waited, match="not done within"):
        await run_watched(["/bin/sleep", "60"], env={}, what="work", within=0.2, say=lambda line: None)
    failing = [sys.executable, "-c", "import sys; print('first', flush=True); sys.exit('the reason')"]
    with pytest.raises(Waited, match=r"^the reason$"):
        await run_watched(failing, env={}, what="work", within=30, say=lambda line: None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to the life of another")
async def test_work_ends_with_a_parent_that_is_killed_and_with_all_that_it_started_when_it_is_given_up(
    tmp_path: Path,
) -> None:
    working = _program(
        tmp_path / "work", f"/bin/sleep 61 & echo $! > {tmp_path}/helper; echo $$ > {tmp_path}/pid; wait"
    )
    program = (
        "import asyncio, sys\n"
        "from suture.temporal.patience import run_watched\n"
        "asyncio.run(run_watched([sys.argv[1]], env={}, what='work', within=60, say=print))\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(working))
    child = await _number_in(tmp_path / "pid")
    parent.kill()
    await parent.wait()
    await _gone(child)
    os.kill(int((tmp_path / "helper").read_text()), signal.SIGKILL)

    (tmp_path / "pid").unlink()
    with pytest.raises(Waited, match="not done within"):
        await run_watched([str(working)], env={}, what="work", within=1, say=lambda line: None)
    for each in ("pid", "helper"):
        await _gone(int((tmp_path / each).read_text()))


async def test_a_lock_is_free_again_after_a_failure(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(Waited):
            async with asyncio.timeout(5), held(tmp_path / "lock", what="nobody", say=lambda line: None):
                raise Waited("on purpose")


async def _number_in(file: Path) -> int:
    async with asyncio.timeout(20):
        while not (file.exists() and file.read_text().strip()):
            await asyncio.sleep(0.02)
    return int(file.read_text())


async def _gone(pid: int) -> None:
    """A zombie that nobody has reaped yet has gone too."""
    async with asyncio.timeout(20):
        while (stat := Path(f"/proc/{pid}/stat")).exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
            await asyncio.sleep(0.02)


async def _no_way_out(*_: object) -> Path:
    raise Waited("no way out")
