"""`suture up` as a supervisor or a person runs it: what it begins with, what ends it, and that nothing is left."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from suture.configuration import read
from suture.free_port import free_port
from suture.up.folder import furnish
from suture.up.hospital import Ports
from tests.conftest import StartTemporal
from tests.support.processes import as_in_a_terminal, child_of, started_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]
ROOT = Path(__file__).parents[2]
UP = [str(Path(sys.executable).with_name("suture")), "up", "--folder"]
SERVED = "is served"


class Running:
    """`suture up` in a folder, and what it has said so far."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.said = ""
        self.process = subprocess.Popen(
            [*UP, str(folder)],
            cwd=folder.parent,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=as_in_a_terminal,
        )

    def until(self, words: str) -> None:
        """Read on until it says the words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return
        raise AssertionError(f"it ended with {self.process.wait()}:\n{self.said}")

    def end(self) -> int:
        """Its exit code, once it has ended; nothing that it started may be left."""
        rest, _ = self.process.communicate(timeout=60)
        self.said += rest
        assert started_in(self.folder) == [], self.said
        return self.process.returncode


@contextmanager
def running(folder: Path, **environ: str) -> Iterator[Running]:
    """Start it."""
    without_ours = {name: value for name, value in os.environ.items() if name != "SUTURE_TEMPORAL_ADDRESS"}
    up = Running(folder, without_ours | {"PYTHONPATH": str(ROOT)} | environ)
    try:
        yield up
    finally:
        up.process.kill()
        up.process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hospital's folder, on ports that nobody else takes."""
    furnish(tmp_path / "hospital", Ports(**{port.name: free_port() for port in fields(Ports)}))
    return tmp_path / "hospital"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_while_it_starts_it_stops_at_once_all_that_it_started(folder: Path, how: signal.Signals) -> None:
    with running(folder) as up:
        up.until("erp ")
        up.process.send_signal(how)
        assert up.end() == 0
    assert "gateway " not in up.said and SERVED not in up.said


def test_a_second_interruption_does_not_cut_the_stopping_short(folder: Path) -> None:
    with running(folder) as up:
        up.until(SERVED)
        up.process.send_signal(signal.SIGINT)
        up.until("stopping everything")
        up.process.send_signal(signal.SIGINT)
        assert up.end() == 0
    for process in ("gateway", "worker"):
        assert "Traceback" not in (folder / "logs" / f"{process}.log").read_text()


@pytest.mark.parametrize("process", ["worker", "suture.codec_server"])
def test_a_process_that_ends_ends_all_with_its_name_and_its_log(folder: Path, process: str) -> None:
    with running(folder) as up:
        up.until(SERVED)
        os.kill(child_of(folder, process), signal.SIGKILL)
        assert up.end() == 1
    log = folder / "logs" / f"{process.rpartition('.')[2].removesuffix('_server')}.log"
    assert f"{log.stem} was ended by SIGKILL" in up.said
    assert f"its log is {log}" in up.said


def test_a_process_that_cannot_start_is_told_in_one_line_with_its_log(folder: Path) -> None:
    config = folder / "hospital.toml"
    settings = read(config)
    config.write_text(config.read_text().replace(f"port = {settings.codec.port}", f"port = {settings.gateway.port}"))
    with running(folder) as up:
        assert up.end() == 4
    told = [line for line in up.said.splitlines() if line.startswith("suture: ")]
    assert len(told) == 1
    assert "at its start" in told[0] and "its log is" in told[0]
    assert "a fault of suture" not in up.said and "Traceback" not in up.said


async def test_a_named_server_is_the_one_that_a_fresh_folder_uses(
    tmp_path: Path, start_temporal: StartTemporal
) -> None:
    named, folder = await start_temporal(), tmp_path / "fresh"
    with running(folder, SUTURE_TEMPORAL_ADDRESS=named.address) as up:
        up.until(SERVED)
        assert read(folder / "hospital.toml").temporal.address == named.address
        assert not (folder / "temporal").exists()
        up.process.send_signal(signal.SIGTERM)
        assert up.end() == 0
    assert named.running


def test_a_folder_that_names_its_server_keeps_it_and_says_so(folder: Path) -> None:
    with running(folder, SUTURE_TEMPORAL_ADDRESS="127.0.0.1:1") as up:
        up.until("SUTURE_TEMPORAL_ADDRESS is set: hospital.toml names")
        up.until("erp ")
        up.process.send_signal(signal.SIGTERM)
        assert up.end() == 0


def test_where_no_temporal_server_can_be_had_one_line_says_what_was_tried_and_what_to_install(folder: Path) -> None:
    no_way_out = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:1")
    environ = {"PATH": "", "XDG_CACHE_HOME": str(folder.parent / "cache"), "SUTURE_TEMPORAL_BINARY": "", **no_way_out}
    with running(folder, **environ) as up:
        assert up.end() == 4
    told = up.said.splitlines()[-1]
    assert told.startswith("suture: no Temporal server was found; tried: `temporal` on PATH (not there)")
    assert "go install" in told and "install the `temporal` command" in told
    assert "a fault of suture" not in up.said


def test_a_port_in_use_is_told_in_one_line(folder: Path) -> None:
    with running(folder) as first:
        first.until(SERVED)
        other = folder.parent / "other"
        other.mkdir()
        shutil.copytree(folder / "systems", other / "systems")
        shutil.copy(folder / "hospital.toml", other)
        with running(other) as second:
            assert second.end() == 4
        assert "is in use; stop what listens there" in second.said.splitlines()[-1]
        first.process.send_signal(signal.SIGTERM)
        assert first.end() == 0


def test_two_in_one_folder_are_refused(folder: Path) -> None:
    with running(folder) as first:
        first.until("erp ")
        second = subprocess.run([*UP, str(folder)], capture_output=True, text=True, timeout=60)
        assert second.returncode == 1
        assert second.stderr == f"suture: {folder} is in use by another suture up or demo: stop that one first\n"
        first.process.send_signal(signal.SIGTERM)
        assert first.end() == 0


def test_keys_that_were_lost_are_not_made_anew(folder: Path) -> None:
    with running(folder) as up:
        up.until("keep a copy")
        up.until("erp ")
        up.process.send_signal(signal.SIGTERM)
        assert up.end() == 0
    (folder / "suture.keys").unlink()
    with running(folder) as again:
        assert again.end() == 2
    assert "suture.keys is missing" in again.said.splitlines()[-1]
    assert not (folder / "suture.keys").exists()
