"""The installed PostgreSQL: where its programs are, and a server that lives as long as it is needed.

`python -m sandbox.peers.postgresql --port N --folder DIR` serves from a folder, in the foreground until it is ended.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from sandbox.peers.cache import PeerMissing, run

# Nothing here outlives its use, so nothing has to survive a power cut.
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
_SERVES_WITHIN = 30.0


def program(name: str) -> str:
    """A program of the newest installed PostgreSQL; `PeerMissing` where there is none.

    Beside its `initdb`, which Debian keeps off PATH: what Debian has on PATH are wrappers that ask which cluster is meant.
    """
    on_path = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    found = [Path(on_path).resolve().parent] if on_path else installed[-1:]
    if not found or not (found[0] / name).exists():
        raise PeerMissing(f"`{name}` is needed: install PostgreSQL (Debian: apt-get install postgresql)")
    return str(found[0] / name)


def as_postgres(argv: Sequence[object]) -> list[str]:
    """PostgreSQL refuses root; the death signal is set again because the change of user clears it."""
    words = list(map(str, argv))
    if os.geteuid() != 0:
        return words
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=KILL", *words]


def initdb(data: Path) -> list[str]:
    """How a cluster is made that trusts whoever is on this machine."""
    options = ["-U", "suture", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    return as_postgres([program("initdb"), "-D", data, *options])


def postgres(data: Path, port: int) -> list[str]:
    """How its server is started, on loopback."""
    settings = [word for setting in HASTE for word in ("-c", setting)]
    return as_postgres([program("postgres"), "-D", data, "-p", port, "-h", "127.0.0.1", "-k", data.parent, *settings])


def given_to_postgres(folder: Path) -> Path:
    """A folder that the server may write into."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    return folder


@contextmanager
def short_lived() -> Iterator[str]:
    """A server of our own, by its URL; it ends with the block, and nothing of it stays."""
    folder = given_to_postgres(Path(mkdtemp(prefix="suture-postgresql-")))
    data = folder / "data"
    try:
        run(initdb(data), what="a PostgreSQL for the seeding", cwd=folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(postgres(data, port), cwd=folder, stdout=log, stderr=log)
        try:
            url = f"postgresql://suture@127.0.0.1:{port}/"
            _wait(server, url, folder / "log")
            yield url
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder)


def _wait(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + _SERVES_WITHIN
    while True:
        try:
            psycopg.connect(f"{url}postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > until:
                last = log.read_text(errors="replace").strip().splitlines()[-3:]
                raise PeerMissing(f"PostgreSQL does not serve: {' | '.join(last) or error}") from None
            time.sleep(0.05)


def main() -> None:
    """Make the cluster where there is none, then become the server: whoever ends this process ends it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.peers.postgresql", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--folder", type=Path, required=True, help="where its data is, or will be; postgres must get to it"
    )
    asked = parser.parse_args()
    try:
        folder = given_to_postgres(asked.folder.resolve())
        if not (folder / "data").exists():
            run(initdb(folder / "data"), what="a PostgreSQL", cwd=folder)
        argv = postgres(folder / "data", asked.port)
    except PeerMissing as missing:
        sys.exit(str(missing))
    os.chdir(folder)
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
