"""`suture connector check`: a live system is held to the contract by reads alone, and told about in words."""

import json
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import Misread, NotPermitted, Uncertain
from suture.cli import connector_checks
from suture.cli.failures import Ending
from suture.cli.system_checks import of_read
from suture.connector import drift
from tests.support.command_line import CommandLine, Ended, command_line
from tests.support.sandbox import SCOPES, SandboxSystem

TABLE = "[systems.erp.settings]\n"
KNOWN = ("--location", "OR-1", "--cost-centre", "4110")


@dataclass(frozen=True)
class Hospital:
    """A hospital whose ERP is up, and what its log of requests says."""

    line: CommandLine
    erp: SandboxSystem

    def check(self, *words: str) -> Ended:
        return self.line.invoke("connector", "check", "erp", *words)

    def found(self, *words: str) -> dict[str, dict[str, Any]]:
        """The checks by what they are about."""
        return {check["what"]: check for check in self.check(*words, "--json").json}


@asynccontextmanager
async def running(erp: SandboxSystem) -> AsyncIterator[None]:
    await erp.start()
    try:
        yield
    finally:
        erp.kill()


async def asked_of(erp: SandboxSystem) -> list[dict[str, Any]]:
    """The calls that reached it from the engine; the test's own wait for it to serve asks for its schema alone."""
    kept = (await erp.control("GET", "requests"))["requests"]
    return [one for one in kept if not one["path"].startswith(("/_control", "/openapi"))]


def hospital_of(folder: Path, erp: SandboxSystem) -> Hospital:
    own = f'base_url = "{erp.url}"\ntoken_file = "{erp.token_file}"\n'
    return Hospital(command_line(folder, change=(TABLE, TABLE + own)), erp)


@pytest.fixture(scope="module")
async def hospital(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hospital]:
    folder = tmp_path_factory.mktemp("hospital")
    erp = SandboxSystem("erp", folder, hooks_url="http://127.0.0.1:1")
    async with running(erp):
        yield hospital_of(folder, erp)


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of the test's own with the record that is kept beside the connector."""
    folder = connector_checks.folder_of("sandbox-erp")
    assert folder is not None
    (tmp_path / drift.RECORD).write_text((folder / drift.RECORD).read_text())
    monkeypatch.setattr(connector_checks, "folder_of", lambda kind: tmp_path)
    return tmp_path


async def test_all_is_well_and_nothing_is_written(hospital: Hospital) -> None:
    ended = await to_thread(hospital.check, *KNOWN, "--item", "4711")
    assert ended.code == 0, ended.out
    assert "all is well" in ended.out and "HOSPERP" in ended.out and "item 4711 is known" in ended.out
    assert {one["method"] for one in await asked_of(hospital.erp)} == {"GET"}


def test_what_nobody_has_named_is_not_asked_and_is_a_remark(hospital: Hospital) -> None:
    found = hospital.found()
    for what, option in (("finance valuation", "--location"), ("procurement budget", "--cost-centre")):
        assert found[what]["well"] and option in found[what]["do"]
    assert found["ports"]["found"] == "finance, procurement"


def test_a_place_that_the_system_does_not_have_is_named_with_what_to_do(hospital: Hospital) -> None:
    ended = hospital.check("--location", "ATTIC")
    assert ended.code == 1
    assert (
        "finance valuation: read_valuation: business-refusal: the configuration names no storage location" in ended.out
    )
    assert "correct [systems.erp.settings]" in ended.out


@pytest.mark.parametrize(
    ("words", "code", "says", "do"),
    [
        ("connector check crm", 3, "no system crm", "the configuration has: billing, erp, inventory"),
        ("connector check erp --facility WEST", 3, "no facility WEST", "the configuration has: NORTH"),
        ("connector check billing", 2, "[systems.billing.settings] base_url: expected a value", ""),
    ],
)
def test_what_the_configuration_does_not_have_is_one_line(
    hospital: Hospital, words: str, code: int, says: str, do: str
) -> None:
    ended = hospital.line.invoke(*words.split())
    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
    assert says in ended.err and do in ended.err


async def test_a_right_that_is_missing_is_named_and_the_others_are_still_asked(tmp_path: Path) -> None:
    erp = SandboxSystem("erp", tmp_path, hooks_url="http://127.0.0.1:1")
    scopes = [scope for scope in SCOPES["erp"] if scope != "FI_DISP"]
    (tmp_path / "erp.tokens.json").write_text(json.dumps({erp.token: scopes, erp.control_token: ["control"]}))
    async with running(erp):
        hospital = hospital_of(tmp_path, erp)
        ended = await to_thread(hospital.check, *KNOWN)
        found = await to_thread(hospital.found, *KNOWN)
    assert ended.code == 1
    refused = {what for what, check in found.items() if not check["well"]}
    assert {"finance periods", "journal find, get"} <= refused and "procurement contracts" not in refused
    assert "FI_DISP" in found["finance periods"]["found"] and "(403)" in found["finance periods"]["found"]
    assert "give the login in [systems.erp.settings] the right" in found["finance periods"]["do"]
    assert "finance periods: " in ended.out and "FI_DISP" in ended.out


async def test_an_unknown_credential_is_asked_once_and_a_system_that_is_away_is_not_asked_on(tmp_path: Path) -> None:
    erp = SandboxSystem("erp", tmp_path, hooks_url="http://127.0.0.1:1")
    async with running(erp):
        hospital = hospital_of(tmp_path, erp)
        erp.token_file.write_text("stale")
        stale = await to_thread(hospital.found)
        asked = await asked_of(erp)
    away = await to_thread(hospital.check)
    assert [what for what in stale if what != "ports"] == ["system erp"]
    assert "renew its credential" in stale["system erp"]["do"]
    assert len(asked) == 1
    assert away.code == 4 and "is it running?" in away.out


def test_drift_is_named_field_by_field_and_has_an_exit_code_of_its_own(hospital: Hospital, record: Path) -> None:
    kept = drift.read(record)
    assert kept is not None
    fields = dict(kept.fields)
    gone, changed, new = (
        "POST /fi/journals takes HEADER.OLD",
        "GET /fi/periods takes query COMP_CODE",
        "GET /fi/budgets",
    )
    was = fields[changed]
    fields |= {gone: "string", changed: "integer"}
    del fields[new]
    drift.write(record, drift.Schema(version=kept.version, fields=fields))
    ended = hospital.check(*KNOWN)
    assert ended.code == Ending.drifted == 6
    assert f"{gone}: removed (was string)" in ended.out
    assert f"{changed}: changed from integer to {was}" in ended.out
    assert f"{new}: added (operation)" in ended.out and "3 of" not in ended.out
    assert "suture connector check erp --record" in ended.out


def test_what_is_only_added_harms_nobody_unless_it_must_be_given() -> None:
    before = drift.Schema(version="1", fields={"a": "string"})
    after = drift.Schema(version="2", fields={"a": "string", "b": "string", "c": "string, required"})
    assert [(one.field, one.breaks) for one in drift.drifts(before, after)] == [("b", False), ("c", True)]


def test_a_record_is_made_anew_only_when_asked(hospital: Hospital, record: Path) -> None:
    file = record / drift.RECORD
    file.unlink()
    ended = hospital.check(*KNOWN)
    assert ended.code == 0 and "none recorded" in ended.out and not file.exists()
    assert hospital.check(*KNOWN, "--record").code == 0
    assert "as recorded" in hospital.check(*KNOWN).out
    file.write_text("{}")
    broken = hospital.check(*KNOWN)
    assert broken.code == 1 and "is not a record of a schema" in broken.out


def test_a_missing_field_is_named_without_the_answer_and_a_right_in_the_vendors_words() -> None:
    of = {"system": "erp", "operation": "read_journal"}
    misread = of_read("x", Misread("the form", evidence="HEADER.DOC_NO: missing\n{'name': 'Doe'}", **of), "erp")
    assert misread.found == "read_journal: misread: the form: HEADER.DOC_NO: missing"
    assert "Doe" not in of_read("x", Misread("the form", evidence="{'name': 'Doe'}", **of), "erp").found
    stale = of_read("x", NotPermitted("refused", status=401, evidence="bad\ntoken", **of), "erp")
    assert (stale.found, stale.ending) == ("read_journal: not-permitted: refused (401): bad token", Ending.refused)
    assert "renew the credential" in stale.do
    assert "mend the connector" in of_read("x", Uncertain("a read", **of), "erp").do
