"""Canonical, workflows and activity signatures hold nothing that a replay would answer otherwise."""

import sys
from pathlib import Path

import pytest

from tests.architecture.purity import classes_that_are_no_workflow, foreign_imports, impurities
from tests.architecture.repository import ROOT, modules


def test_canonical_and_workflows_are_pure() -> None:
    found = [f for file, name in modules(ROOT, "canonical", "workflows") for f in impurities(file, name=name)]
    assert not found, "\n".join(map(str, found))


def test_activity_signatures_are_pure() -> None:
    found = [
        finding
        for file, name in modules(ROOT, "activities")
        for finding in impurities(file, name=name, import_time_only=True)
    ]
    assert not found, "\n".join(map(str, found))


def test_canonical_imports_the_standard_library_and_pydantic_only() -> None:
    allowed = frozenset(sys.stdlib_module_names) | {"canonical", "pydantic"}
    found = [f for file, name in modules(ROOT, "canonical") for f in foreign_imports(file, name=name, allowed=allowed)]
    assert not found, "\n".join(map(str, found))


def test_flow_files_hold_flows_only() -> None:
    flows = [(file, name) for file, name in modules(ROOT, "workflows") if file.parent == ROOT / "workflows"]
    found = [finding for file, name in flows for finding in classes_that_are_no_workflow(file, name=name)]
    assert not found, "\n".join(map(str, found))


def test_the_package_of_the_flows_is_empty() -> None:
    assert (ROOT / "workflows" / "__init__.py").read_bytes() == b""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import random", "imports random"),
        ("from uuid import uuid4", "imports uuid"),
        ("import zoneinfo", "imports zoneinfo"),
        ("import os.path as p", "imports os.path"),
        ("from urllib import request", "imports urllib.request"),
        ("def f():\n    import time", "imports time"),
        ("import datetime\nx = datetime.datetime.now()", "uses datetime.datetime.now"),
        ("from datetime import datetime as dt\nx = dt.utcnow", "uses datetime.datetime.utcnow"),
        ("from datetime import date\nf = Field(default_factory=date.today)", "uses datetime.date.today"),
        ("x = open('f')", "calls open()"),
        ("x = hash('f')", "calls hash()"),
        ("import asyncio\nasync def f():\n    await asyncio.wait([])", "uses asyncio.wait"),
        ("from asyncio import as_completed\nx = as_completed", "uses asyncio.as_completed"),
    ],
)
def test_an_impure_line_is_found(tmp_path: Path, code: str, told: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(code)
    assert told in [finding.what for finding in impurities(file, name="planted.py")]


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime, time\nx: time\ny = datetime.fromisoformat",
        "from temporalio import workflow\nx = workflow.now()\ny = workflow.uuid4()",
        "from urllib.parse import quote",
        "import asyncio\nx = asyncio.gather",
    ],
)
def test_a_pure_line_is_not(tmp_path: Path, code: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(code)
    assert impurities(file, name="planted.py") == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("from datetime import datetime\ndef f(at=datetime.now()): ...", "uses datetime.datetime.now"),
        ("import uuid\nclass M:\n    x = Field(default_factory=uuid.uuid4)", "uses uuid.uuid4"),
        ("import os\nx = os.environ['A']", "uses os.environ"),
        ("import time\nclass M:\n    x = Field(default_factory=lambda: time.time())", "uses time.time"),
        ("x = open('f')", "calls open()"),
    ],
)
def test_an_impure_signature_of_an_activity_is_found(tmp_path: Path, code: str, told: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(code)
    assert told in [finding.what for finding in impurities(file, name="planted.py", import_time_only=True)]


def test_an_activity_itself_may_act(tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text("from datetime import datetime\nasync def f():\n    return datetime.now()")
    assert impurities(file, name="planted.py", import_time_only=True) == []


def test_a_foreign_import_is_found(tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text("import pydantic\nfrom temporalio import workflow\n")
    found = foreign_imports(file, name="planted.py", allowed=frozenset({"pydantic"}))
    assert [finding.what for finding in found] == ["imports temporalio"]


def test_a_model_in_a_flow_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text(
        "from workflows.kit.heard_use import HeardUse\n"
        "@workflow.defn(name='x')\nclass X: ...\nclass Story(HeardUse): ...\n"
        "class Model(Frozen): ...\n@dataclass\nclass Data: ...\n"
    )
    found = classes_that_are_no_workflow(file, name="planted.py")
    assert [finding.what for finding in found] == ["defines Model", "defines Data"]
