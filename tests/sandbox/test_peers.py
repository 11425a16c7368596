"""What a peer is made of is got once, whole or not at all, and what is missing is told in plain words."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.peers.cache import PeerMissing, kept, program, run
from tests.support.fhir import ROOT


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "suture" / "peers"


def test_what_was_made_once_is_kept(cache: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        folder.mkdir()
        made.append(folder)

    assert kept("peer-1", make) == kept("peer-1", make) == cache / "peer-1"
    assert len(made) == 1


def test_what_was_made_half_is_not_kept(cache: Path) -> None:
    def make(folder: Path) -> None:
        folder.mkdir()
        run([sys.executable, "-c", "print('no such jar'); raise SystemExit(3)"], what="getting it", cwd=folder)

    with pytest.raises(PeerMissing, match="getting it failed: no such jar"):
        kept("peer-1", make)
    assert [path.name for path in cache.iterdir()] == ["peer-1.lock"]


def test_a_missing_program_is_told_with_its_package() -> None:
    with pytest.raises(PeerMissing, match=r"`no-such-program` is needed .*apt-get install some-package"):
        program("no-such-program", package="some-package")


def test_the_fhir_server_says_in_one_line_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    environment = {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path)}
    argv = [sys.executable, "-m", "sandbox.peers.fhir", "--install"]
    ran = subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert ran.stderr.strip() == "`mvn` is needed and is not on PATH (Debian: apt-get install maven)"
