"""Measures throughput against a bare workflow, and real systems against bare calls: `python -m bench`.

The report is tables, or JSON with `--json`; `--only` leaves the other half out.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bench.figures import Figures, Report
from bench.real.figures import RealReport
from bench.real.run import RealExtent, run_real
from bench.real.table import show_real
from bench.run import Extent, run
from bench.table import show
from suture.temporal.client import exit_clean
from suture.trouble import CannotGoOn

INTERRUPTED = 130


class Everything(Figures):
    """Both reports; none of the half that was left out."""

    engine: Report | None = None
    real: RealReport | None = None


def main() -> None:
    """Measure and print."""
    usual = Extent()
    parser = argparse.ArgumentParser(prog="bench", description="usage-to-charge against a bare Temporal workflow")
    parser.add_argument("--runs", type=int, default=usual.runs, help="of each workflow, over all rounds")
    parser.add_argument("--concurrency", type=int, default=usual.concurrency, help="runs in flight")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="by turns, so that drift weighs on both alike")
    parser.add_argument("--events", type=int, default=usual.events, help="for the gateway")
    parser.add_argument("--only", choices=("engine", "real"), help="the engine alone, or Tryton and HAPI FHIR alone")
    parser.add_argument("--share", type=float, default=RealExtent.share, help="of the pieces of work at real systems")
    parser.add_argument("--json", action="store_true", help="the report as JSON, on standard output")
    given = parser.parse_args()
    extent = Extent(runs=given.runs, concurrency=given.concurrency, rounds=given.rounds, events=given.events)
    # A piece of work there takes seconds, and each verb has three rounds of pairs as it is.
    real = RealExtent(rounds=max(1, given.rounds // 2), share=given.share)
    try:
        with TemporaryDirectory(prefix="suture-bench-") as folder:
            report = asyncio.run(measure(given.only, extent, real, Path(folder)))
    except KeyboardInterrupt:
        print("bench: interrupted; nothing was measured", file=sys.stderr, flush=True)
        exit_clean(INTERRUPTED)
    except CannotGoOn as error:
        print(f"bench: {error}", file=sys.stderr, flush=True)
        exit_clean(1)
    if given.json:
        print(report.model_dump_json(indent=1))
    else:
        console = Console()
        if report.engine is not None:
            show(report.engine, console)
        if report.real is not None:
            show_real(report.real, console)
    exit_clean()


async def measure(only: str | None, extent: Extent, real: RealExtent, folder: Path) -> Everything:
    """Both halves, one after the other, or the one asked for."""
    (folder / "engine").mkdir()
    return Everything(
        engine=await run(extent, folder / "engine", say=_say) if only != "real" else None,
        real=await run_real(real, folder / "real", say=_say) if only != "engine" else None,
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
