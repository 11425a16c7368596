"""`suture demo --real` as a person runs it: it ends with ledgers that agree, and whatever ends it, nothing stays behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import as_in_a_terminal, started_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]
DEMO = [str(Path(sys.executable).with_name("suture")), "demo", "--real"]


@pytest.mark.timeout(1200)
def test_played_once_on_tryton_and_a_fhir_server_it_resolves_what_waits_and_the_ledgers_agree(tmp_path: Path) -> None:
    ended = subprocess.run([*DEMO, "--once"], cwd=tmp_path, capture_output=True, text=True, timeout=1190)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr
    for said in (
        "tryton is killed",
        "fhir is killed",
        "17 ok; 0 documents without a use; the trial balance closes",
        "9 ok; 0 documents without a purchase",
        "nothing waits for a person",
        "the three ledgers agree on every use",
    ):
        assert said in ended.stdout, ended.stdout[-6000:]
    assert started_in(tmp_path) == []


@pytest.mark.timeout(600)
def test_interrupted_while_it_plants_what_the_systems_agree_on_it_stops_them_all(tmp_path: Path) -> None:
    with subprocess.Popen(
        DEMO,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=as_in_a_terminal,
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("fhir ") and "http://" in line:
                    break
            for peer in ("postgresql", "tryton", "fhir"):
                assert _runs(tmp_path, peer), "".join(said)
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=60)
            assert "stopping everything" in rest
            assert process.returncode == 0, rest
        finally:
            process.kill()
    assert started_in(tmp_path) == []


def _runs(folder: Path, peer: str) -> bool:
    """Whether one of the processes of the folder is it: each has become its server's own program."""
    programs = {"postgresql": b"postgres", "tryton": b"trytond", "fhir": b"FhirPeer"}
    return any(programs[peer] in (Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in started_in(folder))
