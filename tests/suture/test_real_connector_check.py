"""`suture connector check` of systems that nobody here wrote: their version, their fields as recorded, and what has drifted."""

import json
from asyncio import to_thread
from pathlib import Path

import pytest

from suture.cli import connector_checks
from suture.cli.failures import Ending
from suture.connector import drift
from tests.connectors.contract.peers.tryton_server import LEDGER
from tests.support import fhir, tryton
from tests.support.command_line import CommandLine, command_line

KNOWN = ("--location", "OR-1", "--cost-centre", "4110", "--item", "4711")


@pytest.fixture(scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A hospital that a Tryton and a FHIR server are configured for."""
    folder = tmp_path_factory.mktemp("real")
    erp, billing = await tryton.running_server(folder), await fhir.running_server(folder)
    books = "\n".join(f"{name} = {json.dumps(value)}" for name, value in LEDGER.items() if not isinstance(value, dict))
    tables = f"""
[systems.tryton]
kind = "tryton"
[systems.tryton.settings]
base_url = "{erp.url}"
database = "{erp.database}"
login = "engine"
password_file = "{erp.password_file}"
[systems.tryton.settings.ledger]
{books}

[systems.fhir]
kind = "fhir-billing"
[systems.fhir.settings]
base_url = "{billing.url}"
token_file = "{billing.token_file}"

[systems.erp.settings]
"""
    return command_line(folder, change=("[systems.erp.settings]\n", tables))


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Folders of the test's own, by kind, with the records that are kept beside the connectors."""
    for kind in ("tryton", "fhir-billing"):
        folder = connector_checks.folder_of(kind)
        assert folder is not None
        (tmp_path / kind).mkdir()
        (tmp_path / kind / drift.RECORD).write_text((folder / drift.RECORD).read_text())
    monkeypatch.setattr(connector_checks, "folder_of", lambda kind: tmp_path / kind)
    return tmp_path


@pytest.mark.parametrize(("system", "words"), [("tryton", KNOWN), ("fhir", ())])
async def test_a_live_system_is_as_it_was_recorded(line: CommandLine, system: str, words: tuple[str, ...]) -> None:
    ended = await to_thread(line.invoke, "connector", "check", system, *words)
    assert ended.code == 0, ended.out
    assert "all is well" in ended.out and "fields as recorded of" in ended.out


@pytest.mark.parametrize(
    ("system", "kind", "field"),
    [
        ("tryton", "tryton", "stock.lot.expiration_date"),
        ("tryton", "tryton", "module purchase_amendment"),
        ("fhir", "fhir-billing", "ChargeItem?identifier"),
        ("fhir", "fhir-billing", "ChargeItem conditionalCreate"),
    ],
)
async def test_what_has_drifted_is_named(line: CommandLine, records: Path, system: str, kind: str, field: str) -> None:
    kept = drift.read(records / kind)
    assert kept is not None
    was = kept.fields[field]
    drift.write(records / kind, kept.model_copy(update={"fields": {**kept.fields, field: "another", "gone": "text"}}))
    ended = await to_thread(line.invoke, "connector", "check", system, *(KNOWN if system == "tryton" else ()))
    assert ended.code == Ending.drifted
    assert f"{field}: changed from another to {was}" in ended.out and "gone: removed (was text)" in ended.out
