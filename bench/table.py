"""The report as people read it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.figures import Matched, Measured, Ratios, Report


def show(report: Report, console: Console) -> None:
    """Print the report as tables."""
    console.print(_workflows(report.bare, report.usage_to_charge, report.ratios, what="usage-to-charge"))
    for one in report.trade:
        console.print(_workflows(one.bare, one.ours, one.ratios, what=one.what))
    console.print(_gateway(report))
    console.print(matching_table(report.matching))
    console.print(
        f"{report.runs} runs of each, {report.concurrency} in flight, {report.cores} cores "
        f"(load before: {report.load_before}); server, workers, driver and senders share them."
    )


def _workflows(bare: Measured, whole: Measured, ratio: Ratios, *, what: str) -> Table:
    table = Table(title=f"{what}, with everything on, against bare workflows of its shape", title_justify="left")
    for heading, side in (("", "left"), ("bare", "right"), ("ours", "right"), ("ratio", "right")):
        table.add_column(heading, justify="left" if side == "left" else "right")
    table.add_row("runs per second", f"{bare.runs_per_second}", f"{whole.runs_per_second}", f"{ratio.throughput}")
    table.add_row("  each round", *(_list(one.of_each_round) for one in (bare, whole)), _list(ratio.of_each_pair))
    table.add_row("p50 in flight, ms", f"{bare.in_flight.p50}", f"{whole.in_flight.p50}", f"{ratio.p50}")
    table.add_row("p95 in flight, ms", f"{bare.in_flight.p95}", f"{whole.in_flight.p95}", f"{ratio.p95}")
    table.add_row("p50 one at a time, ms", f"{bare.alone.p50}", f"{whole.alone.p50}", f"{ratio.alone_p50}")
    spent = [one.cpu_milliseconds for one in (bare, whole)]
    table.add_row("worker CPU per run, ms", f"{spent[0].worker}", f"{spent[1].worker}", f"{ratio.worker_cpu}")
    table.add_row("server CPU per run, ms", *(_or_unknown(one.server) for one in spent))
    table.add_row("driver CPU per run, ms", *(f"{one.driver}" for one in spent))
    together = [one.together for one in spent]
    table.add_row("all CPU per run, ms", *map(_or_unknown, together), f"{_or_unknown(ratio.machine)} (bare / ours)")
    table.add_section()
    for words, name in (
        ("workflow tasks", "workflow_tasks"),
        ("activities", "activities"),
        ("local activities", "local_activities"),
        ("signals", "signals"),
        ("timers", "timers"),
        ("search attribute upserts", "upserts"),
        ("history events", "events"),
        ("history, kB", "kilobytes"),
    ):
        table.add_row(words, *(f"{getattr(one.trips, name)}" for one in (bare, whole)))
    table.add_section()
    for words, values in _store_rows(whole):
        table.add_row(words, "-", values)
    return table


def _store_rows(whole: Measured) -> tuple[tuple[str, str], ...]:
    store = whole.store
    return (
        ("store writes", f"{store.writes}"),
        ("store commits", f"{store.commits}"),
        ("store reads", f"{store.reads}"),
        ("payloads sealed or opened", f"{store.sealed_payloads}"),
        ("sealing and opening, ms", f"{store.sealing_milliseconds}"),
    )


def _gateway(report: Report) -> Table:
    table = Table(title="the gateway", title_justify="left")
    for heading in ("", "clients", "accepted per second", "p50, ms", "p95, ms", "refused"):
        table.add_column(heading, justify="left" if not heading else "right")
    for one in report.gateway:
        what = "starting runs, worker at work" if one.dispatching else "Temporal away"
        figures = (one.clients, one.accepted_per_second, one.latency.p50, one.latency.p95, one.refused)
        table.add_row(what, *map(str, figures))
    return table


def matching_table(rows: Sequence[Matched]) -> Table:
    """The match alone."""
    table = Table(title="the three-way match, on one core", title_justify="left")
    for heading in ("", "invoice lines per second", "slowest round", "ms per invoice"):
        table.add_column(heading, justify="left" if not heading else "right")
    for one in rows:
        table.add_row(one.what, f"{one.lines_per_second:,.0f}", f"{one.slowest:,.0f}", f"{one.milliseconds}")
    return table


def _list(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)


def _or_unknown(value: float | None) -> str:
    return "unknown" if value is None else f"{round(value, 3):g}"
