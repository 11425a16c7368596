"""Seeded databases: made once, kept as a dump in the cache folder, restored once a server, copied for every start."""

import os
import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from sandbox.peers.tryton.place import ADMINISTRATOR, MODULES, SEED, dump, edition, folder, program
from sandbox.peers.tryton.working import CannotBeHad, alone, run

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


def copy(postgresql: str, name: str) -> None:
    """A fresh database of this name, seeded; a database that is there stays as it is."""
    template = f"tryton_seeded_{edition()}"
    with alone(folder() / "database.lock"):
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
    argv = [_postgresql("pg_restore"), "--no-owner", "-d", f"{_server(postgresql)} dbname={making}", dump()]
    run(argv, what="restoring the seeded Tryton")
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
            env = {**os.environ, "TRYTONPASSFILE": str(secret)}
            admin = [program("trytond-admin"), "-c", settings, "-d", name]
            run([*admin, "--all", "--email", "admin@example.org", "-p"], what="Tryton's database, once", env=env)
            active = [*admin, "-u", *MODULES, "--activate-dependencies"]
            run(active, what="activating Tryton's modules, once (about 90 s)", env=env)
            run([program("python"), SEED, settings, name, ENGINE_PASSWORD], what="seeding the hospital", env=env)
            whole = place / "whole.dump"
            argv = [_postgresql("pg_dump"), "-Fc", "--no-owner", "-f", whole]
            run([*argv, "-d", f"{_server(postgresql)} dbname={name}"], what="keeping the seeded Tryton", env=env)
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
        raise CannotBeHad(f"Tryton needs a PostgreSQL server, and there is none: {error}") from None


def _server(postgresql: str) -> str:
    told = {name: value for name, value in conninfo_to_dict(postgresql).items() if value and name != "dbname"}
    return " ".join(f"{name}={value}" for name, value in told.items())


def _postgresql(name: str) -> Path:
    """A program of the installed PostgreSQL; Debian keeps some off PATH."""
    on_path = shutil.which(name)
    found = [Path(on_path)] if on_path else sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        raise CannotBeHad(f"{name} is needed: install PostgreSQL (Debian: postgresql)")
    return found[-1]
