"""Seeded databases: made once, kept as a dump in the cache folder, restored once a server, copied for every start."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from sandbox.peers.cache import PeerMissing, alone, run
from sandbox.peers.postgresql import program as postgresql_program
from sandbox.peers.postgresql import short_lived
from sandbox.peers.tryton.place import ADMINISTRATOR, LOGIN, MODULES, SEED, dump, edition, program

ENGINE, ENGINE_PASSWORD = "engine", "engine-secret-1"
"""The login of the engine, with the groups that it needs; the peer listens on the machine itself alone."""

_RETRIES = 20


def configuration(postgresql: str, port: int, place: Path) -> Path:
    """A configuration file of Tryton's."""
    told = conninfo_to_dict(postgresql)
    user = told.get("user") or "postgres"
    password = f":{told['password']}" if told.get("password") else ""
    server = f"postgresql://{user}{password}@{told.get('host') or '127.0.0.1'}:{told.get('port') or 5432}/"
    file = place / "trytond.conf"
    lines = ["[database]", f"uri = {server}", f"retry = {_RETRIES}", "[web]", f"listen = 127.0.0.1:{port}"]
    file.write_text("\n".join([*lines, "[session]", "timeout = 3600", ""]))
    return file


def seeded() -> None:
    """Have the seeded database kept, with a PostgreSQL that lives no longer than this."""
    with alone(dump().with_suffix(".lock")):
        if not dump().exists():
            with short_lived() as postgresql:
                _make(postgresql)


def copy(postgresql: str, name: str) -> None:
    """A fresh database of this name, seeded; a database that is there stays as it is."""
    template = f"tryton_seeded_{edition()}"
    with alone(dump().with_suffix(".lock")):
        if _exists(postgresql, name):
            return
        if not _exists(postgresql, template):
            if not dump().exists():
                _make(postgresql)
            _restore(postgresql, template)
        _execute(postgresql, sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)


def _restore(postgresql: str, template: str) -> None:
    """Under another name until it is whole."""
    making = f"{template}_{uuid4().hex[:6]}"
    _execute(postgresql, sql.SQL("CREATE DATABASE {}"), making)
    argv = [postgresql_program("pg_restore"), "--no-owner", "-d", f"{_server(postgresql)} dbname={making}", str(dump())]
    with tempfile.TemporaryDirectory() as kept:
        run(argv, what="restoring the seeded Tryton", cwd=Path(kept))
    _execute(postgresql, sql.SQL("ALTER DATABASE {} RENAME TO {}"), making, template)


def _make(postgresql: str) -> None:
    name = f"tryton_making_{uuid4().hex[:6]}"
    _execute(postgresql, sql.SQL("CREATE DATABASE {}"), name)
    try:
        with tempfile.TemporaryDirectory() as kept:
            place = Path(kept)
            settings = configuration(postgresql, 0, place)
            secret = place / "password"
            secret.write_text(ADMINISTRATOR)
            env = {**os.environ, "TRYTONPASSFILE": str(secret), "PYTHONPATH": str(LOGIN.parent)}
            admin = [program("trytond-admin"), "-c", str(settings), "-d", name]

            def step(argv: Sequence[str], what: str) -> None:
                run(argv, what=what, cwd=place, env=env)

            step([*admin, "--all", "--email", "admin@example.org", "-p"], "Tryton's database, once")
            step([*admin, "-u", *MODULES, "--activate-dependencies"], "activating Tryton's modules, once (about 90 s)")
            step([program("python"), str(SEED), str(settings), name, ENGINE_PASSWORD], "seeding the hospital")
            whole = place / "whole.dump"
            argv = [postgresql_program("pg_dump"), "-Fc", "--no-owner", "-f", str(whole)]
            step([*argv, "-d", f"{_server(postgresql)} dbname={name}"], "keeping the seeded Tryton")
            shutil.copyfile(whole, dump().with_suffix(".part"))
            dump().with_suffix(".part").replace(dump())
    finally:
        _execute(postgresql, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)


def _exists(postgresql: str, name: str) -> bool:
    with _connected(postgresql) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None


def _execute(postgresql: str, statement: sql.SQL, *names: str) -> None:
    with _connected(postgresql) as connection:
        connection.execute(statement.format(*(sql.Identifier(name) for name in names)))


def _connected(postgresql: str) -> "psycopg.Connection[tuple[object, ...]]":
    try:
        return psycopg.connect(f"{_server(postgresql)} dbname=postgres", autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise PeerMissing(f"Tryton needs a PostgreSQL server, and there is none: {error}") from None


def _server(postgresql: str) -> str:
    told = {name: value for name, value in conninfo_to_dict(postgresql).items() if value and name != "dbname"}
    return " ".join(f"{name}={value}" for name, value in told.items())
