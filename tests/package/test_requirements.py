"""The wheel requires all that it imports: the environment of these tests holds far more, and would hide what is missing."""

import ast
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.repository import PACKAGES
from tests.package.conftest import Installed

OWN = {*PACKAGES, "worker"}


def test_everything_that_is_imported_is_required(installed: Installed) -> None:
    assert not_required(installed, requirements(installed)) == {}


def test_an_import_that_nothing_requires_is_seen(installed: Installed) -> None:
    others = [one for one in requirements(installed) if one.name != "biip"]
    assert set(not_required(installed, others)) == {"biip"}


def requirements(installed: Installed) -> list[Requirement]:
    """What the wheel names, extras of its own left out."""
    with ZipFile(installed.wheel) as wheel:
        [metadata] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        lines = wheel.read(metadata).decode().splitlines()
    named = [Requirement(line.partition(": ")[2]) for line in lines if line.startswith("Requires-Dist: ")]
    return [one for one in named if _holds(one, extras=())]


def not_required(installed: Installed, required: Iterable[Requirement]) -> dict[str, str]:
    """The distributions that are imported and that nothing required brings along, with a module that imports each."""
    brought, files = closure(required), _files()
    missing = {}
    for module, importer in _imports(installed.wheel):
        origin = _origin(module)
        if origin is not None and (owner := files.get(origin)) not in brought:
            missing[owner or module] = importer
    return missing


def closure(required: Iterable[Requirement]) -> set[str]:
    """What is installed where only these are asked for."""
    brought: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    left = list(required)
    while left:
        one = left.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        brought.add(name)
        needs = map(Requirement, distribution(name).requires or ())
        left += [need for need in needs if _holds(need, extras=extras)]
    return brought


def _holds(requirement: Requirement, *, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


RUN_BY_OTHERS = {"sandbox/peers/tryton/seed.py"}
"""What a Python of another environment runs: Tryton's own."""


def _files() -> dict[Path, str]:
    """The distribution of every installed module: several may share a namespace."""
    return {
        Path(str(installed.locate_file(file))).resolve(): canonicalize_name(installed.metadata["Name"])
        for installed in distributions()
        for file in installed.files or ()
        if file.suffix in (".py", ".so")
    }


def _imports(wheel: Path) -> Iterator[tuple[str, str]]:
    """Each module of others that a packaged module imports, and which does."""
    with ZipFile(wheel) as packed:
        for name in packed.namelist():
            if not name.endswith(".py") or name in RUN_BY_OTHERS:
                continue
            for node in ast.walk(ast.parse(packed.read(name))):
                for module in _named(node):
                    if module.partition(".")[0] not in OWN | sys.stdlib_module_names:
                        yield module, name


def _named(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names, level=0):
            # From a namespace, which is no file of anybody's, what is imported is a module itself.
            return [module] if _origin(module) else [f"{module}.{alias.name}" for alias in names]
        case _:
            return []


def _origin(module: str) -> Path | None:
    spec = find_spec(module)
    if spec is None:
        raise AssertionError(f"{module} is imported and not installed")
    return Path(spec.origin).resolve() if spec.has_location and spec.origin else None
