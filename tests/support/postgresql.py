"""A PostgreSQL server for tests: the one that SUTURE_TEST_POSTGRESQL names, else the installed one, ours alone."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

from suture.child import Child
from suture.free_port import free_port

VARIABLE = "SUTURE_TEST_POSTGRESQL"
_SERVES_WITHIN = 30.0
# Nothing here outlives the test, so nothing has to survive a power cut.
_HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


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
    programs = _programs(environ)
    folder = Path(mkdtemp(prefix="suture-postgresql-"))
    data, port = folder / "data", free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        initdb = [programs / "initdb", "-D", data, "-U", "suture", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        made = Child(_as_postgres(initdb), log=folder / "initdb.log", cwd=folder)
        made.start()
        if await made.ended(within=_SERVES_WITHIN) != 0:
            raise RuntimeError(f"initdb failed:\n{made.tail()}")
        settings = [word for setting in _HASTE for word in ("-c", setting)]
        command = [programs / "postgres", "-D", data, "-p", port, "-h", "127.0.0.1", "-k", folder, *settings]
        server = Child(_as_postgres(command), log=folder / "log", cwd=folder)
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


def _as_postgres(command: Sequence[object]) -> list[str]:
    """PostgreSQL refuses root; the death signal is set again because the change of user clears it."""
    words = list(map(str, command))
    if os.geteuid() != 0:
        return words
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=KILL", *words]


def _programs(environ: Mapping[str, str]) -> Path:
    """The folder of the installed server; Debian keeps it off PATH."""
    on_path = shutil.which("initdb", path=environ.get("PATH", ""))
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError(f"PostgreSQL is needed: install it (Debian: postgresql), or name a server in {VARIABLE}")
    return found[-1].parent


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
