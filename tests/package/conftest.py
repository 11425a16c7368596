"""The wheel, built and installed in an environment of its own, as an operator would have it."""

import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT


@dataclass(frozen=True)
class Installed:
    """A fresh environment with the wheel in it; the locked dependencies are those of the environment that tests."""

    wheel: Path
    environment: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.environment / "bin" / "python"

    def run(
        self, program: str, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its programs, with nothing of ours in the environment variables."""
        return subprocess.run(
            [self.environment / "bin" / program, *arguments],
            cwd=cwd,
            env={"PATH": f"{self.environment / 'bin'}:/usr/bin:/bin", "HOME": str(cwd), **(env or {})},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of this tree in a fresh virtual environment."""
    folder = tmp_path_factory.mktemp("package")
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT))
    (wheel,) = (folder / "dist").glob("*.whl")
    environment = folder / "environment"
    _run("-m", "venv", "--without-pip", str(environment))
    installed = Installed(wheel, environment)
    _run("-m", "pip", "--python", str(installed.python), "install", "--no-deps", "--no-index", str(wheel))
    # A path line makes the folder importable and reads no .pth in it: the tree that we test from stays out.
    (purelib,) = environment.glob("lib/python*/site-packages")
    (purelib / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return installed


def _run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=100, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
