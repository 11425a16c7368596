"""Measures throughput against a bare workflow: `python -m bench`; the report is a table, or JSON with `--json`."""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bench.run import Extent, run
from bench.table import show
from suture.temporal.client import exit_clean
from suture.trouble import CannotGoOn

INTERRUPTED = 130


def main() -> None:
    """Measure and print."""
    usual = Extent()
    parser = argparse.ArgumentParser(prog="bench", description="usage-to-charge against a bare Temporal workflow")
    parser.add_argument("--runs", type=int, default=usual.runs, help="of each workflow, over all rounds")
    parser.add_argument("--concurrency", type=int, default=usual.concurrency, help="runs in flight")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="by turns, so that drift weighs on both alike")
    parser.add_argument("--events", type=int, default=usual.events, help="for the gateway")
    parser.add_argument("--json", action="store_true", help="the report as JSON, on standard output")
    given = parser.parse_args()
    extent = Extent(runs=given.runs, concurrency=given.concurrency, rounds=given.rounds, events=given.events)
    try:
        with TemporaryDirectory(prefix="suture-bench-") as folder:
            report = asyncio.run(run(extent, Path(folder), say=lambda line: print(line, file=sys.stderr, flush=True)))
    except KeyboardInterrupt:
        print("bench: interrupted; nothing was measured", file=sys.stderr, flush=True)
        exit_clean(INTERRUPTED)
    except CannotGoOn as error:
        print(f"bench: {error}", file=sys.stderr, flush=True)
        exit_clean(1)
    if given.json:
        print(report.model_dump_json(indent=1))
    else:
        show(report, Console())
    exit_clean()


if __name__ == "__main__":
    main()
