"""Imports go one way: import-linter holds the contracts of pyproject.toml, and each contract catches its violation."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.repository import PACKAGES, ROOT

PLANTED = {
    "canonical imports nothing of ours": ("canonical/planted.py", "import suture.child"),
    "connectors import canonical only; neither Temporal nor the store": ("connectors/planted.py", "import temporalio"),
    "no system imports another": ("connectors/systems/planted_a/client.py", "import connectors.systems.planted_b"),
    "protocols know no system": ("connectors/protocols/planted.py", "import connectors.systems.planted_b"),
    "activities import canonical only; no drivers": ("activities/planted.py", "import httpx"),
    "workflows import canonical, their kit and activity signatures": (
        "workflows/planted.py",
        "import connectors.planted",
    ),
    "the kit knows no process": ("workflows/kit/planted.py", "import workflows.usage_to_charge"),
    "suture reaches connectors by entry points only": ("suture/planted.py", "import connectors.planted"),
    "the sandbox shares nothing with the engine": ("sandbox/planted.py", "import canonical.model"),
    "the four sandbox systems share nothing with each other": ("sandbox/erp/planted.py", "import sandbox.billing"),
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_import_rules_hold() -> None:
    linted = _lint(ROOT)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_contract_has_a_planted_violation() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == set(PLANTED)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy of the tree that breaks every contract."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("connectors/systems/planted_a/__init__.py", "connectors/systems/planted_b/__init__.py"):
        (folder / name).parent.mkdir()
        (folder / name).touch()
    for name, line in PLANTED.values():
        (folder / name).write_text(f"{line}\n")
    return _lint(folder).stdout


@pytest.mark.parametrize("contract", PLANTED)
def test_a_violation_is_caught(verdicts: str, contract: str) -> None:
    assert f"{contract} BROKEN" in " ".join(verdicts.split())
