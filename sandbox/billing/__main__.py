"""Runs the billing system: python -m sandbox.billing --port N --database FILE --tokens-file FILE ..."""

from __future__ import annotations

import argparse
import socket
import sqlite3
from pathlib import Path

from sandbox.billing.arguments import existing_file, port, scale, seed, tokens_file
from sandbox.billing.server import serve
from sandbox.billing.system import Options, System


def main() -> None:
    """Read the command line, open the database, serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.billing")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, required=True, help="0 chooses a free one")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--seed", type=seed, default=1)
    parser.add_argument("--scale", type=scale, default=1)
    parser.add_argument("--hooks-url", default="", help="empty: events are kept and not sent")
    parser.add_argument("--hook-secret-file", type=existing_file, required=True)
    parser.add_argument("--tokens-file", type=tokens_file, required=True)
    parser.add_argument("--otlp-endpoint", help="where spans go, by OTLP over HTTP; nowhere by default")
    given = parser.parse_args()
    try:
        listener = socket.create_server((given.host, given.port), backlog=2048)
    except OSError as taken:
        parser.exit(1, f"billing cannot listen on {given.host}:{given.port}: {taken.strerror}\n")
    options = Options(
        database=given.database,
        seed=given.seed,
        scale=given.scale,
        hooks_url=given.hooks_url,
        hook_secret=given.hook_secret_file.read_text(encoding="utf-8").strip(),
        tokens_file=given.tokens_file,
        otlp_endpoint=given.otlp_endpoint,
    )
    try:
        system = System(options)
    except sqlite3.Error as unusable:
        parser.exit(1, f"billing cannot use the database {given.database}: {unusable}\n")
    serve(system, host=given.host, listener=listener)


if __name__ == "__main__":
    main()
