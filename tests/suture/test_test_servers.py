"""The servers that other tests stand on: PostgreSQL's databases are fresh, sandbox systems die and come back."""

import httpx
import psycopg

from tests.conftest import StartSandbox
from tests.support.postgresql import PostgreSQL
from tests.support.sandbox import Sandbox


def test_each_database_is_fresh(postgresql: PostgreSQL, postgresql_url: str) -> None:
    other = postgresql.create_database()
    assert other != postgresql_url
    for url in (postgresql_url, other):
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE fresh (id integer)")
    postgresql.drop_database(other)


async def test_the_four_systems_serve_and_know_their_callers(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient() as client:
        for system in sandbox.systems:
            assert (await client.get(f"{system.url}/openapi.json")).status_code == 200
            assert isinstance(await system.control("GET", "requests"), list | dict)


async def test_a_system_that_was_killed_comes_back_at_its_address(start_sandbox: StartSandbox) -> None:
    sandbox = await start_sandbox(gateway="http://127.0.0.1:9", seed=3)
    sandbox.billing.kill()
    assert not sandbox.billing.process.running
    await sandbox.billing.start()
    await sandbox.billing.control("GET", "requests")
