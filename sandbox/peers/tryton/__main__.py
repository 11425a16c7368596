"""`python -m sandbox.peers.tryton --port N --database NAME --postgresql URL` starts it; `--install` only installs and seeds it.

It serves in the foreground until it is ended; started again on the same database, it goes on with what it has kept.
"""

import argparse
import os
import sys
from pathlib import Path
from tempfile import mkdtemp

from sandbox.peers.cache import PeerMissing
from sandbox.peers.tryton.database import configuration, copy, seeded
from sandbox.peers.tryton.install import install
from sandbox.peers.tryton.place import program


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.peers.tryton", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install and seed it in the cache folder, and no more")
    parser.add_argument("--port", type=int, help="where it listens, on this machine alone")
    parser.add_argument("--database", help="the name of its database; made from the seeded one where it is not there")
    parser.add_argument("--postgresql", help="the server: postgresql://USER@HOST:PORT/")
    told = parser.parse_args()
    try:
        install()
        if told.install:
            seeded()
            return
        if not (told.port and told.database and told.postgresql):
            parser.error("--port, --database and --postgresql are needed to start it")
        copy(told.postgresql, told.database)
        settings = configuration(told.postgresql, told.port, Path(mkdtemp(prefix="suture-tryton-")))
    except PeerMissing as error:
        sys.exit(str(error))
    trytond = program("trytond")
    os.execv(trytond, [trytond, "-c", str(settings), "-d", told.database])


if __name__ == "__main__":
    main()
