"""`suture connector new`: what it writes passes every check, and its contract fails in plain words until it is written."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suture.cli.app import app
from suture.connector.planting import with_entry_point, with_peer
from suture.connector.skeleton import PORTS, Refused, Skeleton
from tests.architecture.repository import LEFT, PACKAGES, ROOT

KEPT = ("pyproject.toml", "worker.py", "README.md", "LICENSE")


def checkout(folder: Path) -> Path:
    """A copy of the tree, as far as a system's skeleton has to do with it."""
    for name in KEPT:
        shutil.copy(ROOT / name, folder)
    for package in (*PACKAGES, "bench", "tests"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns(*LEFT, "histories"))
    return folder


def suture(*words: str) -> tuple[int, str, str]:
    """The command, run in this process."""
    ended = CliRunner().invoke(app, ["connector", "new", *words])
    return ended.exit_code, ended.stdout, ended.stderr


def tool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A tool of this environment, at work on the copy."""
    program = str(Path(sys.executable).with_name(words[0]))
    environ = {"PYTHONPATH": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    return subprocess.run([program, *words[1:]], cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_skeleton_passes_every_check_and_its_contract_fails_in_plain_words(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    # The shortest and the longest name, one port and all of them: nothing is wrapped by luck.
    longest = "a-hospital-made-by-others"[:24]
    every = [word for port in PORTS for word in ("--port", port)]
    for words in (
        ["x", "--port", "billing"],
        [longest, *every],
        ["acme-erp", "--port", "finance", "--port", "supplier"],
    ):
        code, out, err = suture(*words, "--folder", str(folder))
        assert (code, err) == (0, "") and "wrote " in out and "docs/connectors/README.md" in out
    written = [f"connectors/systems/{name}" for name in ("x", longest.replace("-", "_"), "acme_erp")]
    for words in (
        ("ruff", "format", "--check", "--no-cache", "connectors", "tests/connectors"),
        ("ruff", "check", "--no-cache", "connectors", "tests/connectors"),
        ("lint-imports", "--no-cache"),
        ("mypy", "--strict", "--cache-dir", str(tmp_path / ".mypy"), *written),
    ):
        ended = tool(folder, *words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    contract = tool(folder, "pytest", "-q", "-p", "no:cacheprovider", "tests/connectors/contract", "-k", "acme-erp")
    assert contract.returncode == 1, contract.stdout + contract.stderr
    assert "AcmeErpPeer.start is not written yet: nothing runs to be tested" in contract.stdout
    assert "passed" not in contract.stdout.splitlines()[-1]


def test_nothing_is_overwritten_and_nothing_is_left_half_written(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    peer = folder / "tests/connectors/contract/peers/acme.py"
    peer.write_text("mine")
    before = (folder / "pyproject.toml").read_text()
    code, out, err = suture("acme", "--port", "billing", "--folder", str(folder))
    assert (code, out) == (2, "") and "peers/acme.py is there already, nothing was written" in err
    assert (peer.read_text(), (folder / "pyproject.toml").read_text()) == ("mine", before)
    assert not (folder / "connectors/systems/acme").exists()
    code, _, err = suture("sandbox-erp", "--port", "finance", "--folder", str(folder))
    assert code == 2 and "already" in err
    peer.unlink()
    code, out, _ = suture("acme", "--port", "billing", "--folder", str(folder), "--json")
    assert code == 0 and str(folder / "connectors/systems/acme/connector.py") in json.loads(out)["written"]
    assert suture("acme", "--port", "billing", "--folder", str(folder))[0] == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("Acme --port billing", "cannot be the name of a system; take at most 24 small letters"),
        ("class --port billing", "cannot be the name of a system"),
        ("acme --port laundry", "no port laundry; --port is one of inventory, storeroom, billing"),
        ("acme", "'--port'"),
        ("acme --port billing", "has no pyproject.toml; name the folder of a checkout"),
    ],
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path, words: str, says: str) -> None:
    code, out, err = suture(*words.split(), "--folder", str(tmp_path))
    assert (code, out, err.count("\n")) == (2, "", 1) and says in err
    assert not list(tmp_path.iterdir())


def test_lines_are_added_in_their_place_whatever_stands_there() -> None:
    group = '[project.entry-points."suture.systems"]\na = "x"\n'
    assert with_entry_point(f"{group}\n[tool]\n", "b") == f"{group}b\n\n[tool]\n"
    assert with_entry_point(f"{group}[tool]\n", "b") == f"{group}b\n[tool]\n"
    with pytest.raises(Refused, match="has no"):
        with_entry_point("[tool]\n", "b")
    skeleton = Skeleton("m", ("billing",))
    start = "from tests.connectors.contract.peers."
    suite = f"{start}a import A\n{start}z import Z\n\nPEERS: tuple[type[Peer], ...] = (\n    A,\n    Z,\n)\n"
    added = f"{start}a import A\n{start}m import MPeer\n{start}z import Z\n\nPEERS: tuple[type[Peer], ...] = (A, Z, MPeer)\n"
    assert with_peer(suite, skeleton) == added
    with pytest.raises(Refused, match="no tuple PEERS"):
        with_peer(suite.replace("PEERS", "OTHERS"), skeleton)
