"""`python -m sandbox.peers.fhir --port N --database FILE`: serves /fhir on loopback until it is ended."""

import argparse
import os
import sys
from pathlib import Path

from sandbox.peers.cache import PeerMissing, say
from sandbox.peers.fhir.install import command, install


def main() -> None:
    """Install where needed, then become the server: whoever ends this process ends it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.peers.fhir", description=__doc__)
    parser.add_argument("--install", action="store_true", help="install only, and say where it is")
    parser.add_argument("--port", type=int, default=18090)
    parser.add_argument("--database", type=Path, default=Path("fhir"), help="the file, without its ending .mv.db")
    parser.add_argument("--token-file", type=Path, help="who calls must present this as a bearer token")
    asked = parser.parse_args()
    try:
        folder = install()
        argv = command(folder, port=asked.port, database=asked.database, token_file=asked.token_file)
    except PeerMissing as missing:
        sys.exit(str(missing))
    if asked.install:
        print(folder)
        return
    say(f"starting HAPI FHIR on port {asked.port}, half a minute or so ...")
    os.execv(argv[0], argv)


if __name__ == "__main__":
    main()
