"""The report of the real systems as people read it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.real.figures import AtOnce, BurstFigures, RealReport, RealVerb


def show_real(report: RealReport, console: Console) -> None:
    """Print it as tables."""
    console.print(_verbs("Tryton: our connector against bare calls", report.tryton))
    console.print(_verbs("FHIR (HAPI): our connector against bare calls", report.fhir))
    if report.bursts:
        console.print(_bursts(report.bursts))
    console.print(f"{report.cores} cores (load before: {report.load_before}); the systems and both sides share them.")


def _verbs(title: str, verbs: Sequence[RealVerb]) -> Table:
    headings = ("", "clients", "ours, a second", "bare, a second", "ratio", "calls", "p95, ms", "answered 503")
    table = _table(title, headings)
    for verb in verbs:
        for number, one in enumerate(verb.at_once):
            table.add_row("" if number else verb.what, *_row(one))
        table.add_section()
    return table


def _row(one: AtOnce) -> tuple[str, ...]:
    ours, bare = one.ours, one.bare
    pairs = " ".join(f"{each:g}" for each in one.of_each_pair)
    rates = (str(one.clients), f"{ours.per_second:g}", f"{bare.per_second:g}", f"{one.ratio:g} ({pairs})")
    waits = f"{ours.latency.p95:g} / {bare.latency.p95:g}"
    return (*rates, f"{ours.calls:g} / {bare.calls:g}", waits, f"{ours.busy} / {bare.busy}")


def _bursts(bursts: Sequence[BurstFigures]) -> Table:
    headings = ("limit", "seconds", "p50, s", "p95, s", "calls", "at most", "answered 503", "retried", "given up")
    table = _table(f"{bursts[0].movements} movements at once through a worker, by the limit on its queue", headings)
    for one in bursts:
        waits = (f"{one.latency.p50 / 1000:.1f}", f"{one.latency.p95 / 1000:.1f}")
        counts = (one.calls, one.most_under_way, one.busy, one.retried, one.failed)
        table.add_row(one.limit, f"{one.seconds:g}", *waits, *map(str, counts))
    return table


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    return table
