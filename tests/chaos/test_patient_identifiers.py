"""Nothing by which a patient could be known leaves the way in: planted, carried through real processes, searched for."""

import sqlite3
from base64 import b64encode
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from temporalio.client import Client

from tests.chaos.conftest import Watched
from tests.chaos.patients import OTTO, PLANTS, ROSA
from tests.chaos.planted_day import SERIAL, live_the_day, live_the_morning
from tests.chaos.purchase_routes import EVERY_ROUTE
from tests.chaos.routes import Route
from tests.support.observed import Observed, observed_hospital
from tests.support.scan import Hit, Plant, database, scan, spellings, without_tables

OF_THE_VENDOR = {
    "uses": "1",
    "corrections": "1",
    "outbox": "1",
    "dock_documents": "1",
    "surgical_cases": "1",
    "case_needs": "1",
    # What was entered at the point of care and the dock: all the rest is what the engine asked and wrote.
    "request_log": "operation IN ('capture_use', 'correct_use', 'capture_dock_receipt')",
}
"""The rows of inventory's database that are its own, and name patients by right."""

OF_THE_SUPPLIER = {"papers": "kind = 'sheet'", "outbox": "type = 'usageSheet.sent'"}
"""The rows of the supplier's that are its own: its representative was there."""

RUNS = 12 + sum(route.runs for route in EVERY_ROUTE)
"""The first transaction, eleven uses with patients in them of which one was moved to another patient: a run more."""

ENGINE = ("gateway", "worker", "codec")


async def look_everywhere(hospital: Observed, scratch: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Every place as bytes: those that tell of operations, and those that keep documents too.

    The engine's processes are stopped first, so that their last span and line are there; Temporal and the systems go on,
    so that their write-ahead files are.
    """
    told = {f"metrics of {process}": (await hospital.metrics(process)).encode() for process in hospital.prometheus}
    for process in ENGINE:
        await hospital.house.children[process].stop()
    home = hospital.house.home
    logs = {process: home.log(process) for process in ENGINE} | {"Temporal": home.folder / "temporal" / "temporal.log"}
    told |= {f"log of {process}": log.read_bytes() for process, log in logs.items()}
    told |= {"spans": hospital.collector.raw, "CLI": hospital.printed, "answers": hospital.answered}
    client = await Client.connect(hospital.house.settings.temporal.address)
    async for execution in client.list_workflows():
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        # Ids, search attributes and memo, as anybody may read them who may look at Temporal.
        told[f"run {execution.run_id}"] = (await handle.describe()).raw_info.SerializeToString()
    kept = database(home.folder / "temporal" / "temporal.db")
    kept |= database(home.folder / "systems" / "erp.db")
    kept |= database(home.folder / "systems" / "supplier.db", without=OF_THE_SUPPLIER)
    kept |= database(home.folder / "systems" / "inventory.db", without=OF_THE_VENDOR)
    store = without_tables(home.folder / "suture.db", ["vault"], into=scratch / "store-without-vault.db")
    return told, kept | database(store)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_no_identifier_of_a_patient_is_found_anywhere(watched: Watched, tmp_path: Path) -> None:
    hospital = watched.hospital
    await live_the_day(hospital)
    told, kept = await look_everywhere(hospital, tmp_path)
    assert sum(place.startswith("run ") for place in told) == RUNS
    assert kept["temporal.db-wal"]
    assert scan(told | kept, [*PLANTS, *(route.plant for route in EVERY_ROUTE)]) == []
    # A device's serial is a patient's too (rule 9): kept where goods are kept, told nowhere else.
    serial = [Plant.text("serial", SERIAL)]
    assert scan(told, serial) == []
    assert {hit.place for hit in scan(kept, serial)} >= {"erp.db JOURNAL_ITEM", "inventory.db movements"}
    blind = {place for place, words in await all_that_is_told(hospital) if words not in told[place]}
    assert blind == set(), "nothing of what is told there was looked at"


async def all_that_is_told(hospital: Observed) -> list[tuple[str, bytes]]:
    """What each place that tells of operations must hold: the id of a transaction wherever it tells of one."""
    run = await hospital.closed("P-5")
    everywhere = ("log of gateway", "log of worker", "spans", "CLI")
    return [(place, run.correlation_id.encode()) for place in everywhere] + [
        ("log of codec", b"codec"),
        ("log of Temporal", b"Server:"),
        ("answers", b"emittedAt"),
        ("metrics of gateway", b"suture_events_accepted"),
        ("metrics of worker", b"suture_end_to_end_seconds_count"),
    ]


@pytest.fixture(scope="module")
async def in_clear(tmp_path_factory: pytest.TempPathFactory) -> list[Hit]:
    """Everything that is found with codec and tokeniser switched off, in what the vendors had sent as well."""
    folder = tmp_path_factory.mktemp("in-clear")
    async with observed_hospital(folder / "hospital", in_clear=True) as hospital:
        await live_the_morning(hospital)
        told, kept = await look_everywhere(hospital, folder)
        for system in ("inventory", "billing"):
            kept |= database(hospital.house.home.folder / "systems" / f"{system}.db")
    return scan(told | kept, [*PLANTS, *(route.plant for route in EVERY_ROUTE)])


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_with_codec_and_tokeniser_switched_off_the_same_scan_finds_every_plant(in_clear: list[Hit]) -> None:
    engines = [hit for hit in in_clear if not hit.place.startswith("billing.db")]
    assert {hit.what for hit in engines} >= {plant.what for plant in PLANTS}
    for files in ("temporal.db", "store-without-vault.db", "erp.db", "inventory.db movements"):
        assert [hit for hit in engines if hit.place.startswith(files)], f"the scan is blind in {files}"


@pytest.mark.slow
@pytest.mark.parametrize("route", EVERY_ROUTE, ids=lambda route: route.what)
def test_with_codec_and_tokeniser_switched_off_the_same_scan_finds_what_came_by_the(
    in_clear: list[Hit], route: Route
) -> None:
    found = {hit.place for hit in in_clear if hit.what == route.what}
    assert found >= (route.kept or {route.dropped})


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.what)
def test_the_scan_sees_a_plant_however_it_is_spelt(plant: Plant, tmp_path: Path) -> None:
    for words in plant.words:
        for spelt in spellings(words):
            assert scan({"a file": b"\xff before " + spelt + b" after"}, [plant])
        for before in (b"", b"1", b"12"):
            assert scan({"base64": b64encode(before + words.encode() + b" and more")}, [plant])
    assert not scan({"a file": b"nothing of anybody"}, [plant])


def test_the_scan_sees_what_lies_in_a_write_ahead_file_and_what_pages_cut_in_two(tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("CREATE TABLE papers (words BLOB)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO papers VALUES (?)", ((ROSA.account * 1000).encode(),))
        hits = scan(database(file), [Plant.text("account", ROSA.account)])
        assert {hit.place for hit in hits} == {"some.db-wal", "some.db papers"}
        emptied = without_tables(file, ["papers"], into=tmp_path / "copy.db")
    assert scan(database(emptied), [Plant.text("account", ROSA.account)]) == []


def test_a_date_is_seen_whichever_way_round_it_is_written() -> None:
    plant = Plant.day("birth date", date(1937, 4, 19))
    for written in ("1937-04-19", "19370419", "04/19/1937", "19.04.1937", "19041937", "19 April 1937", "1937/04/19"):
        assert scan({"text": f"born {written}.".encode()}, [plant]), written
    assert OTTO.born != ROSA.born
