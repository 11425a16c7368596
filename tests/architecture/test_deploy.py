"""What `deploy/` says of servers and processes is what the engine has: nothing there is a copy that can grow old."""

import re
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from suture.cli.root import ORDER
from suture.serving import ROLES
from suture.temporal.dev_server import DYNAMIC_CONFIG
from suture.temporal.search_attributes import TYPES
from tests.architecture.repository import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir(), key=lambda file: file.name)


def command_of(unit: str) -> str:
    """What a unit starts."""
    parsed = ConfigParser(interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(unit)
    assert parsed["Service"]["Environment"] == "SUTURE_CONFIG=/etc/suture/hospital.toml"
    return parsed["Service"]["ExecStart"].removeprefix("/opt/suture/bin/")


def test_a_server_learns_every_search_attribute_of_a_run() -> None:
    script = (DEPLOY / "temporal" / "search-attributes.sh").read_text()
    assert dict(re.findall(r"--name (\w+) --type (\w+)", script)) == TYPES


def test_a_server_is_set_as_our_own_is() -> None:
    told = yaml.safe_load((DEPLOY / "temporal" / "dynamic-config.yaml").read_text())
    assert {key: value for key, [value] in told.items()} == {
        key: {"value": value} for key, value in DYNAMIC_CONFIG.items()
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda file: file.stem)
def test_a_unit_starts_a_module_that_there_is_in_a_role_that_there_is(unit: Path) -> None:
    command = re.fullmatch(r"python -m ([\w.]+)(?: --role (\w+))?", command_of(unit.read_text()))
    assert command is not None and find_spec(command[1]) is not None
    assert command[2] in (None, *ROLES)


def test_every_process_of_the_page_has_its_unit() -> None:
    page = (DEPLOY / "README.md").read_text()
    assert sorted(re.findall(r"`(python -m [^`]+)`", page)) == sorted(command_of(unit.read_text()) for unit in UNITS)


def test_every_alert_says_what_to_do_with_commands_that_there_are() -> None:
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    for alert in group["rules"]:
        assert alert["expr"] and alert["annotations"]["summary"] and alert["annotations"]["what_to_do"], alert
        assert set(re.findall(r"\bsuture (\w+)", alert["annotations"]["what_to_do"])) <= set(ORDER)
