"""The files of this repository, as the architecture tests look at them."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("canonical", "workflows", "activities", "connectors", "suture", "sandbox")
KEPT = (".ci", ".github")
LEFT = ("__pycache__", "build", "dist", "node_modules")


def modules(folder: Path, *parts: str) -> Iterator[tuple[Path, str]]:
    """The Python files below some packages of a tree, each with its name from the tree's root."""
    for part in parts:
        for file in sorted((folder / part).rglob("*.py")):
            yield file, file.relative_to(folder).as_posix()


def kept_files() -> list[Path]:
    """Every file of the tree but what tools and runs leave there; git itself may be absent where the tests run."""
    files = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name in KEPT or not (name.startswith(".") or name in LEFT)]
        files += [Path(folder, name) for name in names if not name.endswith(".pyc")]
    return files
