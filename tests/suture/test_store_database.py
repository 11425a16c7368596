"""The database underneath: writes share commits and not failures, processes share the file, faults have names."""

import asyncio
import sqlite3
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select

from suture.keys import Keyring, make_keys
from suture.store.audit import AUDIT
from suture.store.columns import Exact, UtcTime
from suture.store.cross_references import CrossReference
from suture.store.database import Database, server_of
from suture.store.errors import StoreUnavailable
from suture.store.inbox import Accepted
from suture.store.inbox_table import INBOX
from suture.store.migrate import migrate
from suture.store.store import Store
from tests.support.documents import NOON, arrival, later
from tests.support.house import eventually

PROCESSES, EVENTS = 4, 150

WRITER = """
import asyncio, sys
from pathlib import Path
from suture.keys import load
from suture.store.store import Store
from tests.support.documents import NOON, arrival, intent
from canonical.effect import EffectState, Posted

async def main(url, keys, me, events):
    async with Store.open(url, load(Path(keys))) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        async def one(n):
            await store.inbox.accept(arrival(f"U-{n}", id=f"{me}-{n}"))
            await store.effects.intend(intent(f"{me}:{n}"), at=NOON)
            await store.effects.settle(f"{me}:{n}", EffectState.applied, at=NOON, posted=Posted(reference="M"))
        await asyncio.gather(*map(one, range(events)))
asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
"""


async def test_four_processes_write_at_once_and_no_row_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    keyring = make_keys(tmp_path / "keys")
    command = [sys.executable, "-c", WRITER, url, str(tmp_path / "keys")]
    pipe = asyncio.subprocess.PIPE
    writers = [
        await asyncio.create_subprocess_exec(*command, str(n), str(EVENTS), stdin=pipe, stdout=pipe, stderr=pipe)
        for n in range(PROCESSES)
    ]
    # None begins before all are open: only then do they write at once.
    for writer in writers:
        assert writer.stdout is not None
        assert await writer.stdout.readline() == b"ready\n"
    ended = await asyncio.gather(*(writer.communicate(b"go\n") for writer in writers))
    errors = [errors for _, errors in ended]
    assert [writer.returncode for writer in writers] == [0] * PROCESSES, errors
    with sqlite3.connect(tmp_path / "store.db") as file:
        counts = {
            table: file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("inbox", "effects", "correlations")
        }
        assert file.execute("SELECT DISTINCT state FROM effects").fetchall() == [("applied",)]
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    file.close()
    assert counts == {"inbox": PROCESSES * EVENTS, "effects": PROCESSES * EVENTS, "correlations": EVENTS}
    async with Store.open(url, keyring) as store:
        assert isinstance(await store.inbox.accept(arrival("U-0", id="0-0")), Accepted)


async def test_a_failing_write_takes_no_other_with_it(store: Store) -> None:
    def fail(connection: Connection) -> None:
        row = {"at": NOON, "who": "a", "action": "b", "subject": "lost", "correlation_id": "c"}
        connection.execute(insert(AUDIT), row)
        raise RuntimeError("planned")

    async def append(n: int) -> None:
        await store.audit.append(who="a", action="b", subject=f"kept {n}", at=NOON)

    outcomes = await asyncio.gather(
        *(store._database.write(fail) if n % 3 == 0 else append(n) for n in range(60)), return_exceptions=True
    )
    assert [isinstance(outcome, RuntimeError) for outcome in outcomes] == [n % 3 == 0 for n in range(60)]
    assert len(await store.audit.acts()) == 40
    assert await store.audit.acts(subject="lost") == ()


async def test_what_was_written_is_read_at_once(store: Store) -> None:
    for n in range(20):
        await store.audit.append(who="a", action="b", subject=str(n), at=later(seconds=n))
        assert (await store.audit.acts(limit=1))[0].subject == str(n)


async def test_a_caller_that_goes_away_takes_nothing_back(store: Store) -> None:
    task = asyncio.create_task(store.audit.append(who="a", action="b", subject="kept", at=NOON))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.audit.append(who="a", action="b", subject="after", at=NOON)

    async def both() -> bool | None:
        return {act.subject for act in await store.audit.acts()} == {"kept", "after"} or None

    assert await eventually(both)


async def test_closing_finishes_what_is_queued(store_url: str, keyring: Keyring) -> None:
    store = Store.open(store_url, keyring)
    appends = [
        asyncio.create_task(store.audit.append(who="a", action="b", subject=str(n), at=NOON)) for n in range(200)
    ]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*appends)
    async with Store.open(store_url, keyring) as again:
        assert len(await again.audit.acts(limit=500)) == 200


async def test_reads_cannot_write_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    database = Database(url)
    with pytest.raises(StoreUnavailable):
        await database.read(lambda connection: connection.execute(INBOX.delete()))
    await database.close()


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    database = Database(url)
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreUnavailable):
        await database.write(lambda connection: connection.execute(INBOX.delete()))
    await database.close()


async def test_decimals_and_times_come_back_exactly(store: Store) -> None:
    table = Table(
        "exactly", MetaData(), Column("id", String, primary_key=True), Column("number", Exact), Column("at", UtcTime)
    )
    numbers = ["0.1", "1.500", "12345678901234567890.123456", "-0.000001", "1E+3"]

    def round_trip(connection: Connection) -> dict[str, tuple[Decimal, datetime]]:
        table.create(connection)
        for number in numbers:
            connection.execute(insert(table), {"id": number, "number": Decimal(number), "at": NOON})
        kept = {row.id: (row.number, row.at) for row in connection.execute(select(table))}
        table.drop(connection)
        return kept

    kept = await store._database.write(round_trip)
    assert {name: n for name, (n, _) in kept.items()} == {name: Decimal(name) for name in numbers}
    assert str(kept["1.500"][0]) == "1.500"
    assert all(t == NOON and t.utcoffset() == NOON.utcoffset() for _, t in kept.values())


async def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="aware"):
        await store.audit.append(who="a", action="b", subject="c", at=NOON.replace(tzinfo=None))


async def test_a_systems_name_means_one_thing_and_a_thing_has_many_names(store: Store) -> None:
    sku = CrossReference(kind="item", number="4711", system="inventory", reference="SKU-4711")
    await store.cross_references.put(sku, at=NOON)
    await store.cross_references.put(sku.model_copy(update={"system": "erp", "reference": "000004711"}), at=NOON)
    assert await store.cross_references.number(kind="item", system="inventory", reference="SKU-4711") == "4711"
    assert [name.system for name in await store.cross_references.names(kind="item", number="4711")] == [
        "erp",
        "inventory",
    ]
    await store.cross_references.put(sku.model_copy(update={"number": "4712"}), at=later(days=1))
    assert await store.cross_references.number(kind="item", system="inventory", reference="SKU-4711") == "4712"
    assert await store.cross_references.number(kind="location", system="inventory", reference="SKU-4711") is None


async def test_the_store_answers_a_ping(store: Store) -> None:
    await store.ping()


def test_what_serves_the_store_tells_its_version(store_url: str) -> None:
    name, _, version = server_of(store_url).partition(" ")
    assert store_url.startswith(name) and version.split(".")[0].isdigit()
