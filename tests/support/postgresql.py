"""A PostgreSQL server for tests: the one that SUTURE_TEST_POSTGRESQL names, else the installed one, ours alone."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

from sandbox.peers.postgresql import given_to_postgres, initdb, postgres
from suture.child import Child
from suture.free_port import free_port

VARIABLE = "SUTURE_TEST_POSTGRESQL"
_SERVES_WITHIN = 30.0


class PostgreSQL:
    """A running server, and fresh databases on it."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def create_database(self) -> str:
        """The URL of a new empty database."""
        name = f"suture_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {name}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(_dsn(self._url), autocommit=True) as connection:
            connection.execute(statement.encode())


@asynccontextmanager
async def postgresql_server(environ: Mapping[str, str]) -> AsyncIterator[PostgreSQL]:
    """The server to test with; fails where there is none."""
    named = environ.get(VARIABLE, "").strip()
    if named:
        yield PostgreSQL(make_url(named))
        return
    folder = given_to_postgres(Path(mkdtemp(prefix="suture-postgresql-")))
    data, port = folder / "data", free_port()
    try:
        made = Child(initdb(data), log=folder / "initdb.log", cwd=folder)
        made.start()
        if await made.ended(within=_SERVES_WITHIN) != 0:
            raise RuntimeError(f"initdb failed:\n{made.tail()}")
        server = Child(postgres(data, port), log=folder / "log", cwd=folder)
        server.start()
        try:
            url = URL.create("postgresql", username="suture", host="127.0.0.1", port=port, database="postgres")
            await _serving(server, _dsn(url))
            yield PostgreSQL(url)
        finally:
            # SIGTERM waits for every client to leave; a test's forgotten connection must not hold us up.
            await server.stop(within=2)
    finally:
        shutil.rmtree(folder)


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


async def _serving(server: Child, dsn: str) -> None:
    async with asyncio.timeout(_SERVES_WITHIN):
        while True:
            try:
                psycopg.connect(dsn, connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if not server.running:
                    raise RuntimeError(f"PostgreSQL ended:\n{server.tail()}") from None
                await asyncio.sleep(0.05)
