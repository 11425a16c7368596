"""Starting the four systems with a command line that is no good: one line that says what to do, and no traceback."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sandbox import ROOT

SYSTEMS = ("billing", "erp", "inventory", "supplier")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def start(system: str, folder: Path, **changed: object) -> tuple[int, str]:
    """How it ends, and what it says last."""
    (folder / "tokens.json").write_text(json.dumps({"token": []}))
    (folder / "hook-secret").write_text("whsec_c2VjcmV0")
    options = {
        "port": 0,
        "database": folder / "system.db",
        "seed": 1,
        "scale": 1,
        "hooks_url": "http://127.0.0.1:1/hooks",
        "hook_secret_file": folder / "hook-secret",
        "tokens_file": folder / "tokens.json",
    } | changed
    words = [str(word) for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    argv = [sys.executable, "-m", f"sandbox.{system}", *words]
    ended = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_port_that_is_taken_is_named(system: str, tmp_path: Path, taken: int) -> None:
    code, said = start(system, tmp_path, port=taken)
    assert code == 1
    assert said.startswith(f"{system} cannot listen on 127.0.0.1:{taken}: Address already in use")


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_file_that_is_missing_or_no_good_is_named(system: str, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "text.db").write_text("no database " * 100)
    for option, file, expected in (
        ("tokens_file", "none", "argument --tokens-file: there is no such file"),
        ("hook_secret_file", "none", "argument --hook-secret-file: there is no such file"),
        ("tokens_file", "list.json", "argument --tokens-file: it must hold JSON"),
        ("database", "text.db", f"{system} cannot use the database"),
        ("database", "none/system.db", f"{system} cannot use the database"),
    ):
        code, said = start(system, tmp_path, **{option: tmp_path / file})
        assert code != 0
        assert expected in said


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_hospital_larger_than_its_item_numbers_is_refused_with_the_reason(system: str, tmp_path: Path) -> None:
    for option, value in (("scale", 0), ("scale", 2383), ("scale", "x"), ("seed", -1), ("seed", "9" * 5000)):
        code, said = start(system, tmp_path, **{option: value})
        assert (code, f"argument --{option}: must be a whole number from " in said) == (2, True), said
        assert ("five digits" in said) == (option == "scale")
