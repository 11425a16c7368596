"""`suture demo` as a person runs it: whatever ends it, nothing that it started stays behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import as_in_a_terminal, child_of, started_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
DEMO = [str(Path(sys.executable).with_name("suture")), "demo"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP])
def test_interrupted_in_the_middle_of_the_day_it_stops_all_that_it_started(tmp_path: Path, how: signal.Signals) -> None:
    process = subprocess.Popen(
        DEMO,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=as_in_a_terminal,
    )
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "the morning list" in line:
                break
        assert len(started_in(tmp_path)) >= 6, "".join(said)
        process.send_signal(how)
        rest, _ = process.communicate(timeout=60)
        assert "stopping everything" in rest
        assert process.returncode == 0, rest
    finally:
        process.kill()
        process.wait()
    assert started_in(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
def test_a_second_demo_is_refused_and_a_lost_process_is_told_while_the_day_goes_on(tmp_path: Path) -> None:
    with subprocess.Popen(DEMO, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as first:
        try:
            assert first.stdout is not None
            assert any("the morning list" in line for line in first.stdout)
            second = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, timeout=60)
            assert second.returncode == 1
            assert second.stderr.startswith("suture: .suture/demo is in use by another suture up or demo")
            os.kill(child_of(tmp_path, "suture.codec_server"), signal.SIGKILL)
            assert any("codec was ended by SIGKILL" in line for line in first.stdout)
            assert first.poll() is None
            first.send_signal(signal.SIGTERM)
            rest, _ = first.communicate(timeout=60)
            assert "stopping everything" in rest
            assert first.returncode == 0, rest
        finally:
            first.kill()
    assert started_in(tmp_path) == []


def test_played_once_it_resolves_what_waits_and_the_ledgers_agree(tmp_path: Path) -> None:
    ended = subprocess.run([*DEMO, "--once"], cwd=tmp_path, capture_output=True, text=True, timeout=590)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr
    assert "the three ledgers agree on every use" in ended.stdout
    assert "nothing waits for a person" in ended.stdout
    assert started_in(tmp_path) == []
